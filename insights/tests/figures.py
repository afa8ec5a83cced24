"""A clinic's life at random, the same for one seed, and its figures reckoned by hand."""

import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from accounts.enums import Mode
from accounts.models import User
from billing.domain.references import new_reference
from billing.enums import AttemptOutcome, PaymentKind, PaymentMethod, PaymentStatus, RefundOutcome
from billing.models import Attempt, Payment, Quote, Refund
from insights.domain.figures.periods import Period
from insights.domain.figures.reading import Figures
from insights.domain.figures.sources import AMOUNTS
from records.models import Feedback
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment, Service

ZONE = ZoneInfo("Asia/Kathmandu")
FIRST = date(2026, 1, 28)
DAYS = 12
# The last minute of a day, its first, and the hour in which Kathmandu and Greenwich have another day.
EDGES = [timedelta(minutes=minutes) for minutes in (1435, 0, 340, 345)]
S = AppointmentStatus


class Life:
    def __init__(self, seed: int, patients: list[User], doctors: list[User], services: list[Service]) -> None:
        self.chance = random.Random(seed)
        self.patients, self.doctors, self.services = patients, doctors, services

    def moment(self) -> datetime:
        day = FIRST + timedelta(days=self.chance.randrange(DAYS))
        if self.chance.random() < 0.4:
            clock = self.chance.choice(EDGES)
        else:
            clock = timedelta(minutes=5 * self.chance.randrange(288))
        return datetime(day.year, day.month, day.day, tzinfo=ZONE) + clock

    def step(self) -> None:
        steps: list[Callable[[], None]] = [self.book] * 4 + [self.pay] * 3 + [self.change, self.move]
        steps += [self.send_back, self.answer, self.hand_over]
        self.chance.choice(steps)()

    def book(self) -> None:
        starts_at = self.moment()
        status = self.chance.choice([s for s in S if s != S.PENDING_PAYMENT])
        visit = Appointment(
            patient=self.chance.choice(self.patients), doctor=self.chance.choice(self.doctors),
            service=self.chance.choice(self.services), mode=self.chance.choice(Mode.values), starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=15), status=status, price=Decimal(800),
            currency="USD" if self.chance.random() < 0.1 else "NPR", booked_by=self.patients[0],
        )  # fmt: skip
        if status in (S.COMPLETED, S.IN_PROGRESS):
            visit.checked_in_at = starts_at - timedelta(seconds=self.chance.randrange(-400, 1500))
            visit.started_at = starts_at + timedelta(seconds=self.chance.randrange(900))
            if status == S.COMPLETED:
                visit.completed_at = visit.started_at + timedelta(seconds=self.chance.randrange(1800))
        visit.save()
        if self.chance.random() < 0.5:
            # Whole ones: SQLite checks that they add up with floating numbers.
            parts = [Decimal(self.chance.randrange(900)) for _part in range(3)]
            Quote.objects.create(
                appointment=visit, charge=sum(parts), covered=parts[0], co_payment=parts[1], shortfall=parts[2],
                currency=visit.currency,
            )  # fmt: skip

    def any(self, rows: Any) -> Any:
        found = list(rows.order_by("created_at", "pk"))
        return self.chance.choice(found) if found else None

    def pay(self) -> None:
        visit = self.any(Appointment.objects.all())
        if visit is None:
            return
        amount = Decimal(self.chance.randrange(1, 100_000)) / 100
        payment = Payment.objects.filter(appointment=visit).first() or Payment.objects.create(
            appointment=visit, kind=PaymentKind.CHARGE, amount=amount, received=amount, currency=visit.currency,
            reference=new_reference(), status=PaymentStatus.CONFIRMED,
        )  # fmt: skip
        outcome = self.chance.choice(
            [AttemptOutcome.ACCEPTED, AttemptOutcome.ACCEPTED, AttemptOutcome.REJECTED]
        )
        Attempt.objects.create(
            payment=payment, method=self.chance.choice(PaymentMethod.values), amount=amount, outcome=outcome,
            decided_at=self.moment(), submitted_by=visit.patient,
        )  # fmt: skip

    def send_back(self) -> None:
        payment = self.any(Payment.objects.all())
        sent = self.any(Refund.objects.filter(outcome=RefundOutcome.SENT))
        if sent and self.chance.random() < 0.4:
            # The bank sent it back, on another day.
            sent.outcome, sent.settled_at = RefundOutcome.FAILED, self.moment()
            sent.save(update_fields=["outcome", "settled_at", "updated_at"])
        elif payment:
            Refund.objects.create(
                payment=payment, amount=Decimal(self.chance.randrange(1, 9_000)) / 100,
                method=self.chance.choice(PaymentMethod.values), outcome=RefundOutcome.SENT, settled_at=self.moment(),
                actor=self.doctors[0],
            )  # fmt: skip

    def change(self) -> None:
        if visit := self.any(Appointment.objects.all()):
            visit.status = self.chance.choice([S.CANCELLED, S.NO_SHOW, S.DECLINED, S.EXPIRED])
            visit.save(update_fields=["status", "updated_at"])

    def move(self) -> None:
        if visit := self.any(Appointment.objects.all()):
            visit.starts_at = self.moment()
            visit.ends_at = visit.starts_at + timedelta(minutes=15)
            visit.save(update_fields=["starts_at", "ends_at", "updated_at"])

    def hand_over(self) -> None:
        if visit := self.any(Appointment.objects.all()):
            visit.doctor = self.chance.choice(self.doctors)
            visit.save()

    def answer(self) -> None:
        if visit := self.any(Appointment.objects.filter(feedback=None)):
            stars, recommend = self.chance.randint(1, 5), self.chance.random() < 0.7
            Feedback.objects.create(appointment=visit, overall=stars, recommend=recommend)


