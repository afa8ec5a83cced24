"""What people type from an insurer's letters. What is right, the domain decides; the forms only carry it."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.domain import insurers_words
from billing.forms.fields import AmountField, day_input
from billing.models import Claim
from scheduling.domain.catalogue import all_services

_NUMBER = {"autocomplete": "off", "spellcheck": "false"}


def reason_field(label: Any, help_text: Any = "", *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        widget=forms.Textarea({"rows": 2, "maxlength": insurers_words.REASON_MAX}),
        error_messages={"required": _("Say why.")},
    )


class AskForm(forms.Form):
    service = forms.ModelChoiceField(
        label=_("Service"),
        queryset=all_services().none(),
        empty_label=_("Choose a service"),
        help_text=_("The patient's next booking of it uses the answer."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        service = self.fields["service"]
        assert isinstance(service, forms.ModelChoiceField)
        service.queryset = all_services().filter(is_active=True)


class GrantForm(forms.Form):
    number = forms.CharField(
        label=_("Authorisation number"),
        max_length=80,
        widget=forms.TextInput(_NUMBER),
        error_messages={"required": _("Enter the number that the insurer gave.")},
    )
    amount = AmountField(label=_("Amount granted"), required=False, help_text=_("Empty: as the plan says."))
    valid_until = forms.DateField(
        label=_("Valid until"), required=False, widget=day_input(), help_text=_("Empty: no day was given.")
    )


class RefuseForm(forms.Form):
    reason = reason_field(_("What the insurer says"), _("The patient reads it."))


class SubmitForm(forms.Form):
    number = forms.CharField(
        label=_("Claim number"),
        max_length=80,
        required=False,
        help_text=_("By which the insurer knows it; it can be added later."),
        widget=forms.TextInput(_NUMBER),
    )


class SettleForm(forms.Form):
    reference = forms.CharField(
        label=_("Reference of the insurer's transfer"),
        max_length=80,
        required=False,
        widget=forms.TextInput(_NUMBER),
    )


class ReasonForm(forms.Form):
    reason = reason_field(_("Why"))


class AnswerForm(forms.Form):
    """`outcome` says how much without figures where it can: as expected, nothing, or the `amount` typed."""

    EXPECTED, OTHER, NOTHING = "expected", "other", "nothing"

    outcome = forms.ChoiceField(
        label=_("The insurer"),
        choices=[
            (EXPECTED, _("pays what was expected")),
            (OTHER, _("pays another amount")),
            (NOTHING, _("pays nothing: rejected")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what the insurer has answered.")},
    )
    actual = AmountField(label=_("It pays"), required=False, help_text=_("Only of another amount."))
    reason = reason_field(
        _("What the insurer says"), _("The patient reads it. Needed for a rejection."), required=False
    )

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = self.cleaned_data
        if (
            values.get("outcome") == self.OTHER
            and values.get("actual") is None
            and "actual" not in self.errors
        ):
            self.add_error("actual", _("Enter how much it pays."))
        return values

    def given(self, claim: Claim) -> Decimal:
        """How much the insurer pays of `claim`, of a valid form."""
        amount: Decimal | None = self.cleaned_data["actual"]
        if self.cleaned_data["outcome"] == self.EXPECTED:
            return claim.expected
        return Decimal(0) if self.cleaned_data["outcome"] == self.NOTHING or amount is None else amount


class TotalsForm(forms.Form):
    first_day = forms.DateField(label=_("Visits from"), required=False, widget=day_input())
    last_day = forms.DateField(label=_("to"), required=False, widget=day_input())
