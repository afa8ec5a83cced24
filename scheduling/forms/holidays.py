"""A holiday of the clinic."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from clinic.core.errors import Invalid


class HolidayForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    first_day = forms.DateField(
        label=gettext_lazy("First day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    last_day = forms.DateField(
        label=gettext_lazy("Last day"),
        required=False,
        help_text=gettext_lazy("Leave empty for a single day."),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("first_day") and "last_day" not in self.errors:
            cleaned["last_day"] = cleaned.get("last_day") or cleaned["first_day"]
        return cleaned

    def add_refusal(self, refusal: Invalid) -> None:
        for name, messages in refusal.fields.items():
            self.add_error(name if name in self.fields else None, messages)
