"""Money sent back. Every attempt is a row that stays: planned by somebody, then sent (with the bank's reference) or
failed (with the reason), and then the next one. Cash and credit are given at once.

Each step holds the locks of appointment and payment, so that what is owed goes out once, whoever acts.
"""

from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from billing import events, rules
from billing.enums import CreditReason, PaymentMethod, PaymentStatus, RefundOutcome
from billing.models import BillingDocument, Payment, Refund
from clinic.core import money
from clinic.core.errors import Conflict, InvalidTransition, NotAllowed
from clinic.core.status import change_status

from . import amounts, credit, documents, notices, settling, shifts
from .payments import check_may_decide, checked_note, locked_with_appointment
from .references import normal_bank_reference, shown_bank_reference

# Sent by somebody, and known to have left only afterwards; cash and credit are given in one step.
SENT_METHODS = (PaymentMethod.BANK_TRANSFER, PaymentMethod.MOBILE_MONEY, PaymentMethod.CARD)
DESTINATION_MAX = 120
REASON_MIN, REASON_MAX = 3, 240


class RefundPlanned(Conflict):
    """409: somebody is sending this money already."""

    code = "refund_planned"


class RefundChanged(Conflict):
    """409: not so much, or more, is owed than the page showed."""

    code = "refund_changed"


def left(payment: Payment) -> Decimal:
    """What is still to be sent back."""
    return payment.refund_owed - payment.refunded


@transaction.atomic
def plan(
    payment_id: UUID | str, *, method: str, destination: str = "", seen: Decimal | None = None, actor: User
) -> Refund:
    """`actor` is about to send back all that is owed: nobody else does meanwhile. `seen` is what their page showed. The
    same plan again, for a double click, is the one that stands.

    Raises NotAllowed, Invalid (`method`, `destination`), RefundPlanned, RefundChanged, InvalidTransition.
    """
    check_may_decide(actor)
    if method not in SENT_METHODS:
        raise amounts.refused("method", _("Choose how the money goes back."))
    destination = " ".join(destination.split())
    if len(destination) > DESTINATION_MAX or "\x00" in destination:
        raise amounts.refused(
            "destination", _("Keep this under %(most)s characters.") % {"most": DESTINATION_MAX}
        )
    payment = locked_with_appointment(payment_id)
    pending = _pending(payment)
    if pending is not None and (pending.actor_id, pending.method, pending.destination) == (
        actor.pk,
        method,
        destination,
    ):
        return pending
    refund = _due(payment, method, seen=seen, actor=actor)
    refund.destination = destination
    refund.save()
    events.payment_changed(payment)
    return refund


@transaction.atomic
def mark_sent(refund_id: UUID | str, *, reference: str, actor: User) -> Refund:
    """The planned money has left. Said twice with the same reference it changes nothing.

    Raises NotAllowed, Invalid (`bank_reference`), InvalidTransition, Refund.DoesNotExist.
    """
    check_may_decide(actor)
    shown = shown_bank_reference(reference, normal_bank_reference(reference))
    refund, payment = _locked(refund_id)
    if refund.outcome == RefundOutcome.SENT and refund.reference == shown:
        return refund
    _check_pending(refund)
    refund.reference = shown
    _send(payment, refund, actor=actor)
    return refund


@transaction.atomic
def mark_failed(refund_id: UUID | str, *, reason: str, actor: User) -> Refund:
    """It could not be sent, or the bank sent it back: it is owed again, and the next attempt may begin.

    Raises NotAllowed, Invalid (`reason`), InvalidTransition (failed before; cash and credit don't come back),
    Refund.DoesNotExist.
    """
    check_may_decide(actor)
    reason = checked_note(reason)
    if len(reason) < REASON_MIN:
        raise amounts.refused("reason", _("Write why, so that the next attempt goes better."))
    refund, payment = _locked(refund_id)
    came_back = refund.outcome == RefundOutcome.SENT
    if came_back and refund.method not in SENT_METHODS:
        raise InvalidTransition(_("This money was handed over: it can't have failed."))
    if not came_back:
        _check_pending(refund)
    refund.outcome, refund.reason = RefundOutcome.FAILED, reason
    refund.settled_at, refund.settled_by = timezone.now(), actor
    refund.save(update_fields=["outcome", "reason", "settled_at", "settled_by", "updated_at"])
    if came_back:
        payment.refunded -= refund.amount
        payment.save(update_fields=["refunded", "updated_at"])
        if payment.status == PaymentStatus.REFUNDED:
            change_status(payment, PaymentStatus.REFUND_DUE, actor=actor, reason=reason)
        notices.refund_came_back(payment, refund)
    events.payment_changed(payment)
    return refund


@transaction.atomic
def give_cash(payment_id: UUID | str, *, seen: Decimal | None = None, actor: User) -> Refund:
    """All that is owed was given in cash out of the drawer of `actor`.

    Raises NotAllowed, NoShift, Invalid (`amount`: not enough in the drawer), RefundPlanned, RefundChanged,
    InvalidTransition.
    """
    check_may_decide(actor)
    payment = locked_with_appointment(payment_id)
    refund = _due(payment, PaymentMethod.CASH, seen=seen, actor=actor)
    refund.shift = shifts.for_cash(actor, paying=refund.amount)
    _send(payment, refund, actor=actor)
    return refund


