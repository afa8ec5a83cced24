"""How late the doctor is."""

from django import forms
from django.utils.translation import gettext_lazy as _

from scheduling.domain.queue import MAX_DELAY_MINUTES


class DelayForm(forms.Form):
    minutes = forms.IntegerField(
        label=_("Minutes late"),
        help_text=_("Everybody who still waits today is told once. 0: on time again."),
        min_value=0,
        max_value=MAX_DELAY_MINUTES,
        widget=forms.NumberInput(attrs={"step": 5, "inputmode": "numeric"}),
    )
