"""Two sources of the same figures: the tables themselves (raw), and their daily roll-ups. Both are asked for sums by
some of `bucket`, `doctor`, `service`, `mode`, `currency` and `method`, and answer with rows of the same names.

Days are the clinic's: they begin at midnight of settings.TIME_ZONE. A visit counts on the day it begins, money on the
day it was accepted or sent back, feedback on the day of its visit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, DateField, DurationField, ExpressionWrapper, F, Model, Q, QuerySet, Sum
from django.db.models.functions import Trunc
from django.utils import timezone

from billing.enums import AttemptOutcome, RefundOutcome
from billing.models import Attempt, Refund
from insights.models import FeedbackFigures, MoneyFigures, VisitFigures
from records.models import Feedback
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment

from .periods import Period

_S = AppointmentStatus
Row = dict[str, Any]
_CENT = Decimal("0.01")
AMOUNTS = ("charged", "covered", "co_payment", "shortfall")


@dataclass(frozen=True)
class Narrowing:
    """What the figures are narrowed to. A further dimension (a branch) is one field here and one column of the
    roll-ups."""

    doctor: UUID | None = None
    service: UUID | None = None
    mode: str | None = None

    def q(self, prefix: str = "") -> Q:
        wanted = {field.name: getattr(self, field.name) for field in fields(self)}
        return Q(**{f"{prefix}{name}": value for name, value in wanted.items() if value})


def within(field: str, periods: Iterable[Period]) -> Q:
    """The moment `field` lies on a day of one of the periods."""
    found = Q(pk__in=[])
    for period in periods:
        ends = _midnight(period.last + timedelta(days=1))
        found |= Q(**{f"{field}__gte": _midnight(period.first), f"{field}__lt": ends})
    return found


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()), timezone.get_default_timezone())


# What a visit has to be to count for a figure; the lists behind the figures ask for the same.
WAITED = Q(checked_in_at__isnull=False, started_at__gte=F("checked_in_at"))
MEASURED = Q(status=_S.COMPLETED, started_at__isnull=False, completed_at__gte=F("started_at"))
ACCEPTED = Q(outcome=AttemptOutcome.ACCEPTED)
SENT = Q(outcome=RefundOutcome.SENT)


def _took(begin: str, end: str, which: Q) -> Sum:
    took = ExpressionWrapper(F(end) - F(begin), output_field=DurationField())
    return Sum(took, filter=which)


_VISIT_SUMS = {
    "booked": Count("pk"),
    **{
        str(status): Count("pk", filter=Q(status=status))
        for status in (_S.COMPLETED, _S.NO_SHOW, _S.CANCELLED, _S.DECLINED, _S.EXPIRED)
    },
    "waited": Count("pk", filter=WAITED),
    "waited_seconds": _took("checked_in_at", "started_at", WAITED),
    "measured": Count("pk", filter=MEASURED),
    "measured_seconds": _took("started_at", "completed_at", MEASURED),
    "charged": Sum("quote__charge", filter=Q(status=_S.COMPLETED)),
    **{name: Sum(f"quote__{name}", filter=Q(status=_S.COMPLETED)) for name in AMOUNTS[1:]},
}


def _sums_by(by: Sequence[str]) -> dict[str, Any]:
    """Amounts only beside their currency: they are a third of the work."""
    return {name: each for name, each in _VISIT_SUMS.items() if "currency" in by or name not in AMOUNTS}


class Raw:
    """The tables themselves, on the days of some periods."""

    def __init__(self, periods: Sequence[Period], narrowing: Narrowing) -> None:
        self.periods, self.narrowing = periods, narrowing

    def visits(self, *by: str, bucket: str = "day") -> list[Row]:
        # All statuses are named so that the index by status and time serves.
        found = Appointment.objects.filter(
            within("starts_at", self.periods), self.narrowing.q(), status__in=_S.values
        )
        return _rows(_bucketed(found, "starts_at", bucket, by), by, _sums_by(by))

    def received(self, *by: str, bucket: str = "day") -> list[Row]:
        found = Attempt.objects.filter(ACCEPTED, within("decided_at", self.periods))
        sums = {"payments": Count("pk"), "received": Sum("amount")}
        return _rows(self._of_payment(found, "decided_at", bucket, by), by, sums)

    def refunded(self, *by: str, bucket: str = "day") -> list[Row]:
        found = Refund.objects.filter(SENT, within("settled_at", self.periods))
        sums = {"refunds": Count("pk"), "refunded": Sum("amount")}
        return _rows(self._of_payment(found, "settled_at", bucket, by), by, sums)

    def money(self, *by: str, bucket: str = "day") -> list[Row]:
        return self.received(*by, bucket=bucket) + self.refunded(*by, bucket=bucket)

    def feedback(self, *by: str, bucket: str = "day") -> list[Row]:
        found = Feedback.objects.filter(
            within("appointment__starts_at", self.periods),
            self.narrowing.q("appointment__"),
            appointment__status__in=_S.values,
        ).annotate(**_named("appointment__", by))
        sums = {
            "answers": Count("pk"),
            "overall": Sum("overall"),
            "recommending": Count("pk", filter=Q(recommend=True)),
        }
        return _rows(_bucketed(found, "appointment__starts_at", bucket, by), by, sums)

    def _of_payment(self, found: QuerySet[Any], at: str, bucket: str, by: Sequence[str]) -> QuerySet[Any]:
        found = found.filter(self.narrowing.q("payment__appointment__"))
        found = found.annotate(**_named("payment__appointment__", by), currency=F("payment__currency"))
        return _bucketed(found, at, bucket, by)


class Rolled:
    """The roll-ups of a period, without the days that `besides` names."""

    def __init__(self, period: Period, besides: Sequence[date], narrowing: Narrowing) -> None:
        self.chosen = Q(day__gte=period.first, day__lte=period.last) & narrowing.q()
        if besides:
            self.chosen &= ~Q(day__in=besides)

    def visits(self, *by: str, bucket: str = "day") -> list[Row]:
        return self._summed(VisitFigures, tuple(_sums_by(by)), by, bucket)

    def money(self, *by: str, bucket: str = "day") -> list[Row]:
        return self._summed(MoneyFigures, ("payments", "received", "refunds", "refunded"), by, bucket)

    def feedback(self, *by: str, bucket: str = "day") -> list[Row]:
        return self._summed(FeedbackFigures, ("answers", "overall", "recommending"), by, bucket)

    def _summed(self, model: type[Model], names: Iterable[str], by: Sequence[str], bucket: str) -> list[Row]:
        found = model._default_manager.filter(self.chosen)
        if "bucket" in by:
            found = found.annotate(bucket=F("day") if bucket == "day" else Trunc("day", bucket))
        return _rows(found, by, {f"sum_{name}": Sum(name) for name in names})


def _named(prefix: str, by: Sequence[str]) -> dict[str, F]:
    return {name: F(f"{prefix}{name}") for name in ("doctor", "service", "mode") if name in by}


def _bucketed(found: QuerySet[Any], at: str, bucket: str, by: Sequence[str]) -> QuerySet[Any]:
    if "bucket" not in by:
        return found
    zone = timezone.get_default_timezone()
    return found.annotate(bucket=Trunc(at, bucket, output_field=DateField(), tzinfo=zone))


def _rows(found: QuerySet[Any], by: Sequence[str], sums: dict[str, Any]) -> list[Row]:
    """Sums that are nothing are 0, times whole seconds, amounts of cents; SQLite reckons them as floating numbers."""
    found = found.order_by()
    rows = found.values(*by).annotate(**sums) if by else [found.aggregate(**sums)]
    return [
        {name.removeprefix("sum_"): _plain(value) if name in sums else value for name, value in row.items()}
        for row in rows
    ]


def _plain(value: Any) -> Any:
    if value is None:
        return 0
    if isinstance(value, timedelta):
        return int(value.total_seconds())
    return value.quantize(_CENT) if isinstance(value, Decimal) else value


def own_currency() -> str:
    """Amounts of a time when the clinic had another currency are never added to those of today."""
    return str(settings.CLINIC_CURRENCY)
