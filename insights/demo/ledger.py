"""Writes planned visits as they would stand had they been booked, paid and held by hand.

Straight to the tables: the domain functions rightly refuse to book in the past. Everything that can be asked of
them is: prices, payment codes, references, conversations, care links.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from accounts.domain import care
from accounts.models import User
from billing.domain.payment_code import payload_for
from billing.domain.references import new_reference, normal_bank_reference
from billing.enums import PaymentStatus as P
from billing.enums import SubmissionOutcome
from billing.models import Payment, PaymentStatusChange, Submission
from clinic.core import money
from insights.demo import pictures
from insights.demo.keys import key
from insights.demo.plan import Visit
from insights.demo.timetable import service_id
from messaging.domain import calls, conversations, messages
from messaging.enums import CallStatus
from messaging.models import Call, Conversation, Message
from scheduling.domain import timers
from scheduling.domain.pricing import charge
from scheduling.enums import CELL_MINUTES, OCCUPYING
from scheduling.enums import AppointmentStatus as S
from scheduling.models import Appointment, AppointmentStatusChange, CalendarCell, Service

# The way to each status, and how a visit's payment stands then if the plan does not say.
WAY: Mapping[str, tuple[tuple[str, ...], str]] = {
    S.PENDING_PAYMENT: ((S.PENDING_PAYMENT,), P.DUE),
    S.PENDING_CONFIRMATION: ((S.PENDING_PAYMENT, S.PENDING_CONFIRMATION), P.SUBMITTED),
    S.CONFIRMED: ((S.PENDING_PAYMENT, S.PENDING_CONFIRMATION, S.CONFIRMED), P.CONFIRMED),
    S.CHECKED_IN: ((S.PENDING_PAYMENT, S.PENDING_CONFIRMATION, S.CONFIRMED, S.CHECKED_IN), P.CONFIRMED),
    S.IN_PROGRESS: (
        (S.PENDING_PAYMENT, S.PENDING_CONFIRMATION, S.CONFIRMED, S.CHECKED_IN, S.IN_PROGRESS),
        P.CONFIRMED,
    ),
    S.COMPLETED: (
        (S.PENDING_PAYMENT, S.PENDING_CONFIRMATION, S.CONFIRMED, S.CHECKED_IN, S.IN_PROGRESS, S.COMPLETED),
        P.CONFIRMED,
    ),
    S.NO_SHOW: ((S.PENDING_PAYMENT, S.PENDING_CONFIRMATION, S.CONFIRMED, S.NO_SHOW), P.CONFIRMED),
    S.CANCELLED: ((S.PENDING_PAYMENT, S.PENDING_CONFIRMATION, S.CONFIRMED, S.CANCELLED), P.REFUND_DUE),
    S.DECLINED: ((S.PENDING_PAYMENT, S.PENDING_CONFIRMATION, S.CONFIRMED, S.DECLINED), P.REFUND_DUE),
    S.EXPIRED: ((S.PENDING_PAYMENT, S.EXPIRED), P.EXPIRED),
}
PAYMENT_WAY: Mapping[str, tuple[str, ...]] = {
    P.DUE: (P.DUE,),
    P.SUBMITTED: (P.DUE, P.SUBMITTED),
    P.CONFIRMED: (P.DUE, P.SUBMITTED, P.CONFIRMED),
    P.REJECTED: (P.DUE, P.SUBMITTED, P.REJECTED),
    P.EXPIRED: (P.DUE, P.EXPIRED),
    P.REFUND_DUE: (P.DUE, P.SUBMITTED, P.CONFIRMED, P.REFUND_DUE),
    P.REFUNDED: (P.DUE, P.SUBMITTED, P.CONFIRMED, P.REFUND_DUE, P.REFUNDED),
}
WAS_CONFIRMED = frozenset({S.CONFIRMED, S.CHECKED_IN, S.IN_PROGRESS, S.COMPLETED, S.NO_SHOW})
HELD = frozenset({S.CONFIRMED, S.CHECKED_IN, S.IN_PROGRESS})
REASONS: Mapping[str, str] = {
    S.CANCELLED: "I am travelling that week",
    S.DECLINED: "The doctor is called to theatre",
    P.REJECTED: "This reference is not on our bank statement yet",
}


class Ledger:
    """Knows which calendar time is taken, so that a planned visit that no longer fits is left out."""

    def __init__(self, people: Mapping[str, User], now: datetime) -> None:
        self.people = people
        self.now = now
        self.manager = people["manager"]
        self.services: dict[Any, Service] = {service.pk: service for service in Service.objects.all()}
        since = _cell(now - timedelta(days=9))
        self._taken = set(
            CalendarCell.objects.filter(cell__gte=since).values_list("calendar", "cell").iterator()
        )

    def is_free(self, visit: Visit) -> bool:
        return not any(cell in self._taken for cell in self._cells(visit))

    def add(self, visits: Iterable[Visit]) -> int:
        """Write those that are not there yet and fit; returns how many were written."""
        planned = {key("visit", visit.name): visit for visit in visits}
        known = set(Appointment.objects.filter(pk__in=planned).values_list("pk", flat=True))
        written = 0
        for pk, visit in planned.items():
            if pk in known or (visit.status in OCCUPYING and not self.is_free(visit)):
                continue
            self.write(pk, visit)
            written += 1
        return written

    def write(self, pk: UUID, visit: Visit) -> Appointment:
        doctor, patient = self.people[visit.doctor], self.people[visit.patient]
        service = self.services[service_id(visit.service)]
        booked_at = self._booked_at(visit)
        appointment = Appointment(
            pk=pk,
            doctor=doctor,
            patient=patient,
            service=service,
            mode=visit.mode,
            starts_at=visit.starts_at,
            ends_at=visit.ends_at,
            reason=visit.reason,
            status=visit.status,
            price=charge(doctor, service),
            currency=settings.CLINIC_CURRENCY,
            booked_by=patient,
        )
        if visit.status == S.PENDING_PAYMENT:
            appointment.hold_expires_at = self.now + timedelta(minutes=settings.HOLD_MINUTES)
        if visit.status in WAS_CONFIRMED:
            care.link(patient, doctor)
            appointment.conversation = self._conversation(patient, doctor, booked_at + timedelta(minutes=40))
            if visit.mode == "video":
                appointment.call = self._call(appointment)
        appointment.save(force_insert=True)
        Appointment.objects.filter(pk=pk).update(created_at=booked_at)
        self._claim(visit, appointment)
        timers.at_hold_end(appointment)
        self._history(appointment, visit, booked_at)
        self._payment(appointment, visit, booked_at)
        return appointment

    def _booked_at(self, visit: Visit) -> datetime:
        if visit.status == S.PENDING_PAYMENT:
            return self.now
        ahead = timedelta(hours=20 + len(visit.name) * 7 % 60)
        return min(visit.starts_at - ahead, self.now - timedelta(minutes=90))

    def _cells(self, visit: Visit) -> list[tuple[UUID, int]]:
        first = _cell(visit.starts_at)
        return [
            (self.people[name].pk, first + offset)
            for name in (visit.doctor, visit.patient)
            for offset in range(visit.minutes // CELL_MINUTES)
        ]

    def _conversation(self, patient: User, doctor: User, confirmed_at: datetime) -> Conversation:
        """Opened by the portal's own line, as at a first confirmation."""
        conversation = conversations.between(patient, doctor)
        if not conversation.last_seq:
            at = min(confirmed_at, self.now)
            message = messages.post_system(
                conversation, "Your visit is confirmed. You can write to each other here."
            )
            Message.objects.filter(pk=message.pk).update(created_at=at)
            Conversation.objects.filter(pk=conversation.pk).update(created_at=at, last_message_at=at)
            conversation.refresh_from_db()
        return conversation

    def _claim(self, visit: Visit, appointment: Appointment) -> None:
        if visit.status not in OCCUPYING:
            return
        cells = self._cells(visit)
        self._taken.update(cells)
        CalendarCell.objects.bulk_create(
            CalendarCell(calendar=calendar, cell=cell, appointment=appointment) for calendar, cell in cells
        )

    def _call(self, appointment: Appointment) -> Call:
        assert appointment.conversation
        opens_at = appointment.starts_at - timedelta(minutes=settings.CALL_OPENS_MINUTES_BEFORE)
        closes_at = appointment.ends_at + timedelta(hours=1)
        if appointment.status in HELD and closes_at > self.now:
            return calls.schedule(
                appointment.conversation, host=appointment.doctor, opens_at=opens_at, closes_at=closes_at
            )
        met = appointment.status == S.COMPLETED
        return Call.objects.create(
            conversation=appointment.conversation,
            host=appointment.doctor,
            status=CallStatus.ENDED,
            opens_at=opens_at,
            closes_at=closes_at,
            started_at=appointment.starts_at if met else None,
            ended_at=appointment.ends_at,
        )

    def _history(self, appointment: Appointment, visit: Visit, booked_at: datetime) -> None:
        way, _ = WAY[visit.status]
        if visit.paid == P.EXPIRED:
            way = (S.PENDING_PAYMENT, visit.status)
        at: dict[str, datetime] = {
            S.PENDING_PAYMENT: booked_at,
            S.PENDING_CONFIRMATION: booked_at + timedelta(minutes=12),
            S.CONFIRMED: booked_at + timedelta(minutes=40),
            S.CHECKED_IN: appointment.starts_at - timedelta(minutes=9),
            S.IN_PROGRESS: appointment.starts_at,
            S.COMPLETED: appointment.ends_at,
            S.NO_SHOW: appointment.ends_at,
        }
        actors: dict[str, User | None] = {
            S.PENDING_PAYMENT: appointment.patient,
            S.PENDING_CONFIRMATION: appointment.patient,
            S.CANCELLED: appointment.patient,
            S.EXPIRED: None,
        }
        rows = []
        for number, status in enumerate(way):
            rows.append(
                AppointmentStatusChange(
                    appointment=appointment,
                    from_status=way[number - 1] if number else "",
                    to_status=status,
                    actor=actors.get(status, self.manager if status == S.CONFIRMED else appointment.doctor),
                    reason=REASONS.get(status, ""),
                )
            )
        times = [min(at.get(status, booked_at + timedelta(minutes=75)), self.now) for status in way]
        _insert(rows, times)

    def _payment(self, appointment: Appointment, visit: Visit, booked_at: datetime) -> None:
        if appointment.price <= 0:
            return
        status = visit.paid or WAY[visit.status][1]
        way = PAYMENT_WAY[status]
        handed_in = booked_at + timedelta(minutes=12)
        reference = new_reference()
        payment = Payment.objects.create(
            pk=key("payment", visit.name),
            appointment=appointment,
            amount=appointment.price,
            currency=appointment.currency,
            reference=reference,
            qr_payload=payload_for(
                amount=appointment.price, currency=appointment.currency, reference=reference
            ),
            status=status,
            submitted_at=handed_in if P.SUBMITTED in way else None,
        )
        times = [min(booked_at + timedelta(minutes=minutes), self.now) for minutes in (0, 12, 40, 75, 150)]
        Payment.objects.filter(pk=payment.pk).update(created_at=times[0], updated_at=times[len(way) - 1])
        patients_steps = (P.DUE, P.SUBMITTED)
        rows = [
            PaymentStatusChange(
                payment=payment,
                from_status=way[number - 1] if number else "",
                to_status=step,
                actor=appointment.patient if step in patients_steps else self.manager,
                reason=REASONS.get(step, ""),
            )
            for number, step in enumerate(way)
        ]
        _insert(rows, times)
        if P.SUBMITTED in way:
            self._submission(payment, visit, status, handed_in)

    def _submission(self, payment: Payment, visit: Visit, status: str, handed_in: datetime) -> None:
        digits = int(hashlib.sha256(visit.name.encode()).hexdigest(), 16) % 10**9
        bank_reference = f"DEMO-FT-{digits:09d}"
        outcome = {P.SUBMITTED: SubmissionOutcome.PENDING, P.REJECTED: SubmissionOutcome.REJECTED}.get(
            P(status), SubmissionOutcome.ACCEPTED
        )
        decided = outcome != SubmissionOutcome.PENDING
        attempt = Submission(
            payment=payment,
            bank_reference=bank_reference,
            reference_key=normal_bank_reference(bank_reference),
            submitted_by=payment.appointment.patient,
            outcome=outcome,
            decided_by=self.manager if decided else None,
            decided_at=min(handed_in + timedelta(minutes=28), self.now) if decided else None,
            reason=REASONS[P.REJECTED] if outcome == SubmissionOutcome.REJECTED else "",
        )
        if visit.with_proof:
            picture = pictures.transfer_slip(
                bank_reference=bank_reference,
                amount=money.shown(payment.amount, payment.currency),
                payee=settings.CLINIC_NAME,
                day=timezone.localtime(handed_in).strftime("%d %b %Y"),
            )
            attempt.proof_digest = hashlib.sha256(picture.read()).hexdigest()
            picture.seek(0)
            attempt.proof.save(picture.name, picture, save=False)
        attempt.save(force_insert=True)
        Submission.objects.filter(pk=attempt.pk).update(created_at=handed_in)


def _cell(moment: datetime) -> int:
    return int(moment.timestamp()) // 60 // CELL_MINUTES


def _insert(rows: list[Any], times: list[datetime]) -> None:
    """Insert history rows as of these times; `at` sets itself to now when a row is added."""
    manager = type(rows[0])._default_manager
    for row, at in zip(rows, times, strict=False):
        row.save()
        manager.filter(pk=row.pk).update(at=at)
