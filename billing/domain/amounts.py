"""What counts as an amount of money that somebody types."""

from decimal import Decimal

from django.utils.translation import gettext as _

from clinic.core import money
from clinic.core.errors import Invalid

# More than any clinic takes at once, and far below what the columns hold.
MOST = Decimal(9_999_999)


def checked(amount: Decimal, currency: str, *, field: str = "amount", may_be_zero: bool = False) -> Decimal:
    """`amount` in the places of the currency. Raises Invalid (`field`) for anything that can't be paid: nothing,
    less than nothing, more than MOST, or parts smaller than the currency's smallest."""
    if not amount.is_finite():
        raise refused(field, _("Enter an amount in figures."))
    if amount < 0 or (amount == 0 and not may_be_zero):
        raise refused(field, _("Enter an amount above nothing."))
    if amount > MOST:
        raise refused(
            field, _("This is more than %(most)s. Please check it.") % {"most": money.shown(MOST, currency)}
        )
    # The columns keep two places.
    places = min(money.places(currency), 2)
    if amount != amount.quantize(Decimal(1).scaleb(-places)):
        raise refused(
            field,
            _("%(currency)s has %(places)s decimal places at most.")
            % {"currency": currency, "places": places},
        )
    return amount.quantize(Decimal("0.01"))


def refused(field: str, message: str) -> Invalid:
    return Invalid(message, fields={field: [message]})
