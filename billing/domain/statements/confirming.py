"""A person agrees that lines of a statement are payments: each in a transaction of its own, once, whatever races.

Each line goes the way of any other word that money has arrived: payments.confirm, with its claims to review and its two
people for much money, and so settling.accept. Locked are the visit, the payment, the attempt, then the line.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from billing.domain import attempts, payments, reviewing
from billing.domain.deciding import MOST_AT_ONCE
from billing.domain.references import normal_bank_reference, shown_bank_reference
from billing.enums import AttemptOutcome, LineState, PaymentMethod, PaymentStatus
from billing.models import Attempt, Payment, StatementLine
from clinic.core.errors import Conflict, DomainError, Invalid, InvalidTransition

_WITHOUT_ATTEMPT = (PaymentStatus.DUE, PaymentStatus.REJECTED, PaymentStatus.EXPIRED)


class Choice(NamedTuple):
    """A line and what it was proposed for; `attempt` None: a payment for which nothing had been sent."""

    line: UUID
    payment: UUID
    attempt: UUID | None


class Result(StrEnum):
    CONFIRMED = "confirmed"  # the money is in
    PROVED = "proved"  # it was in before: the line is its proof
    APPROVED = "approved"  # another person has to agree
    BEFORE = "before"  # done before, nothing changed


@dataclass
class Outcome:
    """`refused` has the sentence for each."""

    done: dict[Result, list[StatementLine]] = field(default_factory=lambda: {one: [] for one in Result})
    refused: list[tuple[StatementLine, str]] = field(default_factory=list)


def confirm_chosen(choices: Iterable[Choice], *, actor: User) -> Outcome:
    """Each by itself: what is refused keeps no other from being confirmed. The same again changes nothing.

    Raises Invalid for more than MOST_AT_ONCE, and NotAllowed.
    """
    chosen = list(dict.fromkeys(choices))
    if len(chosen) > MOST_AT_ONCE:
        raise Invalid(_("Choose at most %(most)s lines at once.") % {"most": MOST_AT_ONCE})
    payments.check_may_decide(actor)
    outcome = Outcome()
    known = StatementLine.objects.in_bulk([one.line for one in chosen])
    for one in chosen:
        if one.line not in known:
            continue
        try:
            outcome.done[confirm(one, actor=actor)].append(known[one.line])
        except DomainError as refusal:
            outcome.refused.append((known[one.line], refusal.detail))
    return outcome


@transaction.atomic
def confirm(choice: Choice, *, actor: User) -> Result:
    """Raises NotAllowed, Conflict (line, attempt or payment changed since it was proposed), UnderReview,
    SecondPersonNeeded, DuplicateReference, Invalid."""
    payments.check_may_decide(actor)
    try:
        payment = payments.locked_with_appointment(choice.payment)
        own = list(Attempt.objects.select_for_update(of=("self",)).filter(payment=payment))
        line = StatementLine.objects.select_for_update(of=("self",)).get(pk=choice.line)
    except (Payment.DoesNotExist, StatementLine.DoesNotExist):
        raise Conflict(_("This is no longer there. Load the page again.")) from None
    if line.state == LineState.CONFIRMED and line.attempt is not None and line.attempt.payment == payment:
        return Result.BEFORE
    if line.state != LineState.OPEN:
        raise Conflict(_("This line was settled another way meanwhile. Nothing was changed."))
    if line.currency != payment.currency:
        raise Invalid(_("The line is in another currency than the payment."))
    attempt = _attempt_chosen(choice, payment, own)
    if attempt is not None and attempt.outcome == AttemptOutcome.ACCEPTED:
        return _prove(line, attempt, actor)
    if attempt is None:
        attempt = _attempt_of(line, payment, actor)
    elif attempt.outcome != AttemptOutcome.PENDING:
        raise Conflict(
            _("What the patient sent was not accepted meanwhile. Look at the line again; it may fit anew.")
        )
    payments.confirm(payment.pk, actor=actor, amount=line.amount)
    attempt.refresh_from_db()
    if attempt.outcome != AttemptOutcome.ACCEPTED:
        return Result.APPROVED
    _settle(line, attempt, actor)
    return Result.CONFIRMED


def _attempt_chosen(choice: Choice, payment: Payment, own: list[Attempt]) -> Attempt | None:
    """Raises Conflict when the payment is not as it was when the line was proposed for it."""
    if choice.attempt is not None:
        for attempt in own:
            if attempt.pk == choice.attempt:
                return attempt
        raise Conflict(_("This is no longer there. Load the page again."))
    if any(attempt.outcome == AttemptOutcome.PENDING for attempt in own):
        raise Conflict(
            _("The patient has sent a bank reference for this payment meanwhile. Load the page again.")
        )
    if payment.status not in _WITHOUT_ATTEMPT:
        raise Conflict(_("This payment was paid or closed meanwhile. Nothing was changed."))
    return None


def _prove(line: StatementLine, attempt: Attempt, actor: User) -> Result:
    """The money of this attempt was accepted before the line was confirmed: no money comes twice."""
    if StatementLine.objects.filter(attempt=attempt).exists():
        raise Conflict(
            _("Another line has confirmed this payment. If this is more money, take it at the desk.")
        )
    if attempt.amount != line.amount:
        raise Conflict(_("This was confirmed with another amount meanwhile. Compare the two."))
    _settle(line, attempt, actor)
    return Result.PROVED


def _settle(line: StatementLine, attempt: Attempt, actor: User) -> None:
    line.state, line.attempt, line.settled_by = LineState.CONFIRMED, attempt, actor
    line.save(update_fields=["state", "attempt", "settled_by", "updated_at"])


def _attempt_of(line: StatementLine, payment: Payment, actor: User) -> Attempt:
    """The patient has sent nothing: the line itself is the attempt to pay. Where two people have to agree it waits in
    the queue, and the hold of the visit runs no more."""
    attempt = Attempt(
        payment=payment,
        method=PaymentMethod.BANK_TRANSFER,
        scheme=line.statement.scheme,
        submitted_by=actor,
        **_reference(line, payment),
    )
    attempts.store(attempt)
    if reviewing.needs_second(payment, line.amount):
        reviewing.queue(payment, actor=actor)
    return attempt


def _reference(line: StatementLine, payment: Payment) -> dict[str, str]:
    """The bank's reference, where its column has one: some banks put our own there, which a second transfer has too."""
    try:
        key = normal_bank_reference(line.reference)
    except Invalid:
        return {}
    if payment.reference in key:
        return {}
    return {"bank_reference": shown_bank_reference(line.reference, key), "reference_key": key}


def set_aside(line_id: UUID, *, actor: User) -> StatementLine:
    """It is no patient's payment. Raises NotAllowed, InvalidTransition, StatementLine.DoesNotExist."""
    return _move(line_id, LineState.OPEN, LineState.IGNORED, actor)


def bring_back(line_id: UUID, *, actor: User) -> StatementLine:
    """A line set aside is looked at again. Raises as set_aside."""
    return _move(line_id, LineState.IGNORED, LineState.OPEN, actor)


@transaction.atomic
def _move(line_id: UUID, before: str, after: str, actor: User) -> StatementLine:
    payments.check_may_decide(actor)
    line = StatementLine.objects.select_for_update(of=("self",)).get(pk=line_id)
    if line.state not in (before, after):
        raise InvalidTransition(_("This line has confirmed a payment: it stays as it is."))
    if line.state == before:
        line.state = after
        line.settled_by = actor if after == LineState.IGNORED else None
        line.save(update_fields=["state", "settled_by", "updated_at"])
    return line
