"""What patients and doctors have asked for: scans, an earlier time, the next visit, visits that repeat."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.utils import timezone

from insights.demo import cast
from insights.demo.bills import insert
from insights.demo.keys import key
from insights.demo.ledger import Ledger
from insights.demo.plan import Visit
from insights.demo.story import at, visit_of
from insights.demo.timetable import service_id
from scheduling.enums import OPEN, ReferralPriority
from scheduling.enums import AppointmentStatus as S
from scheduling.enums import ReferralStatus as R
from scheduling.enums import WaitingStatus as W
from scheduling.models import (
    Appointment,
    AppointmentSeries,
    Referral,
    ReferralStatusChange,
    WaitingEntry,
)


class Asked(NamedTuple):
    """A referral as it stands. `days`: on which day from today its visit is."""

    state: R
    doctor: str
    patient: str
    scan: str
    minutes: int
    days: int | None
    question: str


REFERRALS = [
    Asked(
        R.REQUESTED,
        "doctor",
        "patient",
        "MRI scan",
        45,
        None,
        "Headache for two months, worse in the morning?",
    ),
    Asked(R.BOOKED, "doctor", "patient2", "Ultrasound", 30, 2, "Gall stones?"),
    Asked(R.PERFORMED, "doctor2", "laxmi.thakuri", "X-ray", 15, -1, "Size of the heart?"),
    Asked(R.REPORTED, "doctor", "hari.bahadur", "X-ray", 15, -4, "Shadow on the lung?"),
    Asked(
        R.CANCELLED, "doctor2", "uma.devi", "Ultrasound", 30, None, "No longer needed after the blood test."
    ),
]
WAYS = {
    R.REQUESTED: (R.REQUESTED,),
    R.BOOKED: (R.REQUESTED, R.BOOKED),
    R.PERFORMED: (R.REQUESTED, R.BOOKED, R.PERFORMED),
    R.REPORTED: (R.REQUESTED, R.BOOKED, R.PERFORMED, R.REPORTED),
    R.CANCELLED: (R.REQUESTED, R.CANCELLED),
}
# Patient, doctor ("" for any of the specialty), mode.
WAITING = [
    ("kopila.limbu", "doctor", "video"),
    ("milan.basnet", "doctor", "in_person"),
    ("patient2", "doctor2", "in_person"),
    ("nisha.bhandari", "", "video"),
]
SERIES = ("bibek.poudel", "gita.tamang", 7, 4)


def seed(ledger: Ledger, today: date) -> None:
    """Add of each what there is none of at present."""
    for asked in REFERRALS:
        _referral(ledger, today, asked)
    for patient, doctor, mode in WAITING:
        _waiting(ledger, today, patient, doctor, mode)
    _follow_up(ledger, today)
    _series(ledger, today)


def _referral(ledger: Ledger, today: date, asked: Asked) -> None:
    referrer, patient = ledger.people[asked.doctor], ledger.people[asked.patient]
    scan = service_id(asked.scan)
    known = Referral.objects.filter(patient=patient, referrer=referrer, service=scan)
    if known.filter(status=asked.state).exists() or (asked.state == R.REQUESTED and known.exists()):
        return
    visit = None
    if asked.days is not None:
        planned = visit_of(
            f"scan/{today}/{asked.patient}",
            "radiologist",
            asked.patient,
            at(today, asked.days, 9),
            S.CONFIRMED if asked.days > 0 else S.COMPLETED,
            service=asked.scan,
            minutes=asked.minutes,
            reason="Sent by my doctor",
        )
        visit = _first_free(ledger, planned)
        if visit is None:
            return
    asked_at = ledger.now - timedelta(days=6)
    referral = Referral.objects.create(
        pk=key("referral", asked.state, today),
        patient=patient,
        referrer=referrer,
        service_id=scan,
        priority=ReferralPriority.URGENT if asked.state == R.BOOKED else ReferralPriority.ROUTINE,
        question=f"{asked.question} (Demo)",
        status=asked.state,
        appointment_id=visit,
    )
    Referral.objects.filter(pk=referral.pk).update(created_at=asked_at)
    way = WAYS[asked.state]
    actors = {R.REQUESTED: referrer, R.BOOKED: patient, R.CANCELLED: referrer}
    rows = [
        ReferralStatusChange(
            referral=referral,
            from_status=way[number - 1] if number else "",
            to_status=step,
            actor=actors.get(step, ledger.people["radiologist"]),
        )
        for number, step in enumerate(way)
    ]
    insert(rows, [asked_at + timedelta(hours=20 * number) for number in range(len(way))])


def _waiting(ledger: Ledger, today: date, patient: str, doctor: str, mode: str) -> None:
    person = ledger.people[patient]
    if WaitingEntry.objects.filter(patient=person, status__in=(W.WAITING, W.OFFERED)).exists():
        return
    wanted = ledger.people[doctor] if doctor else None
    slug = next((entry.specialty for entry in cast.DOCTORS if entry.email == doctor), "general-medicine")
    WaitingEntry.objects.get_or_create(
        pk=key("waiting", patient, today),
        defaults={
            "patient": person,
            "doctor": wanted,
            "specialty": ledger.specialties[slug],
            "service_id": service_id("Consultation"),
            "mode": mode,
            "first_day": today,
            "last_day": today + timedelta(days=10),
        },
    )


def _follow_up(ledger: Ledger, today: date) -> None:
    """The patient's own next visit, agreed on in the last one."""
    patient = ledger.people["patient"]
    if Appointment.objects.filter(patient=patient, follow_up_of__isnull=False, status__in=OPEN).exists():
        return
    seen = Appointment.objects.filter(patient=patient, doctor=ledger.people["doctor"], status=S.COMPLETED)
    before = seen.order_by("-starts_at").first()
    start = at(today, 7, 10)
    planned = visit_of(f"follow-up/{today}", "doctor", "patient", start, S.CONFIRMED, service="Follow-up", minutes=15,
                       mode="video", reason="Does the iron help?")  # fmt: skip
    made = _first_free(ledger, planned)
    if made:
        Appointment.objects.filter(pk=made).update(follow_up_of=before)