@transaction.atomic
def keep_as_credit(payment_id: UUID | str, *, seen: Decimal | None = None, actor: User) -> Refund:
    """All that is owed becomes credit of the patient: at their own word, or at the desk for them.

    Raises NotAllowed, RefundPlanned, RefundChanged, InvalidTransition.
    """
    payment = locked_with_appointment(payment_id)
    if not rules.can_use_credit(actor, payment):
        raise NotAllowed(_("Only the patient and the clinic's management decide this."))
    refund = _due(payment, PaymentMethod.CREDIT, seen=seen, actor=actor)
    _send(payment, refund, actor=actor)
    credit.add(
        payment.appointment.patient_id,
        refund.amount,
        currency=payment.currency,
        reason=CreditReason.REFUND,
        actor=actor,
        payment=payment,
        refund=refund,
    )
    return refund


@transaction.atomic
def send_all(payment_id: UUID | str, *, actor: User, reason: str = "") -> Payment:
    """All that is owed was sent by bank, in one word. Raises as payments.refund tells."""
    check_may_decide(actor)
    reason = checked_note(reason)
    payment = locked_with_appointment(payment_id)
    refund = _due(payment, PaymentMethod.BANK_TRANSFER, actor=actor)
    refund.reason = reason
    _send(payment, refund, actor=actor)
    return payment


@transaction.atomic
def waive_fee(payment_id: UUID | str, *, reason: str, actor: User) -> Payment:
    """The clinic gives back what its terms of cancellation let it keep. Raises NotAllowed, Invalid (`reason`) and
    InvalidTransition."""
    check_may_decide(actor)
    reason = checked_note(reason)
    if len(reason) < REASON_MIN:
        raise amounts.refused("reason", _("Write why the fee is given back."))
    payment = locked_with_appointment(payment_id)
    if not payment.kept:
        raise InvalidTransition(_("Nothing was kept of this payment."))
    payment.kept = Decimal(0)
    payment.save(update_fields=["kept", "updated_at"])
    settling.owe_back(payment, actor=actor, reason=reason)
    return payment


def _due(payment: Payment, method: str, *, actor: User, seen: Decimal | None = None) -> Refund:
    """A refund of all that is owed, not stored yet. Raises InvalidTransition, RefundPlanned and RefundChanged."""
    if payment.status == PaymentStatus.REFUNDED:
        raise InvalidTransition(_("This payment has been refunded already."))
    if payment.status != PaymentStatus.REFUND_DUE:
        raise InvalidTransition(_("No refund is due for this payment: cancel its appointment first."))
    pending = _pending(payment)
    if pending is not None:
        raise RefundPlanned(
            _(
                "%(name)s is sending this money already (%(method)s). Note first whether it was sent or failed."
            )
            % {"name": pending.actor.name, "method": pending.get_method_display()}
            if rules.can_decide(actor)
            else _("The clinic is sending this money already, so it can't be kept as credit any more.")
        )
    amount = left(payment)
    if seen is not None and seen != amount:
        raise RefundChanged(
            _("%(amount)s is to be sent back now. Please look again.")
            % {"amount": money.shown(amount, payment.currency)}
        )
    return Refund(payment=payment, amount=amount, method=method, actor=actor)


def _send(payment: Payment, refund: Refund, *, actor: User) -> None:
    refund.outcome, refund.settled_at, refund.settled_by = RefundOutcome.SENT, timezone.now(), actor
    refund.save()
    refunded = payment.refunded + refund.amount
    if refunded >= payment.refund_owed:
        change_status(payment, PaymentStatus.REFUNDED, actor=actor, reason=refund.reason, refunded=refunded)
    else:
        # More came in, and is owed back, while this was on its way.
        payment.refunded = refunded
        payment.save(update_fields=["refunded", "updated_at"])
    patient = payment.appointment.patient_id
    trail.record(
        ActivityVerb.PAYMENT_REFUNDED, actor=actor, target=payment, patient=patient, changed=["refunded"]
    )
    refund.payment = payment
    # After one that the bank sent back, the note of then has said already what the invoice was lowered by.
    if _noted(payment) < refunded:
        documents.credit_note_for(refund, actor=actor)
    events.payment_changed(payment)
    notices.refunded(payment, refund, by_patient=actor.pk == patient)


def _noted(payment: Payment) -> Decimal:
    notes = BillingDocument.objects.filter(payment=payment, refund__isnull=False)
    return notes.aggregate(sum=Sum("total"))["sum"] or Decimal(0)


def _pending(payment: Payment) -> Refund | None:
    return payment.refunds.select_related("actor").filter(outcome=RefundOutcome.PENDING).first()  # type: ignore[attr-defined]


def _check_pending(refund: Refund) -> None:
    if refund.outcome != RefundOutcome.PENDING:
        raise InvalidTransition(
            _("This was noted as “%(outcome)s” before. Nothing was changed.")
            % {"outcome": refund.get_outcome_display()}
        )


def _locked(refund_id: UUID | str) -> tuple[Refund, Payment]:
    payment_id = Refund.objects.values_list("payment_id", flat=True).get(pk=refund_id)
    payment = locked_with_appointment(payment_id)
    refund = Refund.objects.get(pk=refund_id)
    refund.payment = payment
    return refund, payment
