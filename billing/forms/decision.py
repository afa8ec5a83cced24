"""What management types when it decides. What is right, the domain says; the forms only carry it."""

from decimal import Decimal

from django import forms

from billing.forms.fields import NO_FIGURE, AmountField
from clinic.core.errors import Invalid


class AmountForm(forms.Form):
    """Empty: all that is outstanding."""

    amount = AmountField(required=False)

    def taken(self) -> Decimal | None:
        """Raises Invalid (`amount`)."""
        if not self.is_valid():
            raise Invalid(NO_FIGURE, fields={"amount": self.errors["amount"]})
        amount: Decimal | None = self.cleaned_data["amount"]
        return amount
