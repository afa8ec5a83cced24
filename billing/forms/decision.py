"""What management types when it decides. What is right, the domain says; the forms only carry it."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.core.errors import Invalid

_NO_FIGURE = _("Enter the amount in figures, like 800 or 800.50.")


class AmountField(forms.DecimalField):
    """As people write amounts: `1,200.00`, `१२००`."""

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        if isinstance(value, str):
            value = value.replace(",", "").replace(" ", "").replace("\N{NO-BREAK SPACE}", "")
        return super().to_python(value)


class AmountForm(forms.Form):
    """Empty: all that is outstanding."""

    amount = AmountField(
        required=False, max_digits=12, decimal_places=4, error_messages={"invalid": _NO_FIGURE}
    )

    def taken(self) -> Decimal | None:
        """Raises Invalid (`amount`)."""
        if not self.is_valid():
            raise Invalid(_NO_FIGURE, fields={"amount": self.errors["amount"]})
        amount: Decimal | None = self.cleaned_data["amount"]
        return amount
