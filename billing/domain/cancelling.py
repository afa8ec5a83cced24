"""The clinic's terms of cancellation, and what they mean for one visit.

The clinic's own cancellations, and holds that ran out, give everything back. So does a patient who lets go a booking
that nobody confirmed, or a visit for which the clinic itself asked for another time: they answer only for a visit that
stood.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from billing import rules
from billing.enums import PaymentStatus
from billing.models import CancellationRule, Payment
from clinic.core.errors import Invalid, NotAllowed
from scheduling.models import Appointment
from scheduling.rules import answers_for

from .cancellation import ALL, Term, comes_back, grows, percent_back

MOST_TERMS = 12
MOST_HOURS = 24 * 365

# What was paid of these goes back when their visit is called off; what is being checked, once that is known.
_HELD = frozenset(
    {PaymentStatus.DUE, PaymentStatus.SUBMITTED, PaymentStatus.REJECTED, PaymentStatus.CONFIRMED}
)


@dataclass(frozen=True)
class Share:
    """What comes back of a visit's payments, and what the clinic keeps."""

    received: Decimal
    back: Decimal
    percent: int
    currency: str

    @property
    def kept(self) -> Decimal:
        return self.received - self.back


def terms() -> list[Term]:
    """The clinic's table, the most hours first."""
    return [Term(row.hours_before, row.refund_percent) for row in CancellationRule.objects.all()]


def percent_for(appointment: Appointment, *, by_patient: bool) -> int:
    """`by_patient`: a patient who answers for it calls it off now."""
    return percent_back(terms(), left(appointment)) if by_patient else ALL


def left(appointment: Appointment) -> timedelta:
    return appointment.starts_at - timezone.now()


def share_now(appointment: Appointment, *, at_patients_wish: bool) -> Share | None:
    """What would come back if the visit were called off now; None when nothing was paid."""
    payments = [payment for payment in appointment.payments.all() if payment.status in _HELD]  # type: ignore[attr-defined]
    payments = [payment for payment in payments if payment.received > 0]
    if not payments:
        return None
    percent = percent_for(appointment, by_patient=at_patients_wish and answers_for(appointment))
    currency = payments[0].currency
    return Share(
        received=sum((payment.received for payment in payments), Decimal(0)),
        back=sum((comes_back(payment.received, percent, currency) for payment in payments), Decimal(0)),
        percent=percent,
        currency=currency,
    )


def is_being_checked(appointment: Appointment) -> bool:
    """A transfer for the visit has not been found, or refused, yet."""
    return any(payment.status == PaymentStatus.SUBMITTED for payment in appointment.payments.all())  # type: ignore[attr-defined]


@transaction.atomic
def save_terms(wanted: Sequence[Term], *, actor: User) -> None:
    """These are the clinic's terms from now on; what was called off before stays as it was reckoned.

    Raises NotAllowed and Invalid (`terms`: twice the same hours, per cent above 100, none for the last moment, less
    for an earlier cancellation than for a later one).
    """
    if not rules.can_decide(actor):
        raise NotAllowed(_("Only the clinic's management sets the terms of cancellation."))
    if not 1 <= len(wanted) <= MOST_TERMS:
        raise _refused(_("Enter between 1 and %(most)s lines.") % {"most": MOST_TERMS})
    if any(not 0 <= term.hours_before <= MOST_HOURS or not 0 <= term.percent <= ALL for term in wanted):
        raise _refused(_("Hours go from 0 to a year, per cent from 0 to 100."))
    hours = {term.hours_before for term in wanted}
    if len(hours) < len(wanted):
        raise _refused(_("The same number of hours stands there twice. Keep one of the two."))
    if 0 not in hours:
        raise _refused(_("Keep a line for 0 hours: what comes back up to the start of the visit."))
    if not grows(wanted):
        raise _refused(_("Who cancels earlier can't get less back. Please look at the percentages again."))
    CancellationRule.objects.exclude(hours_before__in=hours).delete()
    for term in wanted:
        CancellationRule.objects.update_or_create(
            hours_before=term.hours_before, defaults={"refund_percent": term.percent}
        )


def keep_fee(payment: Payment, percent: int) -> Decimal:
    """What goes back of it; the rest is noted as kept: of what the visit costs, not of what was paid above that. The
    caller holds the payment's lock."""
    paid = min(payment.received, payment.amount)
    back = payment.received - paid + comes_back(paid, percent, payment.currency)
    if back < payment.received:
        payment.kept = payment.received - back
        payment.save(update_fields=["kept", "updated_at"])
    return back


def _refused(message: str) -> Invalid:
    return Invalid(message, fields={"terms": [message]})
