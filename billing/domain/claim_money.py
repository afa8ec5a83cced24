"""What an insurer's answer means for the patient: a shortfall to pay, or credit.

The caller holds the lock of the visit's appointment. The visit's payments are locked here, by their ids; number series
come last, credit notes before invoices (domain/documents.py).
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.models import User
from billing import events
from billing.enums import ClaimStatus, CreditReason, PaymentKind, PaymentStatus
from billing.models import Claim, CreditEntry, Payment
from clinic.core.money import ZERO
from clinic.core.status import change_status, lock, record_start
from scheduling.models import Appointment

from . import aid_notices, credit, document_content, documents, notices, raising
from .differences import Difference, between

ANSWERED = frozenset(
    {ClaimStatus.ACCEPTED, ClaimStatus.ACCEPTED_IN_PART, ClaimStatus.REJECTED, ClaimStatus.SETTLED}
)
_UNPAID = frozenset({PaymentStatus.DUE, PaymentStatus.REJECTED})
_STANDS = _UNPAID | {PaymentStatus.SUBMITTED, PaymentStatus.CONFIRMED}


def would_follow(claim: Claim, actual: Decimal) -> Difference:
    """What `settle` would bring if the insurer paid `actual`, for whoever is about to say so. Changes nothing."""
    payments = list(claim.appointment.payments.all())  # type: ignore[attr-defined]
    kept = [payment for payment in payments if not _can_be_dropped(payment)]
    return _difference(claim, actual, kept)


def settle(claim: Claim, actual: Decimal, *, actor: User) -> Difference:
    """The insurer, or the clinic for it, bears `actual`: what the patient owes more is asked of them, what they have
    paid too much is theirs. Said twice it brings nothing more."""
    payments = take_back_unpaid(claim, actor=actor)
    due = _difference(claim, actual, payments)
    if due.shortfall:
        _ask(claim, due.shortfall, actor=actor)
    elif due.credit:
        _give(claim.appointment, due.credit, payments, actor=actor)
    _ask_less(claim, actual, payments, actor=actor)
    return due


def take_back_unpaid(claim: Claim, *, actor: User) -> list[Payment]:
    """The insurer is asked again: nobody pays meanwhile what it may pay. Shortfalls of which nothing has arrived are
    taken back, with their invoices. Returns the visit's other payments, locked."""
    kept = []
    for payment in _locked(claim.appointment):
        if not _can_be_dropped(payment):
            kept.append(payment)
            continue
        _take_back(payment, actor=actor)
    return kept


def on_refusal(payment: Payment, *, actor: User) -> None:
    """What was sent for `payment` was not accepted. A shortfall that is not owed any more, since the insurer was asked
    again while that was being checked, is then not asked for again."""
    claim = Claim.objects.filter(appointment=payment.appointment_id).first()
    if claim is None or payment.claim_round == claim.round:
        return
    claim.appointment = payment.appointment
    others = [row for row in _locked(payment.appointment) if row.pk != payment.pk]
    actual = _borne(claim)
    if not _can_be_dropped(payment):
        if actual is not None:
            _ask_less(claim, actual, [payment, *others], actor=actor)
        return
    if actual is None or not _difference(claim, actual, others).shortfall:
        _take_back(payment, actor=actor)


def on_arrival(payment: Payment, *, actor: User | None) -> None:
    """The patient has paid for a visit of which they owed less than they were asked for: what they could not get back
    before they get now."""
    claim = Claim.objects.filter(appointment=payment.appointment_id).first()
    actual = _borne(claim) if claim else None
    if claim is None or actual is None:
        return
    claim.appointment = payment.appointment
    payments = [payment if row.pk == payment.pk else row for row in _locked(payment.appointment)]
    due = _difference(claim, actual, payments)
    if due.credit:
        _give(payment.appointment, due.credit, payments, actor=actor)
    _ask_less(claim, actual, payments, actor=actor)


def _borne(claim: Claim) -> Decimal | None:
    """What the insurer pays, or of a withdrawn claim the clinic; None while nobody has said."""
    if claim.status == ClaimStatus.WITHDRAWN:
        return claim.expected
    return claim.actual if claim.status in ANSWERED else None


def _difference(claim: Claim, actual: Decimal, payments: Iterable[Payment]) -> Difference:
    standing = [payment for payment in payments if payment.status in _STANDS]
    return between(
        claim.expected,
        actual,
        own=sum((row.amount for row in standing if row.kind == PaymentKind.CHARGE), ZERO),
        asked=_asked(standing),
        credited=_credited(claim),
        received=sum((row.received for row in standing), ZERO),
    )


