"""Who is checking which attempt, and who has to agree.

Opening an attempt in the queue claims it for CLAIM_LASTS; the open page renews that, and nobody else decides until it
is let go or lapses. From settings.SECOND_APPROVAL_FROM on, two people have to agree on the same amount.

`check_free` and `approve` are called under the locks of appointment, payment and attempt (payments.confirm).
"""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from billing import events, rules
from billing.enums import AttemptOutcome, PaymentStatus
from billing.models import Attempt, Payment
from clinic.core import money
from clinic.core.errors import Conflict, InvalidTransition, NotAllowed
from clinic.core.status import change_status
from scheduling.domain import progress
from scheduling.enums import AppointmentStatus

from . import amounts, notices

CLAIM_LASTS = timedelta(minutes=5)


class UnderReview(Conflict):
    """409: somebody else is checking this attempt (`reviewer`, `reviewed_until`)."""

    code = "under_review"


class SecondPersonNeeded(Conflict):
    """409: the same person approved this amount before; another one has to agree."""

    code = "second_person_needed"


def claim(payment_id: UUID | str, *, actor: User) -> Attempt:
    """The attempt being checked is `actor`'s to decide for CLAIM_LASTS from now. One UPDATE compares and sets, so of
    any number of people one has it; the same person again renews it.

    Raises NotAllowed, UnderReview, and InvalidTransition when nothing waits to be checked.
    """
    if not rules.can_decide(actor):
        raise NotAllowed(_("Only the clinic's management decides on payments."))
    now = timezone.now()
    pending = Attempt.objects.filter(payment_id=payment_id, outcome=AttemptOutcome.PENDING)
    free = Q(reviewer=None) | Q(reviewer=actor) | Q(reviewed_until__lte=now)
    with transaction.atomic():
        before = pending.select_related("reviewer").first()
        taken = pending.filter(free).update(reviewer=actor, reviewed_until=now + CLAIM_LASTS, updated_at=now)
        attempt = pending.select_related("reviewer", "payment").first()
        if attempt is None:
            raise InvalidTransition(_("This payment is not waiting to be checked any more."))
        if not taken:
            raise _under_review(attempt)
        # A renewal is no news.
        if before is None or reviewer_of(before) != actor:
            events.review_changed(attempt)
    return attempt


def release(payment_id: UUID | str, *, actor: User) -> None:
    """`actor` looks at it no more. Nothing happens when it is not theirs (any more)."""
    mine = Attempt.objects.filter(payment_id=payment_id, outcome=AttemptOutcome.PENDING, reviewer=actor)
    with transaction.atomic():
        if mine.update(reviewer=None, reviewed_until=None, updated_at=timezone.now()):
            events.review_changed(Attempt.objects.filter(payment_id=payment_id).latest("created_at"))


def reviewer_of(attempt: Attempt) -> User | None:
    """Who is checking it now."""
    until = attempt.reviewed_until
    return attempt.reviewer if until is not None and until > timezone.now() else None


def check_free(attempt: Attempt, actor: User) -> None:
    """Raises UnderReview while somebody else is checking `attempt`."""
    if reviewer_of(attempt) not in (None, actor):
        raise _under_review(attempt)


def needs_second(payment: Payment, amount: Decimal) -> bool:
    """Whether two people have to agree that `amount` has arrived. A part counts like the whole, so that nobody gets by
    with a part just below the limit."""
    least = settings.SECOND_APPROVAL_FROM
    return bool(least) and max(payment.amount, amount) >= least


def approve(payment: Payment, attempt: Attempt, amount: Decimal, *, actor: User) -> bool:
    """Whether `amount` may be accepted now. False: `actor` is the first of two, which is stored with the attempt and
    told to the others; who names another amount is the first one anew.

    Raises SecondPersonNeeded when `actor` was the first already, Invalid (`amount`).
    """
    amounts.checked(amount, payment.currency)
    if not needs_second(payment, amount):
        return True
    if attempt.first_approval_by_id is not None and attempt.amount == amount:
        if attempt.first_approval_by_id == actor.pk:
            raise SecondPersonNeeded(
                _("You have approved this payment. From %(amount)s on another person has to agree.")
                % {"amount": money.shown(settings.SECOND_APPROVAL_FROM, payment.currency)}
            )
        return True
    attempt.first_approval_by, attempt.first_approval_at = actor, timezone.now()
    attempt.amount = amount
    # The other one looks at it next.
    attempt.reviewer = attempt.reviewed_until = None
    attempt.save(
        update_fields=[
            "first_approval_by", "first_approval_at", "amount", "reviewer", "reviewed_until", "updated_at",
        ]
    )  # fmt: skip
    trail.record(
        ActivityVerb.PAYMENT_CONFIRMED,
        actor=actor,
        target=payment,
        patient=payment.appointment.patient_id,
        changed=["first_approval_by"],
    )
    notices.second_approval(payment, attempt)
    return False


def queue(payment: Payment, *, actor: User) -> None:
    """What somebody of management noted waits to be checked by another one; the hold of the visit runs no more. A
    payment that is settled, or over, stays so."""
    now = timezone.now()
    if not payment.can_become(PaymentStatus.SUBMITTED):
        payment.submitted_at = now
        payment.save(update_fields=["submitted_at", "updated_at"])
        return
    change_status(payment, PaymentStatus.SUBMITTED, actor=actor, submitted_at=now)
    if payment.appointment.status == AppointmentStatus.PENDING_PAYMENT:
        progress.change(payment.appointment, AppointmentStatus.PENDING_CONFIRMATION, actor=actor)


def _under_review(attempt: Attempt) -> UnderReview:
    assert attempt.reviewer is not None
    assert attempt.reviewed_until is not None
    until = timezone.localtime(attempt.reviewed_until)
    return UnderReview(
        _("%(name)s is checking this payment. If nobody decides, you can take over at %(time)s.")
        % {"name": attempt.reviewer.name, "time": until.strftime("%H:%M")},
        extra={"reviewer": attempt.reviewer.name, "reviewed_until": until.isoformat()},
    )
