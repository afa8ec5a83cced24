"""What lines of a statement may pay, in a constant number of queries, and the lines that wait."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from billing import rules
from billing.domain.references import is_reference
from billing.domain.settling import CALLED_OFF
from billing.enums import LET_GO, AttemptOutcome, LineState, PaymentMethod, PaymentStatus
from billing.models import Attempt, Payment, Statement, StatementLine

from .cells import plain
from .matching import LENGTH, Candidate, Line, Proposal, Standing, match

# Older lines and payments are found by hand.
LOOKS_BACK = timedelta(days=120)
_BY_TRANSFER = (PaymentMethod.QR, PaymentMethod.BANK_TRANSFER, PaymentMethod.MOBILE_MONEY)
_UNPAID = (PaymentStatus.DUE, PaymentStatus.REJECTED, PaymentStatus.EXPIRED)


def statements_visible_to(user: User) -> QuerySet[Statement]:
    """All for management, none for anyone else."""
    found = Statement.objects.select_related("uploaded_by")
    return found if rules.can_decide(user) else found.none()


def lines_visible_to(user: User) -> QuerySet[StatementLine]:
    found = StatementLine.objects.select_related("statement", "settled_by")
    return found if rules.can_decide(user) else found.none()


def counts(lines: QuerySet[StatementLine]) -> dict[str, int]:
    """How many of `lines` there are in each state, zeros included."""
    found = dict(lines.order_by().values_list("state").annotate(Count("pk")))
    return {state: found.get(state, 0) for state in LineState.values}


def proposals(lines: QuerySet[StatementLine]) -> list[Proposal]:
    """For the open ones of `lines` in the clinic's currency; money in another one is never matched."""
    today = timezone.localdate()
    rows = (
        lines.filter(
            state=LineState.OPEN, currency=settings.CLINIC_CURRENCY, booked_on__gte=today - LOOKS_BACK
        )
        .order_by("booked_on", "number")
        .values_list("pk", "booked_on", "amount", "reference", "description", "payer")
    )
    waiting = [Line(*row) for row in rows]
    return match(waiting, candidates()) if waiting else []


def candidates() -> list[Candidate]:
    """Everything a transfer may have paid in the last months."""
    return [*_attempts(), *_payments()]


def _attempts() -> Iterable[Candidate]:
    """Those that wait to be checked, and transfers accepted that no statement has proved."""
    since = timezone.now() - LOOKS_BACK
    rows = Attempt.objects.filter(
        Q(outcome=AttemptOutcome.PENDING)
        | Q(
            outcome=AttemptOutcome.ACCEPTED,
            decided_at__gte=since,
            method__in=_BY_TRANSFER,
            statement_line=None,
        ),
        payment__currency=settings.CLINIC_CURRENCY,
    ).values_list(
        "pk", "payment_id", "outcome", "amount", "reference_key", "created_at", "payment__reference",
        "payment__amount", "payment__received", "payment__status", "payment__appointment__status",
        "payment__appointment__patient__first_name", "payment__appointment__patient__last_name",
    )  # fmt: skip
    for row in rows.order_by("created_at", "pk"):
        pk, payment, outcome, arrived, key, at, reference, asked, received, status, visit, first, last = row
        if outcome == AttemptOutcome.ACCEPTED:
            standing, expected = Standing.ACCEPTED, arrived or Decimal(0)
        else:
            over = visit in CALLED_OFF or status == PaymentStatus.EXPIRED
            standing = Standing.CALLED_OFF if over else Standing.PENDING
            expected = max(asked - received, Decimal(0)) or asked
        yield Candidate(
            payment,
            pk,
            reference,
            expected,
            timezone.localdate(at),
            standing,
            key,
            f"{first} {last}",
        )


def _payments() -> Iterable[Candidate]:
    """Those for which nothing waits to be checked."""
    pending = Attempt.objects.filter(payment=OuterRef("pk"), outcome=AttemptOutcome.PENDING)
    rows = list(
        Payment.objects.filter(
            ~Exists(pending),
            status__in=_UNPAID,
            amount__gt=F("received"),
            currency=settings.CLINIC_CURRENCY,
            created_at__gte=timezone.now() - LOOKS_BACK,
        )
        .order_by("created_at", "pk")
        .values_list(
            "pk", "reference", "amount", "received", "status", "created_at", "appointment__status",
            "appointment__patient__first_name", "appointment__patient__last_name",
        )
    )  # fmt: skip
    let_go = dict(
        Attempt.objects.filter(
            outcome__in=LET_GO, payment__status__in=_UNPAID, created_at__gte=timezone.now() - LOOKS_BACK
        )
        .exclude(reference_key="")
        .order_by("created_at")
        .values_list("payment_id", "reference_key")
    )
    arrived: dict[UUID, list[Decimal]] = defaultdict(list)
    in_part = [row[0] for row in rows if row[3]]
    for payment, amount in Attempt.objects.filter(
        payment__in=in_part, outcome=AttemptOutcome.ACCEPTED
    ).values_list("payment_id", "amount"):
        arrived[payment].append(amount or Decimal(0))
    for pk, reference, asked, received, status, at, visit, first, last in rows:
        if status == PaymentStatus.EXPIRED or visit in CALLED_OFF:
            standing = Standing.CALLED_OFF
        else:
            standing = Standing.LET_GO if pk in let_go else Standing.UNPAID
        yield Candidate(
            pk,
            None,
            reference,
            asked - received,
            timezone.localdate(at),
            standing,
            let_go.get(pk, ""),
            f"{first} {last}",
            tuple(arrived[pk]),
        )


def named_by(lines: Iterable[StatementLine]) -> dict[UUID, Payment]:
    """For lines that fit nothing: the payment whose reference stands in them, paid or closed meanwhile."""
    words: dict[UUID, set[str]] = {}
    for line in lines:
        text = "".join(
            sign
            for sign in plain(f"{line.reference} {line.description} {line.payer}")
            if sign.isascii() and sign.isalnum()
        )
        pieces = {text[at : at + LENGTH] for at in range(len(text) - LENGTH + 1)}
        words[line.pk] = {piece for piece in pieces if is_reference(piece)}
    found = Payment.objects.select_related("appointment__patient").filter(
        reference__in=set().union(*words.values()) if words else []
    )
    by_reference = {payment.reference: payment for payment in found}
    return {
        pk: by_reference[piece]
        for pk, pieces in words.items()
        for piece in sorted(pieces)
        if piece in by_reference
    }
