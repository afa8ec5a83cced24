"""What the front desk types when it books for a patient."""

from typing import Any

from django import forms
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from scheduling.domain.booking import OVERBOOKING_MAX_LENGTH
from scheduling.forms.booking import DetailsForm


class Pay(TextChoices):
    ONLINE = "online", _("The patient pays online")
    LATER = "later", _("Pays at the desk, or later")


class DeskForm(DetailsForm):
    overbooking_reason = forms.CharField(
        label=_("Why outside the free times?"),
        max_length=OVERBOOKING_MAX_LENGTH,
        required=False,
        strip=True,
        help_text=_("The clinic's staff read it, the patient does not."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    pay = forms.ChoiceField(
        label=_("Payment"), choices=Pay.choices, widget=forms.RadioSelect, initial=Pay.ONLINE
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("What is the visit about?")
        self.fields["reason"].help_text = ""

    @property
    def pays_later(self) -> bool:
        return self.cleaned_data.get("pay") == Pay.LATER
