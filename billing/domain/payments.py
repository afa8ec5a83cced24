"""The life of a payment: raised, submitted, confirmed or rejected, expired, refunded.

Locks are always taken in one order, the appointment's row and then the payment's, so that a decision, a
cancellation and a lapsing hold cannot wait for each other in a ring. Domain functions of scheduling that are
called here lock the same appointment row again, which costs nothing.
"""

from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from billing import events, rules
from billing.enums import AttemptOutcome, PaymentMethod, PaymentStatus
from billing.models import Attempt, Payment, Quote
from clinic.core.errors import Conflict, Invalid, InvalidTransition, NotAllowed
from clinic.core.status import change_status, lock, record_start
from scheduling.domain import progress
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment

from . import (
    amounts,
    attempts,
    cancelling,
    claim_money,
    documents,
    notices,
    proofs,
    quoting,
    raising,
    reviewing,
    settling,
)
from .cancellation import ALL

REASON_MIN, REASON_MAX = 3, 240

# Confirmed once, whatever came after.
_WAS_CONFIRMED = frozenset({PaymentStatus.CONFIRMED, PaymentStatus.REFUND_DUE, PaymentStatus.REFUNDED})


class AlreadyConfirmed(Conflict):
    """409: someone confirmed this payment before; nothing changes."""

    code = "already_confirmed"


class HoldExpired(Conflict):
    """409: the time to pay is over, the slot is free again."""

    code = "expired"


def begin(appointment: Appointment, *, actor: User | None) -> Payment | None:
    """What a visit that was just booked has to wait for: its payment. Where the medical aid pays all of it there is
    none, and the visit goes on at once; with the authorisation still open it waits to be confirmed."""
    quote = quoting.freeze(appointment, actor=actor)
    if quote.covered < quote.charge:
        return raise_for(appointment, actor=actor)
    if appointment.status == AppointmentStatus.PENDING_PAYMENT:
        if quote.authorisation_open:
            locked = lock(Appointment, appointment.pk)
            progress.change(locked, AppointmentStatus.PENDING_CONFIRMATION, actor=actor)
        else:
            progress.paid(appointment.pk, actor=actor)
        appointment.refresh_from_db()  # the caller goes on with it
    return None


def raise_for(appointment: Appointment, *, actor: User | None) -> Payment:
    """The payment that `appointment` waits for: its charge less what is covered; a second call returns the first one.
    Raises Invalid when there is nothing for the patient to pay."""
    if appointment.price <= 0:
        raise Invalid(_("This appointment costs nothing, so there is nothing to pay."))
    with transaction.atomic():
        locked = lock(Appointment, appointment.pk)
        existing = locked.payments.exclude(status=PaymentStatus.EXPIRED).first()
        if existing is not None:
            return existing
        payment = _create(locked, quoting.freeze(locked, actor=actor))
        record_start(payment, actor=actor)
        events.payment_changed(payment)
    return payment


def _create(appointment: Appointment, quote: Quote) -> Payment:
    amount = quote.charge - quote.covered
    if amount <= 0:
        raise Invalid(_("The medical aid covers this appointment, so there is nothing to pay."))
    return raising.store(
        appointment,
        amount,
        covered=quote.covered,
        co_payment=quote.co_payment,
        shortfall=quote.shortfall,
    )


def locked_with_appointment(payment_id: UUID | str) -> Payment:
    """The payment, fresh, with its appointment's row and its own row locked in that order. Raises
    Payment.DoesNotExist."""
    appointment_id = Payment.objects.values_list("appointment_id", flat=True).get(pk=payment_id)
    appointment = lock(Appointment, appointment_id)
    payment = lock(Payment, payment_id)
    payment.appointment = appointment
    return payment


def locked_to_decide(payment_id: UUID | str, actor: User) -> tuple[Payment, Attempt]:
    """The payment and its attempt that is being checked, all rows locked, when `actor` may decide on it now. What came
    another way meanwhile (an online gateway, a bank statement) may have settled the payment: its attempt is decided all
    the same, since that money may have come as well. Raises NotAllowed, AlreadyConfirmed, InvalidTransition and
    UnderReview."""
    check_may_decide(actor)
    payment = locked_with_appointment(payment_id)
    try:
        attempt = attempts.pending(payment)
    except Attempt.DoesNotExist:
        raise _nothing_to_decide(payment) from None
    reviewing.check_free(attempt, actor)
    return payment, attempt


