"""What is typed at the cash desk. What is right, the domain decides."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from billing.domain import denominations, desk, paying_out, shifts
from billing.enums import PaymentMethod
from billing.forms.fields import AmountField
from billing.models import Payment
from clinic.core import money

# Far from where calendars end.
FIRST_YEAR, LAST_YEAR = 2000, 2200
# Wallets whose references are told apart; the value is the scheme of the attempt.
WALLETS = [
    ("esewa", "eSewa"),
    ("khalti", "Khalti"),
    ("imepay", "IME Pay"),
    ("fonepay", "Fonepay"),
    ("mobile", gettext_lazy("Another one")),
]


class TakeForm(forms.Form):
    """Money for one payment. `given` is what the patient handed over in cash: the change is told, not stored."""

    method = forms.ChoiceField(
        label=gettext_lazy("How is it paid?"),
        choices=[(method, PaymentMethod(method).label) for method in desk.SCHEMES],
        initial=PaymentMethod.CASH,
        widget=forms.RadioSelect,
    )
    amount = AmountField(label=gettext_lazy("Amount taken"))
    given = AmountField(
        label=gettext_lazy("Cash given"),
        required=False,
        help_text=gettext_lazy("What the patient hands over; the change is worked out."),
    )
    scheme = forms.ChoiceField(label=gettext_lazy("Wallet"), choices=WALLETS, required=False)
    bank_reference = forms.CharField(
        label=gettext_lazy("Reference"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("The number on the slip of the card terminal, or of the transfer."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    keep_rest = forms.BooleanField(
        label=gettext_lazy("More than is due: keep the rest as the patient's credit"), required=False
    )
    client_id = forms.CharField(max_length=desk.CLIENT_ID_MAX, widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, str] | None, *, payment: Payment) -> None:
        self.payment = payment
        due = str(payment.outstanding.quantize(Decimal("0.01"))) if payment.outstanding else ""
        initial = {"amount": due, "client_id": desk.client_id(payment)}
        super().__init__(data, initial=initial)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        amount, given = cleaned.get("amount"), cleaned.get("given")
        due = self.payment.outstanding
        if amount is not None and amount > due and not cleaned.get("keep_rest"):
            self.add_error("amount", self._too_much(due))
        if self.is_cash and amount is not None and given is not None and given < amount:
            self.add_error("given", _("This is less than the amount taken. Change one of the two."))
        return cleaned

    def _too_much(self, due: Decimal) -> str:
        if not due:
            return _("Nothing is due any more. Give the money back, or tick below to keep it as credit.")
        return _("Only %(due)s is due. Correct the amount, or tick below to keep the rest as credit.") % {
            "due": money.shown(due, self.payment.currency)
        }

    @property
    def is_cash(self) -> bool:
        return self.cleaned_data.get("method") == PaymentMethod.CASH

    @property
    def change(self) -> Decimal:
        """What the patient gets back."""
        given = self.cleaned_data.get("given") if self.is_cash else None
        return given - self.cleaned_data["amount"] if given else Decimal(0)

    def taken(self) -> dict[str, Any]:
        """The arguments of desk.receive."""
        wanted = self.cleaned_data
        wallet = wanted["scheme"] if wanted["method"] == PaymentMethod.MOBILE_MONEY else ""
        return {
            "method": wanted["method"],
            "amount": wanted["amount"],
            "scheme": wallet,
            "bank_reference": "" if self.is_cash else wanted["bank_reference"],
            "client_id": wanted["client_id"],
        }

    def renew(self) -> None:
        """The next sending is of the payment as it is now."""
        self.data = {**self.data, "client_id": desk.client_id(self.payment)}


class OpenShiftForm(forms.Form):
    opening_float = AmountField(
        label=gettext_lazy("Change in the drawer"),
        help_text=gettext_lazy("The cash you begin with; 0 for an empty drawer."),
    )


class CountForm(forms.Form):
    """How many there are of each note and coin: fields `n0`, `n1` … in the order of `denominations.of`."""

    seen = forms.DecimalField(widget=forms.HiddenInput)
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=shifts.NOTE_MAX,
        help_text=gettext_lazy("Needed when the count differs, or when the drawer is a colleague's."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, expected: Decimal) -> None:
        super().__init__(data, initial={"seen": expected})
        self.expected = expected
        self.values = denominations.of(settings.CLINIC_CURRENCY)
        for number, value in enumerate(self.values):
            self.fields[f"n{number}"] = forms.IntegerField(
                label=f"{settings.CLINIC_CURRENCY} {value}",
                required=False,
                min_value=0,
                max_value=denominations.MOST_PIECES,
                widget=forms.TextInput(
                    attrs={
                        "inputmode": "numeric",
                        "autocomplete": "off",
                        "maxlength": "5",
                        "data-value": value,
                        "class": "input",
                    }
                ),
            )

    def pieces(self) -> Iterator[tuple[str, Any]]:
        """Each value with its field."""
        for number, value in enumerate(self.values):
            yield value, self[f"n{number}"]

    def counts(self) -> dict[str, int]:
        return {value: self.cleaned_data.get(f"n{number}") or 0 for number, value in enumerate(self.values)}

    def renew(self, expected: Decimal) -> None:
        """What was counted stays; it is now held against `expected`."""
        self.expected = expected
        self.data = {**self.data, "seen": str(expected)}


class CashierField(forms.ModelChoiceField):
    def label_from_instance(self, obj: User) -> str:
        return obj.name


class ShiftFilter(forms.Form):
    """A bad value narrows nothing."""

    day = forms.DateField(
        label=gettext_lazy("Day"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    cashier = CashierField(
        User.objects.none(),
        label=gettext_lazy("Cashier"),
        required=False,
        empty_label=gettext_lazy("Everyone"),
    )

    def __init__(self, data: Mapping[str, Any] | None, *, cashiers: Any) -> None:
        super().__init__(data, auto_id="filter_%s")
        choice = self.fields["cashier"]
        assert isinstance(choice, CashierField)
        choice.queryset = cashiers

    def clean_day(self) -> Any:
        day = self.cleaned_data["day"]
        if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise forms.ValidationError("no day of a cash desk")
        return day


class PayOutForm(forms.Form):
    amount = AmountField(label=gettext_lazy("Amount"))
    method = forms.ChoiceField(
        label=gettext_lazy("How does it go back?"),
        choices=[(method.value, method.label) for method in paying_out.METHODS],
        initial=PaymentMethod.CASH,
        widget=forms.RadioSelect,
    )
    bank_reference = forms.CharField(
        label=gettext_lazy("Reference"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("The number of the transfer; not for cash."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
