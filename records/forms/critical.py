"""Noting who was told of a critical finding."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.core.errors import DomainError
from records.domain.critical_tellings import NOTE_MAX_LENGTH, TOLD_MAX_LENGTH, Telling
from records.enums import TellingWay


class TellingForm(forms.Form):
    told = forms.CharField(
        label=_("Who was told"),
        max_length=TOLD_MAX_LENGTH,
        widget=forms.TextInput({"list": "to-tell", "dir": "auto", "autocomplete": "off"}),
    )
    told_at = forms.DateTimeField(
        label=_("When"), widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    way = forms.ChoiceField(label=_("How"), choices=TellingWay.choices, initial=TellingWay.PHONE)
    note = forms.CharField(
        label=_("Note"),
        help_text=_("What they said, as far as others have to know it. Staff alone read it."),
        max_length=NOTE_MAX_LENGTH,
        required=False,
        widget=forms.Textarea({"rows": 2, "dir": "auto"}),
    )

    def telling(self) -> Telling:
        """Call it on a valid form."""
        data: dict[str, Any] = self.cleaned_data
        return Telling(data["told"], data["told_at"], data["way"], data["note"])

    def take(self, refusal: DomainError) -> None:
        """Say beside its field what the domain did not accept."""
        for name, texts in refusal.fields.items():
            for text in texts:
                self.add_error(name if name in self.fields else None, text)
        if not refusal.fields:
            self.add_error(None, refusal.detail)
