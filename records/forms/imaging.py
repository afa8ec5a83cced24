"""Narrowing the lists of scans."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from records.domain.imaging import words
from scheduling.enums import ReferralPriority


class ImagingFilter(forms.Form):
    """A value that makes no sense narrows nothing."""

    q = forms.CharField(
        label=_("Patient"),
        max_length=80,
        required=False,
        widget=forms.TextInput({"type": "search", "placeholder": _("Name")}),
    )
    scan = forms.ModelChoiceField(
        words.scans(), label=_("Type of scan"), required=False, empty_label=_("Every scan")
    )
    priority = forms.ChoiceField(
        label=_("Priority"), choices=[("", _("Any")), *ReferralPriority.choices], required=False
    )

    def narrow(self, found: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
        self.is_valid()
        chosen = {name: value for name, value in self.cleaned_data.items() if value}
        if scan := chosen.get("scan"):
            found = found.filter(service=scan)
        if priority := chosen.get("priority"):
            found = found.filter(priority=priority)
        for part in str(chosen.get("q", "")).replace("\x00", "").split():
            found = found.filter(
                Q(patient__first_name__icontains=part) | Q(patient__last_name__icontains=part)
            )
        return found

    @property
    def is_narrowing(self) -> bool:
        self.is_valid()
        return any(self.cleaned_data.values())
