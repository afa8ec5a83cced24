"""Filters of the activity trail."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.domain import trail_queries
from accounts.enums import ActivityVerb
from accounts.models import Activity
from clinic.core.fields import filter_day


def _search(label: Any) -> forms.CharField:
    widget = forms.TextInput({"type": "search", "placeholder": _("Name or e-mail")})
    return forms.CharField(label=label, max_length=80, required=False, widget=widget)


class TrailFilter(forms.Form):
    """A bad value is said beside its field and narrows nothing; the others still count."""

    person = _search(_("Who"))
    patient = _search(_("Patient"))
    verb = forms.ChoiceField(
        label=_("What"), choices=[("", _("Anything")), *ActivityVerb.choices], required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "filter_%s", **kwargs})
        self.fields["from"] = filter_day(_("From"))
        self.fields["to"] = filter_day(_("To"))

    def narrow(self) -> QuerySet[Activity]:
        self.is_valid()
        wanted = self.cleaned_data
        return trail_queries.narrowed(
            person=wanted.get("person", ""),
            patient=wanted.get("patient", ""),
            verb=wanted.get("verb", ""),
            first=wanted.get("from"),
            last=wanted.get("to"),
        )

    @property
    def is_narrowing(self) -> bool:
        return any(self.cleaned_data.get(name) for name in self.fields)