def submit(
    payment_id: UUID | str, *, bank_reference: str, proof: UploadedFile | None = None, actor: User
) -> Payment:
    """Hand in an attempt to pay: `submitted`, and the appointment waits for confirmation. The same reference for the
    attempt that is being checked already (a double click) changes nothing.

    Raises NotAllowed, Invalid, TooLarge and UnsupportedType (fields `bank_reference`, `proof`), DuplicateReference,
    DuplicateProof, HoldExpired, InvalidTransition and Payment.DoesNotExist.
    """
    if not rules.can_submit(actor, Payment.objects.select_related("appointment").get(pk=payment_id)):
        raise NotAllowed(_("Only the patient sends the bank reference of a payment."))
    # Before the rows are locked: decoding a picture takes a while.
    attempt = attempts.prepare(payment_id, bank_reference=bank_reference, proof=proof, actor=actor)
    try:
        return _submit(attempt, actor=actor)
    finally:
        attempts.forget_unless_stored(attempt)


def _submit(attempt: Attempt, *, actor: User) -> Payment:
    with transaction.atomic():
        payment = locked_with_appointment(attempt.payment_id)
        if payment.status == PaymentStatus.SUBMITTED and attempts.is_being_checked(attempt):
            return payment
        _check_open(payment)
        attempts.store(attempt)
        proofs.look_later(attempt)
        change_status(payment, PaymentStatus.SUBMITTED, actor=actor, submitted_at=timezone.now())
        note(payment, ActivityVerb.PAYMENT_SUBMITTED, actor)
        if payment.appointment.status == AppointmentStatus.PENDING_PAYMENT:
            progress.payment_submitted(payment.appointment_id, actor=actor)
        events.payment_changed(payment)
        notices.submitted(payment, attempt)
        return payment


@transaction.atomic
def confirm(payment_id: UUID | str, *, actor: User, amount: Decimal | None = None) -> Payment:
    """The money has arrived, `amount` of it (when not given: all that is outstanding; of a settled payment, all of it
    once more): settling.accept says what becomes of the payment and its visit. Where two people have to agree, the
    first one's word leaves it `submitted`.

    Raises NotAllowed, AlreadyConfirmed (with `confirmed_by` and `confirmed_at`), UnderReview, SecondPersonNeeded,
    InvalidTransition and Invalid (`amount`).
    """
    payment, attempt = locked_to_decide(payment_id, actor)
    if amount is None:
        if attempt.method == PaymentMethod.ONLINE:
            # What waits here is what a gateway could not settle: whoever confirms it names the amount.
            raise amounts.refused(
                "amount", _("Enter how much has arrived, as the gateway's own pages show it.")
            )
        amount = payment.outstanding or payment.amount
    if reviewing.approve(payment, attempt, amount, actor=actor):
        settling.accept(payment, attempt, amount, actor=actor)
    else:
        events.payment_changed(payment)
    return payment


@transaction.atomic
def reject(payment_id: UUID | str, *, reason: str, actor: User) -> Payment:
    """The money is not there: `rejected`, the patient is told `reason` and may try again while a new hold lasts;
    `expired` at once when the appointment was called off meanwhile.

    Raises Invalid (a reason has 3–240 characters), NotAllowed, AlreadyConfirmed, UnderReview and InvalidTransition.
    """
    check_may_decide(actor)
    reason = checked_reason(reason)
    payment, _pending = locked_to_decide(payment_id, actor)
    attempt = attempts.decide(payment, AttemptOutcome.REJECTED, actor=actor, reason=reason)
    if payment.status != PaymentStatus.SUBMITTED:
        events.payment_changed(payment)
        return payment
    change_status(payment, PaymentStatus.REJECTED, actor=actor, reason=reason)
    note(payment, ActivityVerb.PAYMENT_REJECTED, actor)
    if payment.appointment.status in settling.CALLED_OFF:
        if payment.received > payment.kept:
            settling.give_back_late(payment, actor=actor)
        else:
            change_status(payment, PaymentStatus.EXPIRED, reason=_("The appointment had been called off."))
        documents.credit_unpaid(payment, actor=actor)
    elif payment.appointment.status == AppointmentStatus.PENDING_CONFIRMATION:
        progress.payment_rejected(payment.appointment_id, actor=actor, reason=reason)
    events.payment_changed(payment)
    notices.rejected(payment, attempt)
    claim_money.on_refusal(payment, actor=actor)
    return payment


def refund(payment_id: UUID | str, *, actor: User, reason: str = "") -> Payment:
    """All that is owed was sent back in one go: `refunded`. Raises NotAllowed, Invalid (a note has at most 240
    characters), RefundPlanned (somebody is sending it) and InvalidTransition unless a refund is due."""
    from . import refunds

    return refunds.send_all(payment_id, actor=actor, reason=reason)


