"""Asking for a prescription or a lab report."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.core.errors import DomainError
from records.domain.record_requests import TEXT_MAX_LENGTH
from records.enums import RecordRequestKind
from records.models import LabPanel


class RequestForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("What is to be prepared?"),
        choices=RecordRequestKind.choices,
        initial=RecordRequestKind.LAB_REPORT,
        widget=forms.RadioSelect,
    )
    panels = forms.ModelMultipleChoiceField(
        LabPanel.objects.none(), label=_("Panels"), required=False, widget=forms.CheckboxSelectMultiple
    )
    text = forms.CharField(
        label=_("What is wanted"),
        help_text=_("The clinic's staff read this: write what they need for it, and no more."),
        max_length=TEXT_MAX_LENGTH,
        required=False,
        widget=forms.Textarea({"rows": 3, "dir": "auto", "data-counter": ""}),
    )
    is_urgent = forms.BooleanField(label=_("Urgent"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        panels = self.fields["panels"]
        assert isinstance(panels, forms.ModelMultipleChoiceField)
        panels.queryset = LabPanel.objects.filter(is_active=True)

    def take(self, refusal: DomainError) -> None:
        """Say beside its field what the domain did not accept."""
        for name, texts in refusal.fields.items():
            self.add_error(name if name in self.fields else None, texts)
        if not self.errors:
            self.add_error(None, refusal.detail)
