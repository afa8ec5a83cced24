"""One payment as management checks it, beside the queue: opening it claims it, leaving it lets it go."""

from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from billing import rules
from billing.domain import online_words, queries, reviewing
from billing.enums import AttemptOutcome, PaymentStatus
from billing.models import Attempt, Payment
from clinic.core import money
from clinic.core.errors import Conflict, NotAllowed


@dataclass
class Row:
    """A payment as `reader` finds it in the queue."""

    payment: Payment
    reader: User

    def __post_init__(self) -> None:
        self.attempt = attempt = self.payment.checked_attempt
        pending = attempt if attempt is not None and attempt.outcome == AttemptOutcome.PENDING else None
        self.waits = pending is not None
        # Money came another way while this was being checked.
        self.settled = self.waits and self.payment.status != PaymentStatus.SUBMITTED
        self.reviewer = reviewing.reviewer_of(pending) if pending else None
        self.mine = self.reviewer == self.reader
        # Somebody else has it open: nobody but them decides now.
        self.busy = self.reviewer is not None and not self.mine
        self.first = pending.first_approval_by if pending else None
        # The reader was the first of two, and can't be the second.
        self.approved = self.first == self.reader
        self.needs_second = self.waits and reviewing.needs_second(self.payment, self.payment.outstanding)

    @property
    def expected(self) -> str:
        """What has to arrive; of a refund, what has to be sent."""
        payment = self.payment
        if payment.status == PaymentStatus.REFUND_DUE and not self.waits:
            return money.shown(payment.refund_owed - payment.refunded, payment.currency)
        return money.shown(payment.outstanding or payment.amount, payment.currency)

    @property
    def arrived(self) -> Decimal:
        """What the field for the amount begins with: what the first of two people or a gateway named, else all that is
        outstanding."""
        if self.first is not None and self.attempt and self.attempt.amount is not None:
            return self.attempt.amount
        named = online_words.named(self.attempt) if self.waits and self.attempt else None
        return self.payment.outstanding if named is None else named

    @property
    def may_decide(self) -> bool:
        return self.waits and not self.busy

    @property
    def received(self) -> str:
        return money.shown(self.payment.received, self.payment.currency) if self.payment.received else ""

    @property
    def approved_amount(self) -> str:
        amount = self.attempt.amount if self.attempt else None
        return money.shown(amount, self.payment.currency) if amount is not None else ""

    @property
    def note(self) -> str:
        """What the dialog that confirms has to say besides."""
        if self.settled and not self.payment.outstanding:
            return _("This is paid already: what has arrived besides becomes the patient's credit.")
        if self.approved:
            return _("You have approved this payment already: another person has to agree.")
        if self.first is not None:
            return _("%(name)s has approved %(amount)s. If you agree, the payment is confirmed.") % {
                "name": self.first.name,
                "amount": self.approved_amount,
            }
        if self.needs_second:
            return _("Two people have to agree on so much money: yours is the first word.")
        return ""


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def payment_review(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The payment beside the queue; by POST it is also claimed, or the claim renewed. Who is second sees it too,
    and who has it."""
    user = cast(User, request.user)
    payment = _managed(user, pk)
    if request.method == "POST":
        # Refused, the page says who has it, or what became of it.
        with suppress(Conflict):
            reviewing.claim(pk, actor=user)
        payment = _managed(user, pk)
    row = Row(payment, user)
    attempt = row.attempt
    return render(
        request,
        "billing/parts/review.html",
        {
            "row": row,
            "payment": payment,
            "appointment": payment.appointment,
            "attempt": attempt,
            "earlier": [other for other in payment.attempts.all() if other != attempt][::-1],
            "resembles": _resembled(attempt),
        },
    )


@require_POST
@login_required
def payment_review_leave(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = cast(User, request.user)
    _managed(user, pk)
    reviewing.release(pk, actor=user)
    return HttpResponse(status=204)


def _managed(user: User, pk: UUID) -> Payment:
    payment = get_object_or_404(queries.visible_to(user), pk=pk)
    if not rules.can_decide(user):
        raise NotAllowed(_("Only the clinic's management decides on payments."))
    return payment


def _resembled(attempt: Attempt | None) -> Attempt | None:
    """The earlier attempt whose picture looks the same."""
    if attempt is None or attempt.resembles_id is None:
        return None
    return Attempt.objects.select_related("payment__appointment__patient").get(pk=attempt.resembles_id)