def _asked(payments: Iterable[Payment]) -> Decimal:
    """Of the patient, by the shortfalls that stand."""
    shortfalls = (row for row in payments if row.kind == PaymentKind.SHORTFALL and row.status in _STANDS)
    return sum((row.amount for row in shortfalls), ZERO)


def _credited(claim: Claim) -> Decimal:
    """To the patient, since the insurer has answered."""
    entries = CreditEntry.objects.filter(
        payment__appointment=claim.appointment_id, reason=CreditReason.COVERED_MORE
    )
    return entries.aggregate(sum=Sum("amount"))["sum"] or ZERO


def _ask_less(claim: Claim, actual: Decimal, payments: Sequence[Payment], *, actor: User | None) -> None:
    """Shortfalls of which a part was paid ask for no more than is still owed, and are settled when that is nothing;
    their invoices are taken back by as much."""
    excess = _asked(payments) - _credited(claim) - (claim.expected - actual)
    for payment in payments:
        cut = min(excess, payment.outstanding)
        if payment.kind != PaymentKind.SHORTFALL or payment.status not in _UNPAID or cut <= 0:
            continue
        excess -= cut
        payment.amount -= cut
        payment.shortfall = payment.amount
        payment.save(update_fields=["amount", "shortfall", "updated_at"])
        reason = document_content.in_language_of(
            payment, lambda: _("The medical aid pays more than it said before.")
        )
        _credit_invoice(payment, cut, actor=actor, reason=reason)
        if payment.outstanding:
            raising.ask_for_rest(payment)
        else:
            change_status(payment, PaymentStatus.CONFIRMED, actor=actor)
            notices.confirmed(payment, by_mail=True)
        events.payment_changed(payment)


def _can_be_dropped(payment: Payment) -> bool:
    return payment.kind == PaymentKind.SHORTFALL and payment.status in _UNPAID and not payment.received


def _take_back(payment: Payment, *, actor: User) -> None:
    reason = document_content.in_language_of(payment, lambda: _("The medical aid is asked again."))
    change_status(payment, PaymentStatus.EXPIRED, actor=actor, reason=reason)
    if documents.standing_invoice(payment) is not None:
        documents.credit_invoice(payment, actor=actor, reason=reason)
    events.payment_changed(payment)
    aid_notices.shortfall_taken_back(payment)


def _locked(appointment: Appointment) -> list[Payment]:
    ids = appointment.payments.order_by("pk").values_list("pk", flat=True)  # type: ignore[attr-defined]
    payments = [lock(Payment, pk) for pk in ids]
    for payment in payments:
        payment.appointment = appointment
    return payments


def _ask(claim: Claim, amount: Decimal, *, actor: User) -> None:
    payment = raising.store(
        claim.appointment,
        amount,
        kind=PaymentKind.SHORTFALL,
        shortfall=amount,
        claim_round=claim.round,
    )
    record_start(payment, actor=actor)
    documents.invoice_for(payment, actor=actor)
    events.payment_changed(payment)
    aid_notices.shortfall_raised(payment)


def _give(
    appointment: Appointment, amount: Decimal, payments: Sequence[Payment], *, actor: User | None
) -> None:
    """To the patient's credit; the invoice that asked for too much is taken back by as much: of a shortfall that has
    brought so much, before the visit's own."""
    standing = [row for row in payments if row.status in _STANDS]
    asked = [row for row in standing if row.kind == PaymentKind.SHORTFALL and row.received >= amount]
    paid = max(asked or standing, key=lambda row: row.received)
    entry = credit.add(
        appointment.patient_id,
        amount,
        currency=paid.currency,
        reason=CreditReason.COVERED_MORE,
        actor=actor,
        payment=paid,
    )
    reason = document_content.in_language_of(
        paid, lambda: _("The medical aid paid more than expected. The amount is on your credit.")
    )
    _credit_invoice(paid, amount, actor=actor, reason=reason)
    aid_notices.covered_more(paid, entry)


def _credit_invoice(payment: Payment, amount: Decimal, *, actor: User | None, reason: str) -> None:
    """Take back `amount` of the payment's invoice, or as much of it as still stands."""
    invoice = documents.standing_invoice(payment)
    left = min(amount, documents.not_credited(invoice)) if invoice else ZERO
    if left:
        documents.credit_invoice(payment, actor=actor, reason=reason, amount=left)