def _series(ledger: Ledger, today: date) -> None:
    """Weekly visits of one patient; the first of them is over or near, the last weeks away."""
    doctor, patient, every, count = SERIES
    ahead = Appointment.objects.filter(
        series__isnull=False, patient=ledger.people[patient], starts_at__gt=ledger.now, status__in=OPEN
    )
    if ahead.exists():
        return
    monday = today - timedelta(days=today.weekday())
    made = []
    for number in range(count):
        day = at(monday, 1 + every * number, 10)
        status = S.COMPLETED if day + timedelta(minutes=30) <= ledger.now else S.CONFIRMED
        # What is under way or about to begin belongs to the day's own story.
        if abs((day - ledger.now).total_seconds()) > 3600:
            name = f"series/{today}/{number}"
            pk = _first_free(
                ledger, visit_of(name, doctor, patient, day, status, reason="Exercises for the back")
            )
            made += [pk] if pk else []
    if made:
        series, _new = AppointmentSeries.objects.get_or_create(
            pk=key("series", today), defaults={"created_by": ledger.people[doctor], "every_days": every}
        )
        Appointment.objects.filter(pk__in=made).update(series=series)


def _first_free(ledger: Ledger, planned: Visit) -> UUID | None:
    """Write the visit at the first working half hour of its doctor's from its time on, on the same side of now; its
    id."""
    worker = next(entry for entry in cast.DOCTORS if entry.email == planned.doctor)
    over = planned.status == S.COMPLETED
    for starts_at in _half_hours(planned.starts_at):
        visit = replace(planned, starts_at=starts_at)
        local = timezone.localtime(starts_at)
        in_hours = worker.hours[0] <= f"{local:%H:%M}" < worker.hours[1] and local.hour != 13
        fits_now = visit.ends_at <= ledger.now if over else starts_at > ledger.now
        if in_hours and fits_now and local.weekday() not in worker.free_days and ledger.add([visit]):
            return key("visit", visit.name)
    return None


def _half_hours(start: datetime) -> Iterator[datetime]:
    """Of three days."""
    for step in range(3 * 48):
        yield start + timedelta(minutes=30 * step)
