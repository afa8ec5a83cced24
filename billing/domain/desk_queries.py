"""What the desk looks at: who still has to pay, what came in on a day, and the shifts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F, Q, QuerySet, Sum
from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from billing.enums import AttemptOutcome, PaymentMethod, PaymentStatus
from billing.models import Attempt, CashShift, CreditEntry, Payment
from clinic.core import money

from . import queries
from .settling import CALLED_OFF

_OPEN = (PaymentStatus.DUE, PaymentStatus.REJECTED, PaymentStatus.SUBMITTED)


def still_to_pay(user: User) -> QuerySet[Payment]:
    """Payments that `user` sees and that wait for money (or for the check of some), the earliest visit first; none
    whose slot is free again."""
    lapsed = Q(
        appointment__status="pending_payment",
        appointment__hold_expires_at__lte=timezone.now(),
    )
    return (
        queries.visible_to(user)
        .filter(status__in=_OPEN)
        .exclude(appointment__status__in=CALLED_OFF)
        .exclude(lapsed)
        .order_by("appointment__starts_at", "id")
    )


def of_visits_on(payments: QuerySet[Payment], day: date) -> QuerySet[Payment]:
    start, end = bounds(day)
    return payments.filter(appointment__starts_at__gte=start, appointment__starts_at__lt=end)


def bounds(day: date) -> tuple[datetime, datetime]:
    """The day's first moment and the next day's, in the clinic's zone."""
    start = timezone.make_aware(datetime.combine(day, time.min))
    return start, timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


@dataclass
class Takings:
    """What one person accepted on a day (`by` None: an online gateway's word), by method."""

    by: User | None
    sums: dict[str, Decimal] = field(default_factory=dict)

    @property
    def total(self) -> Decimal:
        return sum(self.sums.values(), Decimal(0))


def takings_on(day: date, *, cashier: UUID | None = None) -> list[Takings]:
    """Money accepted on `day`, whoever decided and however it came, in order of name. Credit that was used is left out:
    that money came before."""
    start, end = bounds(day)
    accepted = Attempt.objects.filter(
        outcome=AttemptOutcome.ACCEPTED, decided_at__gte=start, decided_at__lt=end
    ).exclude(method=PaymentMethod.CREDIT)
    if cashier is not None:
        accepted = accepted.filter(decided_by=cashier)
    rows = list(accepted.order_by().values("decided_by", "method").annotate(sum=Sum("amount")))
    people = User.objects.in_bulk([row["decided_by"] for row in rows if row["decided_by"]])
    found: dict[Any, Takings] = {}
    for row in rows:
        one = found.setdefault(row["decided_by"], Takings(people.get(row["decided_by"])))
        one.sums[row["method"]] = money.rounded(row["sum"], settings.CLINIC_CURRENCY)
    return sorted(found.values(), key=lambda one: (one.by is None, one.by.name if one.by else ""))


def totals(takings: Iterable[Takings]) -> dict[str, Decimal]:
    """By method, in the order of PaymentMethod, without those that brought nothing."""
    takings = list(takings)
    sums: Mapping[str, Decimal] = {
        method: sum((one.sums.get(method, Decimal(0)) for one in takings), Decimal(0))
        for method in PaymentMethod.values
    }
    return {method: amount for method, amount in sums.items() if amount}


def shifts() -> QuerySet[CashShift]:
    """All, the newest first, with their people and how far the count was off."""
    return (
        CashShift.objects.select_related("cashier", "closed_by")
        .annotate(difference=F("counted") - F("expected"))
        .order_by("-opened_at", "pk")
    )


def shifts_on(day: date, *, cashier: UUID | None = None) -> QuerySet[CashShift]:
    """Those that were open at any time of `day`."""
    start, end = bounds(day)
    found = shifts().filter(Q(closed_at=None) | Q(closed_at__gte=start), opened_at__lt=end)
    return found.filter(cashier=cashier) if cashier is not None else found


def cashiers() -> QuerySet[User]:
    """Everybody who may have had a drawer, active or not."""
    return User.objects.filter(
        Q(role=Role.MANAGEMENT) | Q(pk__in=CashShift.objects.values("cashier"))
    ).order_by("first_name", "last_name", "pk")


def attempts_in(shift: CashShift) -> QuerySet[Attempt]:
    """What its cashier took while it was open, the latest first."""
    return (
        Attempt.objects.filter(shift=shift, outcome=AttemptOutcome.ACCEPTED)
        .select_related("payment__appointment__patient")
        .order_by("-decided_at", "-id")
    )


def methods_in(shift: CashShift) -> dict[str, Decimal]:
    """What came in during the shift, by method."""
    rows = attempts_in(shift).order_by().values_list("method").annotate(Sum("amount"))
    return {
        method: money.rounded(amount, settings.CLINIC_CURRENCY)
        for method, amount in sorted(rows, key=lambda row: PaymentMethod.values.index(row[0]))
    }


def credit_lines(patient: User) -> QuerySet[CreditEntry]:
    """The patient's credit, the latest line first."""
    return (
        CreditEntry.objects.filter(patient=patient)
        .select_related("payment__appointment__service", "actor")
        .order_by("-number")
    )
