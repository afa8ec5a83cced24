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
from django.db.models import Prefetch
from django.utils import timezone

from accounts.domain import care
from accounts.enums import Mode
from accounts.models import Specialty, User
from billing.enums import PaymentStatus as P
from insights.demo import bills
from insights.demo.bills import insert
from insights.demo.keys import key
from insights.demo.plan import Visit
from insights.demo.timetable import closed_days, service_id
from messaging.domain import calls, conversations, messages
from messaging.enums import CallStatus
from messaging.models import Call, Conversation, Message
from scheduling.domain import timers
from scheduling.domain.pricing import charge
from scheduling.enums import CELL_MINUTES, OCCUPYING, ResourceKind
from scheduling.enums import AppointmentStatus as S
from scheduling.models import (
    Appointment,
    AppointmentStatusChange,
    CalendarCell,
    Resource,
    ResourceGroup,
    Service,
)

# The way to each status.
_PAID = (S.PENDING_PAYMENT, S.PENDING_CONFIRMATION)
WAY: Mapping[str, tuple[str, ...]] = {
    S.PENDING_PAYMENT: (S.PENDING_PAYMENT,),
    S.PENDING_CONFIRMATION: _PAID,
    S.CONFIRMED: (*_PAID, S.CONFIRMED),
    S.CHECKED_IN: (*_PAID, S.CONFIRMED, S.CHECKED_IN),
    S.IN_PROGRESS: (*_PAID, S.CONFIRMED, S.CHECKED_IN, S.IN_PROGRESS),
    S.COMPLETED: (*_PAID, S.CONFIRMED, S.CHECKED_IN, S.IN_PROGRESS, S.COMPLETED),
    S.NO_SHOW: (*_PAID, S.CONFIRMED, S.NO_SHOW),
    S.CANCELLED: (*_PAID, S.CONFIRMED, S.CANCELLED),
    S.DECLINED: (*_PAID, S.CONFIRMED, S.DECLINED),
    S.EXPIRED: (S.PENDING_PAYMENT, S.EXPIRED),
}
WAS_CONFIRMED = frozenset({S.CONFIRMED, S.CHECKED_IN, S.IN_PROGRESS, S.COMPLETED, S.NO_SHOW})
HELD = frozenset({S.CONFIRMED, S.CHECKED_IN, S.IN_PROGRESS})
REASONS: Mapping[str, str] = {
    S.CANCELLED: "I am travelling that week",
    S.DECLINED: "The doctor is called to theatre",
}


class Ledger:
    """Knows which calendar time is taken, so that a planned visit that no longer fits is left out."""

    def __init__(self, people: Mapping[str, User], now: datetime) -> None:
        self.people = people
        self.now = now
        self.manager = people["manager"]
        needs = Prefetch("needs", ResourceGroup.objects.prefetch_related("resources"))
        self.services: dict[Any, Service] = {
            service.pk: service for service in Service.objects.prefetch_related(needs)
        }
        self.specialties = {specialty.slug: specialty for specialty in Specialty.objects.all()}
        self.closed = closed_days()
        since = _cell(now - timedelta(days=9))
        self._taken = set(
            CalendarCell.objects.filter(cell__gte=since).values_list("calendar", "cell").iterator()
        )

    def is_free(self, visit: Visit) -> bool:
        if timezone.localtime(visit.starts_at).date() in self.closed:
            return False
        people = (self.people[name].pk for name in (visit.doctor, visit.patient))
        return self._resources(visit) is not None and all(self._has_time(owner, visit) for owner in people)

    def _has_time(self, calendar: UUID, visit: Visit) -> bool:
        return not any(cell in self._taken for cell in self._cells(calendar, visit))

    def _resources(self, visit: Visit) -> list[Resource] | None:
        """A free one of each group that the visit needs; None when one is missing."""
        found = []
        for group in self.services[service_id(visit.service)].needs.all():
            if group.kind == ResourceKind.ROOM and visit.mode != Mode.IN_PERSON:
                continue
            free = (one for one in group.resources.all() if one.is_active and self._has_time(one.pk, visit))
            resource = next(free, None)
            if resource is None:
                return None
            found.append(resource)
        return found

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
        self._how_it_went(appointment, visit)
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
        bills.write(appointment, visit, booked_at, book=self)
        return appointment

    def _how_it_went(self, appointment: Appointment, visit: Visit) -> None:
        """When the patient came, was called and seen: from this the queue reckons how long one waits."""
        way = WAY[visit.status]
        swing = int(hashlib.sha256(visit.name.encode()).hexdigest(), 16) % 9
        if S.CHECKED_IN in way:
            appointment.checked_in_at = min(
                appointment.starts_at - timedelta(minutes=5 + swing), self.now - timedelta(minutes=2)
            )
        if S.IN_PROGRESS in way:
            appointment.started_at = min(appointment.starts_at + timedelta(minutes=swing), self.now)
            appointment.called_at = appointment.started_at
        if S.COMPLETED in way:
            late = timedelta(minutes=swing - 3)
            appointment.completed_at = min(max(appointment.ends_at + late, appointment.starts_at), self.now)

    def _booked_at(self, visit: Visit) -> datetime:
        if visit.status == S.PENDING_PAYMENT:
            return self.now
        ahead = timedelta(hours=20 + len(visit.name) * 7 % 60)
        return min(visit.starts_at - ahead, self.now - timedelta(minutes=90))

    def _cells(self, calendar: UUID, visit: Visit) -> list[tuple[UUID, int]]:
        first = _cell(visit.starts_at)
        return [(calendar, first + offset) for offset in range(visit.minutes // CELL_MINUTES)]

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
        resources = self._resources(visit) or []
        appointment.resources.set(resources)
        owners = [appointment.doctor_id, appointment.patient_id, *(resource.pk for resource in resources)]
        cells = [cell for owner in owners for cell in self._cells(owner, visit)]
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
        way = WAY[visit.status]
        if visit.paid == P.EXPIRED:
            way = (S.PENDING_PAYMENT, visit.status)
        at: dict[str, datetime] = {
            S.PENDING_PAYMENT: booked_at,
            S.PENDING_CONFIRMATION: booked_at + timedelta(minutes=12),
            S.CONFIRMED: booked_at + timedelta(minutes=40),
            S.CHECKED_IN: appointment.checked_in_at or appointment.starts_at,
            S.IN_PROGRESS: appointment.started_at or appointment.starts_at,
            S.COMPLETED: appointment.completed_at or appointment.ends_at,
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
        insert(rows, times)


def _cell(moment: datetime) -> int:
    return int(moment.timestamp()) // 60 // CELL_MINUTES
