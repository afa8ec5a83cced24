"""The one door through which money comes in, whatever brought it: a checked transfer, the desk, a bank statement, an
online gateway, credit. An accepted attempt raises what its payment has received; enough of it settles the payment and
its visit; what comes too late is owed back, never lost.

Asks no rule: its callers have decided whose word counts. They hold the locks of appointment and payment, in that
order (payments.locked_with_appointment).
"""

from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from billing import events
from billing.enums import AttemptOutcome, CreditReason, PaymentKind, PaymentMethod, PaymentStatus
from billing.models import Attempt, Payment
from clinic.core.errors import Invalid
from clinic.core.status import change_status
from scheduling.domain import progress
from scheduling.enums import AppointmentStatus

from . import cancelling, claim_money, credit, documents, notices, raising

# The appointment will not take place.
CALLED_OFF = frozenset({AppointmentStatus.CANCELLED, AppointmentStatus.DECLINED, AppointmentStatus.EXPIRED})
_WAITS = frozenset({AppointmentStatus.PENDING_PAYMENT, AppointmentStatus.PENDING_CONFIRMATION})


def accept(payment: Payment, attempt: Attempt, amount: Decimal, *, actor: User | None) -> None:
    """`amount` has arrived by `attempt`, which is stored, or not yet. `actor` None: a gateway said so.

    The payment becomes `confirmed` when enough has arrived and its visit goes on (what is too much becomes credit of
    the patient); stays or becomes `due` for the rest; becomes `refund_due` when its visit was called off, or it was
    settled already. Raises Invalid (field `amount`), and DuplicateReference as attempts.store does.
    """
    from . import attempts

    if amount <= 0:
        message = _("Enter an amount above nothing.")
        raise Invalid(message, fields={"amount": [message]})
    attempt.outcome, attempt.amount = AttemptOutcome.ACCEPTED, amount
    attempt.decided_by, attempt.decided_at = actor, timezone.now()
    attempts.store(attempt)
    payment.received += amount
    payment.save(update_fields=["received", "updated_at"])
    trail.record(
        ActivityVerb.PAYMENT_CONFIRMED,
        actor=actor,
        target=payment,
        patient=payment.appointment.patient_id,
        changed=["received"],
    )
    if _is_late(payment):
        if payment.received >= payment.amount and payment.can_become(PaymentStatus.CONFIRMED):
            change_status(payment, PaymentStatus.CONFIRMED, actor=actor)
        give_back_late(payment, actor=actor)
    elif payment.status in (PaymentStatus.CONFIRMED, PaymentStatus.REFUND_DUE, PaymentStatus.REFUNDED):
        _to_credit(payment, attempt, amount, actor=actor)
    elif payment.received >= payment.amount:
        _settle(payment, attempt, actor=actor)
    else:
        _wait_for_rest(payment, actor=actor)
    documents.on_arrival(payment, attempt, actor=actor)
    claim_money.on_arrival(payment, actor=actor)
    events.payment_changed(payment)


def _is_late(payment: Payment) -> bool:
    called_off = payment.kind == PaymentKind.CHARGE and payment.appointment.status in CALLED_OFF
    return called_off or payment.status == PaymentStatus.EXPIRED


def _settle(payment: Payment, attempt: Attempt, *, actor: User | None) -> None:
    change_status(payment, PaymentStatus.CONFIRMED, actor=actor)
    surplus = payment.received - payment.amount
    if surplus > 0:
        _to_credit(payment, attempt, surplus, actor=actor)
    visit_told = (
        payment.kind == PaymentKind.CHARGE
        and payment.appointment.status in _WAITS
        and progress.paid(payment.appointment_id, actor=actor).status == AppointmentStatus.CONFIRMED
    )
    # The mail about the confirmed appointment says enough; a second one would be noise.
    notices.confirmed(payment, by_mail=not visit_told)


def _wait_for_rest(payment: Payment, *, actor: User | None) -> None:
    raising.ask_for_rest(payment)
    # While another attempt is being checked the rest may have come already: the visit waits for that, not for a hold.
    if not payment.attempts.filter(outcome=AttemptOutcome.PENDING).exists():  # type: ignore[attr-defined]
        if payment.status == PaymentStatus.SUBMITTED:
            change_status(payment, PaymentStatus.DUE, actor=actor, reason=_("A part has arrived."))
        if payment.kind == PaymentKind.CHARGE:
            progress.part_paid(payment.appointment_id, actor=actor)
    notices.part_paid(payment)


def _to_credit(payment: Payment, attempt: Attempt, surplus: Decimal, *, actor: User | None) -> None:
    """What was paid too much. Credit that pays for something is never more than what is due (domain/desk.py)."""
    assert attempt.method != PaymentMethod.CREDIT
    payment.received -= surplus
    payment.save(update_fields=["received", "updated_at"])
    credit.add(
        payment.appointment.patient_id,
        surplus,
        currency=payment.currency,
        reason=CreditReason.OVERPAID,
        actor=actor,
        payment=payment,
        attempt=attempt,
    )


def give_back(payment: Payment, percent: int, *, actor: User | None) -> None:
    """`percent` of what was received; the patient is told too when that is nothing."""
    if cancelling.keep_fee(payment, percent):
        reason = _("The appointment was called off.")
        if payment.kept:
            reason = _("The patient called it off: %(percent)s%% comes back.") % {"percent": percent}
        owe_back(payment, actor=actor, reason=reason)
        return
    if payment.status not in (PaymentStatus.CONFIRMED, PaymentStatus.EXPIRED):
        # The rest is not asked for any more.
        change_status(payment, PaymentStatus.EXPIRED, actor=actor)
    events.payment_changed(payment)
    notices.kept(payment)


def give_back_late(payment: Payment, *, actor: User | None) -> None:
    """What was being checked when the visit was called off has turned out to be there, or not: what was received goes
    back by the terms of that time. Other money that comes late goes back whole."""
    if payment.refund_percent is None:
        owe_back(payment, actor=actor, reason=_("The appointment had been called off."))
        return
    give_back(payment, payment.refund_percent, actor=actor)
    documents.credit_unpaid(payment, actor=actor)


def owe_back(payment: Payment, *, actor: User | None, reason: str) -> None:
    """What was received less what is kept as a fee has to go back to the patient."""
    owed = payment.received - payment.kept
    if payment.status == PaymentStatus.REFUND_DUE:
        payment.refund_owed = owed
        payment.save(update_fields=["refund_owed", "updated_at"])
    else:
        change_status(payment, PaymentStatus.REFUND_DUE, actor=actor, reason=reason, refund_owed=owed)
    events.payment_changed(payment)
    notices.refund_due(payment)