@transaction.atomic
def follow_appointment(appointment: Appointment, *, actor: User | None, by_patient: bool = False) -> None:
    """The appointment was cancelled, declined or has expired: what was paid has to go back (of what a patient who
    answers for it calls off, as much as the clinic's terms say), what was not expires.

    An attempt that is being checked stays in the queue: the money may have arrived, and confirming it then makes
    the refund due, by the terms of now.
    """
    locked = lock(Appointment, appointment.pk)
    percent = cancelling.percent_for(locked, by_patient=by_patient)
    for payment_id in locked.payments.order_by("pk").values_list("pk", flat=True):
        payment = lock(Payment, payment_id)
        payment.appointment = locked
        open_part = payment.received > 0 and payment.status in (PaymentStatus.DUE, PaymentStatus.REJECTED)
        if payment.status == PaymentStatus.CONFIRMED or open_part:
            settling.give_back(payment, percent, actor=actor)
        elif payment.status == PaymentStatus.SUBMITTED and percent < ALL:
            payment.refund_percent = percent
            payment.save(update_fields=["refund_percent", "updated_at"])
            continue
        elif payment.status in (PaymentStatus.DUE, PaymentStatus.REJECTED):
            change_status(payment, PaymentStatus.EXPIRED, actor=actor)
            events.payment_changed(payment)
        documents.credit_unpaid(payment, actor=actor)


def note(payment: Payment, verb: ActivityVerb, actor: User) -> None:
    """Into the trail: `actor` changed its status."""
    patient = payment.appointment.patient_id
    trail.record(verb, actor=actor, target=payment, patient=patient, changed=["status"])


def check_may_decide(actor: User) -> None:
    """Raises NotAllowed."""
    if not rules.can_decide(actor):
        raise NotAllowed(_("Only the clinic's management decides on payments."))


def _check_open(payment: Payment) -> None:
    """Due or rejected, and the slot still held (or kept by the clinic without waiting for the money)."""
    if payment.status == PaymentStatus.SUBMITTED:
        raise InvalidTransition(
            _("We are checking the reference you sent before. You can send another one if it is rejected.")
        )
    if payment.has_lapsed:
        raise HoldExpired(
            _(
                "The time to pay is over and the slot is free again. Please book a new time. If the money has left "
                "your account, write to the clinic: we will find it by your bank reference."
            )
        )
    if not payment.can_become(PaymentStatus.SUBMITTED):
        raise InvalidTransition(_("This payment is settled: there is nothing more to send."))


def _nothing_to_decide(payment: Payment) -> Conflict:
    if payment.status in _WAS_CONFIRMED:
        return _already_confirmed(payment)
    if payment.status == PaymentStatus.REJECTED:
        return InvalidTransition(_("This payment was rejected already; the patient may send it again."))
    return InvalidTransition(_("The patient has not sent a bank reference for this payment."))


def _already_confirmed(payment: Payment) -> AlreadyConfirmed:
    change = payment.history.select_related("actor").filter(to_status=PaymentStatus.CONFIRMED).last()
    if change is None:
        return AlreadyConfirmed(_("This payment was confirmed already."))
    at = timezone.localtime(change.at)
    return AlreadyConfirmed(
        _("Already confirmed by %(name)s at %(time)s. Nothing was changed.")
        % {
            "name": change.actor.name if change.actor else settings.CLINIC_NAME,
            "time": date_format(
                at, "TIME_FORMAT" if at.date() == timezone.localdate() else "DATETIME_FORMAT"
            ),
        },
        extra={
            "confirmed_by": change.actor.name if change.actor else None,
            "confirmed_at": at.isoformat(),
        },
    )


def checked_reason(reason: str, *, needed: bool = True) -> str:
    """Tidied. Raises Invalid (`reason`)."""
    reason = " ".join(reason.split())
    if "\x00" in reason:
        raise _reason_refused(_("The reason holds a character that can't be stored."))
    if len(reason) < REASON_MIN and (needed or reason):
        raise _reason_refused(_("Give a reason: the patient reads it to know what to do next."))
    if len(reason) > REASON_MAX:
        raise _reason_refused(_("Keep the reason under %(most)s characters.") % {"most": REASON_MAX})
    return reason


def checked_note(note: str) -> str:
    """Tidied; may be empty. Raises Invalid (`reason`)."""
    note = " ".join(note.split())
    if len(note) > REASON_MAX or "\x00" in note:
        raise _reason_refused(_("Keep the note under %(most)s characters.") % {"most": REASON_MAX})
    return note


def _reason_refused(message: str) -> Invalid:
    return Invalid(message, fields={"reason": [message]})