def by_hand(period: Period, wanted: Callable[[Appointment], bool] = lambda _visit: True) -> Figures:
    """The figures without any SQL sum."""
    found = Figures()
    for visit in Appointment.objects.select_related("quote"):
        if not (within(visit.starts_at, period) and wanted(visit)):
            continue
        _count(visit, found)
    for attempt in Attempt.objects.filter(outcome="accepted").select_related("payment__appointment"):
        if _is_own(attempt, attempt.decided_at, period) and wanted(attempt.payment.appointment):
            found.add({"payments": 1, "received": attempt.amount})
    for refund in Refund.objects.filter(outcome="sent").select_related("payment__appointment"):
        if _is_own(refund, refund.settled_at, period) and wanted(refund.payment.appointment):
            found.add({"refunds": 1, "refunded": refund.amount})
    for said in Feedback.objects.select_related("appointment"):
        if within(said.appointment.starts_at, period) and wanted(said.appointment):
            found.add({"answers": 1, "overall": said.overall, "recommending": int(said.recommend)})
    return found


def of_a_piece(period: Period, wanted: Callable[[Appointment], bool] = lambda _visit: True) -> Figures:
    """As by_hand, without what pieces leave out."""
    nothing: dict[str, Any] = dict.fromkeys(AMOUNTS, Decimal(0))
    return replace(by_hand(period, wanted), **nothing)


def _count(visit: Appointment, found: Figures) -> None:
    found.booked += 1
    if visit.status in ("completed", "no_show", "cancelled", "declined", "expired"):
        found.add({visit.status: 1})
    if visit.checked_in_at and visit.started_at and visit.started_at >= visit.checked_in_at:
        found.add({"waited": 1, "waited_seconds": _seconds(visit.checked_in_at, visit.started_at)})
    if visit.status == "completed":
        if visit.started_at and visit.completed_at:
            found.add({"measured": 1, "measured_seconds": _seconds(visit.started_at, visit.completed_at)})
        if visit.currency == "NPR" and hasattr(visit, "quote"):
            quote = visit.quote
            found.add({"charged": quote.charge, "covered": quote.covered})
            found.add({"co_payment": quote.co_payment, "shortfall": quote.shortfall})


def _seconds(begin: datetime, end: datetime) -> int:
    return int((end - begin).total_seconds())


def _is_own(row: Any, at: datetime | None, period: Period) -> bool:
    assert at
    return within(at, period) and row.payment.currency == "NPR" and row.method != PaymentMethod.CREDIT


def within(moment: datetime, period: Period) -> bool:
    return period.first <= moment.astimezone(ZONE).date() <= period.last


def summed(found: Iterable[Figures]) -> Figures:
    total = Figures()
    for each in found:
        total.add(vars(each))
    return total
