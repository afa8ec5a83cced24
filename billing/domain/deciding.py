"""Decisions besides yes and no (payments.confirm and payments.reject): asking the patient again, and many at once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import ActivityVerb
from accounts.models import User
from billing import events
from billing.enums import AskAgain, AttemptOutcome, PaymentStatus
from billing.models import Payment
from clinic.core.errors import DomainError, Invalid, InvalidTransition
from clinic.core.status import change_status
from scheduling.domain import progress
from scheduling.enums import AppointmentStatus

from . import attempts, claim_money, notices, payments, settling

MOST_AT_ONCE = 100


@transaction.atomic
def ask_again(payment_id: UUID | str, *, kind: str, reason: str = "", actor: User) -> Payment:
    """Nothing is wrong yet, but it can't be told from what was sent: the patient reads what is missing (`kind`, in
    their own language, and `reason` in the clinic's words) and sends it again while a fresh hold lasts. The payment
    becomes `rejected`, its attempt `asked_again`.

    Raises Invalid (`kind`; `reason`, which `other` needs), NotAllowed, AlreadyConfirmed, UnderReview and
    InvalidTransition, also when the visit was called off: nothing can be sent for it any more.
    """
    payments.check_may_decide(actor)
    if kind not in AskAgain.values:
        message = _("Choose what the patient should send again.")
        raise Invalid(message, fields={"kind": [message]})
    reason = payments.checked_reason(reason, needed=kind == AskAgain.OTHER)
    payment, _attempt = payments.locked_to_decide(payment_id, actor)
    if payment.status != PaymentStatus.SUBMITTED:
        raise InvalidTransition(
            _(
                "The payment has been settled another way. Confirm this one too if it has arrived, or reject it."
            )
        )
    if payment.appointment.status in settling.CALLED_OFF:
        raise InvalidTransition(
            _(
                "The visit was called off, so nothing can be sent again. Confirm the payment if the money has arrived: "
                "it is then paid back. Otherwise reject it."
            )
        )
    attempt = attempts.decide(
        payment, AttemptOutcome.ASKED_AGAIN, actor=actor, reason=reason, reason_kind=kind
    )
    change_status(payment, PaymentStatus.REJECTED, actor=actor, reason=attempt.reason_shown)
    payments.note(payment, ActivityVerb.PAYMENT_REJECTED, actor)
    if payment.appointment.status == AppointmentStatus.PENDING_CONFIRMATION:
        progress.payment_rejected(payment.appointment_id, actor=actor, reason=attempt.reason_shown)
    events.payment_changed(payment)
    notices.asked_again(payment, attempt)
    claim_money.on_refusal(payment, actor=actor)
    return payment


@dataclass
class Outcome:
    """What became of many confirmations: `refused` with the sentence for each."""

    confirmed: list[Payment] = field(default_factory=list)
    approved: list[Payment] = field(default_factory=list)
    refused: list[tuple[Payment, str]] = field(default_factory=list)


def confirm_chosen(payment_ids: Iterable[UUID], *, actor: User) -> Outcome:
    """Confirm each with what is outstanding, one after the other, each by itself: what is refused (decided meanwhile,
    being checked by somebody, waiting for another person) keeps no other from being confirmed.

    Raises Invalid for more than MOST_AT_ONCE, and NotAllowed.
    """
    ids = list(dict.fromkeys(payment_ids))
    if len(ids) > MOST_AT_ONCE:
        raise Invalid(_("Choose at most %(most)s payments at once.") % {"most": MOST_AT_ONCE})
    payments.check_may_decide(actor)
    outcome = Outcome()
    found = Payment.objects.select_related("appointment__patient").in_bulk(ids)
    for payment_id in ids:
        if payment_id not in found:
            continue
        try:
            payment = payments.confirm(payment_id, actor=actor)
        except DomainError as refusal:
            outcome.refused.append((found[payment_id], refusal.detail))
        else:
            waits = payment.status == PaymentStatus.SUBMITTED
            (outcome.approved if waits else outcome.confirmed).append(payment)
    return outcome
