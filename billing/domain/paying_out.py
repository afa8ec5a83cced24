"""Credit given back to the patient in money."""

from decimal import Decimal

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from billing.enums import CreditReason, PaymentMethod
from billing.models import CreditEntry
from clinic.core import money
from clinic.core.errors import Conflict

from . import amounts, credit, shifts
from .references import normal_bank_reference, shown_bank_reference

METHODS = (PaymentMethod.CASH, PaymentMethod.BANK_TRANSFER, PaymentMethod.MOBILE_MONEY)


class CreditChanged(Conflict):
    """409: the credit is not what the page showed."""

    code = "credit_changed"


@transaction.atomic
def pay_out(
    patient: User, *, amount: Decimal, method: str, seen: int, actor: User, reference: str = ""
) -> CreditEntry:
    """`amount` of the patient's credit was given back: in cash out of the actor's drawer, or sent, with the bank's
    reference. `seen` is the number of the last line that the page showed: the same order sent again from there returns
    the line of the first time.

    Raises NotAllowed, Invalid (`amount`, `method`, `bank_reference`), NoShift and CreditChanged.
    """
    shifts.check_may_use_desk(actor)
    if method not in METHODS:
        raise amounts.refused("method", _("Choose how the money goes back."))
    is_cash = method == PaymentMethod.CASH
    shown = "" if is_cash else shown_bank_reference(reference, normal_bank_reference(reference))
    currency = settings.CLINIC_CURRENCY
    amount = amounts.checked(amount, currency)
    shift = shifts.locked(actor) if is_cash else None
    entry = CreditEntry(
        patient=patient,
        number=seen + 1,
        amount=-amount,
        currency=currency,
        reason=CreditReason.PAID_OUT,
        actor=actor,
        method=method,
        reference=shown,
        shift=shift,
    )
    # Only now: who waited for the drawer may have waited for this very money to go out.
    if (there := _written_after(entry)) is not None:
        return there
    if credit.last_number(patient.pk) != seen:
        # A line that leaves a place free would not count what another one writes there.
        raise _changed()
    balance = credit.available(patient.pk, currency)
    if amount > balance:
        raise amounts.refused(
            "amount",
            _("The patient's credit is only %(balance)s.") % {"balance": money.shown(balance, currency)},
        )
    if is_cash:
        shifts.for_cash(actor, paying=amount)
    entry.balance = balance - amount
    try:
        with transaction.atomic():
            entry.save(force_insert=True)
    except IntegrityError as error:
        there = _written_after(entry)
        if there is None:
            raise _changed() from error
        return there
    return entry


def _written_after(entry: CreditEntry) -> CreditEntry | None:
    """The line in the place of `entry` if it says the same. Raises CreditChanged when it says something else."""
    there = (
        CreditEntry.objects.filter(patient=entry.patient, number__gte=entry.number)
        .order_by("-number")
        .first()
    )
    if there is None:
        return None
    names = ("number", "reason", "amount", "method", "reference", "actor_id")
    if any(getattr(there, name) != getattr(entry, name) for name in names):
        raise _changed()
    return there


def _changed() -> CreditChanged:
    return CreditChanged(
        _("The credit has changed since you opened this page. Look at the last line, then decide.")
    )
