"""Bulk data to measure with: thousands of patients, visits and messages, the same for one seed."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from accounts.models import CareLink, PatientProfile, User
from billing.domain import codes
from billing.domain.references import ALPHABET, LENGTH, check_character
from billing.enums import AttemptOutcome
from billing.enums import PaymentStatus as P
from billing.models import Attempt, Payment, PaymentStatusChange
from insights.demo import cast, people
from insights.demo.bills import PAID_AFTER, PAYMENT_WAY
from insights.demo.ledger import WAY
from insights.demo.timetable import closed_days, service_id
from messaging.domain.conversations import pair_of
from messaging.models import Conversation, Member, Message
from scheduling.enums import CELL_MINUTES, OCCUPYING
from scheduling.enums import AppointmentStatus as S
from scheduling.models import Appointment, AppointmentStatusChange, CalendarCell, Service

THOUSAND = 1000
A_PATIENT = 10
BATCH = 2000
# The demo's own two weeks lie between these, in days from the day of seeding.
LATEST_PAST, FIRST_AHEAD = -10, 10
AHEAD_DAYS = 45
HALF_HOURS = [9 + half / 2 for half in range(16)]
LINES = [
    "Namaste, I have a question about my medicine.",
    "Please take it after food, once a day.",
    "धन्यवाद डाक्टर साहेब।",
    "Shall I come again next week?",
    "Yes, please book a follow-up.",
]
PAST = [(0.82, S.COMPLETED), (0.89, S.NO_SHOW), (0.95, S.CANCELLED), (1.0, S.EXPIRED)]
AHEAD = [(0.8, S.CONFIRMED), (0.95, S.PENDING_CONFIRMATION), (1.0, S.CANCELLED)]


def seed(*, thousands: int, number: int) -> dict[str, int]:
    """Add `thousands` thousand patients with ten visits and ten messages each; returns how many of each were added.

    A patient who is there already is left out together with their visits and messages.
    """
    wanted = [f"scale{number}-{index:06d}@{cast.DOMAIN}" for index in range(thousands * THOUSAND)]
    existing = User.objects.filter(email__startswith=f"scale{number}-").count()
    new = wanted[existing:]
    maker = Maker(number, skipped=existing * A_PATIENT)
    counts = {"patients": 0, "appointments": 0, "messages": 0}
    for start in range(0, len(new), BATCH // A_PATIENT):
        with transaction.atomic():
            for what, count in maker.make(new[start : start + BATCH // A_PATIENT]).items():
                counts[what] += count
    return counts


class Maker:
    """Makes patients with all that belongs to them. `skipped` visits were made by an earlier run."""

    def __init__(self, number: int, *, skipped: int) -> None:
        self.chance = random.Random(f"{number} from {skipped}")
        self.now = timezone.now()
        self.password = make_password(cast.PASSWORD)
        names = people.by_name([doctor.email for doctor in cast.DOCTORS])
        self.doctors = [names[doctor.email] for doctor in cast.DOCTORS]
        self.service = Service.objects.get(pk=service_id("Consultation"))
        fees = User.objects.filter(pk__in=[doctor.pk for doctor in self.doctors]).values_list(
            "pk", "doctor_profile__fee"
        )
        self.fees = dict(fees)
        self.taken = set(CalendarCell.objects.values_list("calendar", "cell").iterator())
        self.slots = self._slots(timezone.localdate(self.now))
        for _skip in range(skipped):
            next(self.slots)

    def make(self, emails: list[str]) -> dict[str, int]:
        patients = self._patients(emails)
        rows: dict[type, list[Any]] = {
            model: []
            for model in (
                Appointment,
                AppointmentStatusChange,
                CalendarCell,
                Payment,
                PaymentStatusChange,
                Attempt,
            )
        }
        links: dict[tuple[UUID, UUID], CareLink] = {}
        for patient in patients:
            for _visit in range(A_PATIENT):
                self._visit(patient, rows, links)
        for model, found in rows.items():
            model._default_manager.bulk_create(found, batch_size=BATCH)  # type: ignore[attr-defined]
        CareLink.objects.bulk_create(links.values(), batch_size=BATCH)
        messages = self._talk(patients)
        return {"patients": len(patients), "appointments": len(rows[Appointment]), "messages": messages}

    def _uuid(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128), version=4)

    def _patients(self, emails: list[str]) -> list[User]:
        users = [
            User(
                pk=self._uuid(),
                email=email,
                password=self.password,
                first_name=self.chance.choice(cast.PATIENTS).first_name,
                last_name=self.chance.choice(cast.PATIENTS).last_name,
            )
            for email in emails
        ]
        User.objects.bulk_create(users, batch_size=BATCH)
        EmailAddress.objects.bulk_create(
            EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users
        )
        now = timezone.now()
        PatientProfile.objects.bulk_create(
            PatientProfile(
                user=user,
                date_of_birth=date(self.chance.randint(1940, 2020), self.chance.randint(1, 12), 15),
                gender=self.chance.choice(("female", "male", "other", "unknown")),
                welcomed_at=now,
            )
            for user in users
        )
        return users

    def _slots(self, today: date) -> Iterator[tuple[User, datetime]]:
        """A tenth of the visits lies ahead, the rest behind, each doctor busy at most eight hours a day."""
        past = self._times(today, range(LATEST_PAST, -36500, -1))
        ahead = self._times(today, range(FIRST_AHEAD, FIRST_AHEAD + AHEAD_DAYS))
        while True:
            if self.chance.random() < 0.1 and (slot := next(ahead, None)):
                yield slot
            else:
                yield next(past)

    def _times(self, today: date, offsets: range) -> Iterator[tuple[User, datetime]]:
        closed = closed_days()
        for offset in offsets:
            day = today + timedelta(days=offset)
            if day in closed:
                continue
            midnight = timezone.make_aware(datetime(day.year, day.month, day.day))
            for doctor in self.doctors:
                for hour in HALF_HOURS:
                    starts_at = midnight + timedelta(hours=hour)
                    if (doctor.pk, int(starts_at.timestamp()) // (60 * CELL_MINUTES)) not in self.taken:
                        yield doctor, starts_at

    def _visit(self, patient: User, rows: dict[type, list[Any]], links: dict[Any, CareLink]) -> None:
        doctor, starts_at = next(self.slots)
        first = int(starts_at.timestamp()) // (60 * CELL_MINUTES)
        cells = range(first, first + self.service.minutes // CELL_MINUTES)
        roll = self.chance.random()
        status = next(status for below, status in (PAST if starts_at < self.now else AHEAD) if roll <= below)
        # A patient sees one doctor at a time; the second visit was called off.
        if any((patient.pk, cell) in self.taken for cell in cells):
            status = S.CANCELLED
        appointment = Appointment(
            pk=self._uuid(),
            doctor=doctor,
            patient=patient,
            service=self.service,
            mode=self.chance.choice(("video", "in_person")),
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=self.service.minutes),
            reason="Bulk demo visit",
            status=status,
            price=self.fees[doctor.pk],
            currency=settings.CLINIC_CURRENCY,
            booked_by=patient,
        )
        if status == S.COMPLETED:
            # From a little short to a little long, as visits are.
            appointment.started_at = starts_at + timedelta(minutes=self.chance.randrange(8))
            appointment.completed_at = starts_at + timedelta(minutes=self.chance.randrange(18, 42))
        rows[Appointment].append(appointment)
        way = WAY[status]
        rows[AppointmentStatusChange].extend(
            AppointmentStatusChange(
                appointment=appointment,
                from_status=way[step - 1] if step else "",
                to_status=to,
                actor=patient,
            )
            for step, to in enumerate(way)
        )
        if status in OCCUPYING:
            for owner in (doctor.pk, patient.pk):
                self.taken.update((owner, cell) for cell in cells)
                rows[CalendarCell].extend(
                    CalendarCell(calendar=owner, cell=cell, appointment=appointment) for cell in cells
                )
            links.setdefault(
                (patient.pk, doctor.pk), CareLink(pk=self._uuid(), patient=patient, doctor=doctor)
            )
        self._payment(appointment, PAID_AFTER[status], rows)

    def _payment(self, appointment: Appointment, paid: str, rows: dict[type, list[Any]]) -> None:
        body = "".join(self.chance.choice(ALPHABET) for _place in range(LENGTH - 1))
        reference = body + check_character(body)
        payment = Payment(
            pk=self._uuid(),
            appointment=appointment,
            amount=appointment.price,
            currency=appointment.currency,
            reference=reference,
            qr_payload=codes.write(
                amount=appointment.price, currency=appointment.currency, reference=reference
            ),
            status=paid,
            received=appointment.price if P.CONFIRMED in PAYMENT_WAY[paid] else 0,
            refund_owed=appointment.price if P.REFUND_DUE in PAYMENT_WAY[paid] else 0,
            refunded=appointment.price if paid == P.REFUNDED else 0,
        )
        rows[Payment].append(payment)
        if P.SUBMITTED in PAYMENT_WAY[paid]:
            payment.submitted_at = min(appointment.starts_at, self.now)
            rows[Attempt].append(
                Attempt(
                    pk=self._uuid(),
                    payment=payment,
                    bank_reference=f"DEMO-{reference}",
                    reference_key=f"DEMO{reference}",
                    submitted_by=appointment.patient,
                    outcome=AttemptOutcome.PENDING if paid == P.SUBMITTED else AttemptOutcome.ACCEPTED,
                    amount=None if paid == P.SUBMITTED else appointment.price,
                    # Money counts on the day it was accepted.
                    decided_at=None if paid == P.SUBMITTED else payment.submitted_at,
                )
            )
        way = PAYMENT_WAY[paid]
        rows[PaymentStatusChange].extend(
            PaymentStatusChange(
                payment=payment,
                from_status=way[step - 1] if step else "",
                to_status=to,
                actor=appointment.patient,
            )
            for step, to in enumerate(way)
        )

    def _talk(self, patients: list[User]) -> int:
        """Ten messages with one doctor each."""
        conversations: list[Conversation] = []
        members: list[Member] = []
        messages: list[Message] = []
        for patient in patients:
            doctor = self.chance.choice(self.doctors)
            at = self.now - timedelta(minutes=self.chance.randint(60, 60 * 24 * 300))
            conversation = Conversation(
                pk=self._uuid(),
                pair=pair_of(patient, doctor),
                last_seq=A_PATIENT,
                last_message_at=at.astimezone(UTC),
            )
            conversations.append(conversation)
            for user in (patient, doctor):
                members.append(
                    Member(pk=self._uuid(), conversation=conversation, user=user, last_read_seq=A_PATIENT)
                )
            messages.extend(
                Message(
                    pk=self._uuid(),
                    conversation=conversation,
                    seq=seq,
                    sender=patient if seq % 2 else doctor,
                    text=self.chance.choice(LINES),
                )
                for seq in range(1, A_PATIENT + 1)
            )
        Conversation.objects.bulk_create(conversations, batch_size=BATCH)
        Member.objects.bulk_create(members, batch_size=BATCH)
        Message.objects.bulk_create(messages, batch_size=BATCH)
        return len(messages)
