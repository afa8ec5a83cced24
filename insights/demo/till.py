"""The cash desk of the demo clinic: yesterday's shift, counted and closed, and what was paid in it."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone

from billing.domain import denominations
from billing.enums import CreditReason, PaymentMethod
from billing.models import Attempt, CashShift, CreditEntry, Payment
from insights.demo.keys import key
from insights.demo.ledger import Ledger
from insights.demo.story import at, visit_of
from scheduling.enums import AppointmentStatus as S

# Who paid at the desk, with whom, when, how; and how much more than was due was kept as credit.
PAID = [
    ("patient2", "doctor2", 11, PaymentMethod.CASH, 200),
    ("hari.bahadur", "doctor", 12, PaymentMethod.CASH, 0),
    ("ganga.chhetri", "doctor2", 15, PaymentMethod.CARD, 0),
    ("uma.devi", "doctor", 16, PaymentMethod.MOBILE_MONEY, 0),
]
OPENING = Decimal(2000)
# The last day on which the clinic was open is looked for so far back.
DAYS_BACK = 6


def seed(ledger: Ledger, today: date) -> None:
    """A closed shift, unless there was one in the last week, and a visit of today that is to be paid at the desk."""
    for hour in range(9, 20):
        later = visit_of(
            f"till/later/{today}", "doctor", "sarita.bk", at(today, 0, hour, 45), S.CONFIRMED,
            paid="due", service="Follow-up", minutes=15, mode="in_person",
        )  # fmt: skip
        if later.starts_at > ledger.now and ledger.add([later]):
            break
    if CashShift.objects.filter(opened_at__gte=ledger.now - timedelta(days=7)).exists():
        return
    for back in range(1, DAYS_BACK + 1):
        paid = [row for row in PAID if _was_seen(ledger, today - timedelta(days=back), row)]
        if paid:
            _shift(ledger, today - timedelta(days=back), paid)
            return


def _name(day: date, row: tuple[Any, ...]) -> str:
    return f"till/{day}/{row[0]}"


def _was_seen(ledger: Ledger, day: date, row: tuple[Any, ...]) -> bool:
    patient, doctor, hour = row[:3]
    for minute in (45, 15, 30, 0):
        visit = visit_of(
            _name(day, row), doctor, patient, at(day, 0, hour, minute), S.COMPLETED,
            service="Follow-up", minutes=15, mode="in_person",
        )  # fmt: skip
        if ledger.add([visit]):
            return True
    return False


def _shift(ledger: Ledger, day: date, paid: list[tuple[Any, ...]]) -> None:
    shift = CashShift.objects.create(pk=key("shift", day), cashier=ledger.manager, opening_float=OPENING)
    expected = OPENING
    for number, row in enumerate(paid):
        payment = (
            Payment.objects.select_related("appointment").filter(pk=key("payment", _name(day, row))).first()
        )
        if payment is not None:
            taken = _at_the_desk(ledger, shift, payment, row, number)
            expected += taken if row[3] == PaymentMethod.CASH else 0
    counts = _made_up(expected - 5)
    CashShift.objects.filter(pk=shift.pk).update(
        opened_at=at(day, 0, 9, 2),
        closed_at=at(day, 0, 17, 24),
        expected=expected,
        counted=denominations.total(counts),
        denominations=counts,
        note="Five short: no coin was left to give as change",
    )


def _at_the_desk(
    ledger: Ledger, shift: CashShift, payment: Payment, row: tuple[Any, ...], number: int
) -> Decimal:
    """The attempt of the payment, told again as money taken at the desk; returns how much."""
    _patient, _doctor, hour, method, surplus = row
    taken = payment.amount + surplus
    is_cash = method == PaymentMethod.CASH
    came: datetime = at(timezone.localdate(payment.appointment.starts_at), 0, hour - 1, 40)
    attempt = payment.attempts.get()  # type: ignore[attr-defined]
    Attempt.objects.filter(pk=attempt.pk).update(
        method=method,
        scheme={PaymentMethod.CASH: "cash", PaymentMethod.CARD: "card"}.get(method, "esewa"),
        bank_reference="" if is_cash else f"DEMO-{number}-{came:%y%m%d}",
        reference_key="" if is_cash else f"DEMO{number}{came:%y%m%d}",
        amount=taken,
        submitted_by=ledger.manager,
        decided_at=came,
        created_at=came,
        shift=shift,
    )
    last = CreditEntry.objects.filter(patient=payment.appointment.patient_id).order_by("-number").first()
    if surplus:
        CreditEntry.objects.create(
            patient_id=payment.appointment.patient_id,
            number=last.number + 1 if last else 1,
            amount=surplus,
            balance=(last.balance if last else Decimal(0)) + surplus,
            currency=payment.currency,
            reason=CreditReason.OVERPAID,
            payment=payment,
            attempt=attempt,
            actor=ledger.manager,
        )
    return Decimal(taken)


def _made_up(amount: Decimal) -> dict[str, int]:
    """Notes and coins that come to `amount`, the largest first."""
    counts, rest = {}, amount
    for value in denominations.of(settings.CLINIC_CURRENCY):
        if number := int(rest // Decimal(value)):
            counts[value] = number
            rest -= number * Decimal(value)
    return counts
