"""What makes the demo clinic alive at the moment it is opened: the log-ins' own visits, who waits, who is in."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from clinic.core.status import change_status, lock
from insights.demo import cast
from insights.demo.keys import key
from insights.demo.ledger import Ledger
from insights.demo.plan import Visit
from messaging.models import Call
from scheduling.enums import AppointmentStatus as S
from scheduling.enums import ReferralStatus
from scheduling.models import Appointment, Referral

# Nobody sits in a waiting room at night.
OPEN_HOURS = range(7, 21)


def seed(ledger: Ledger, today: date) -> None:
    """Add the visits of the log-ins, and what happens right now if nothing does."""
    _video_now(ledger)
    if timezone.localtime(ledger.now).hour in OPEN_HOURS:
        _someone_in(ledger)
        _someone_waiting(ledger)
    _holds(ledger, today)
    _lately_and_soon(ledger, today)


def _lately_and_soon(ledger: Ledger, today: date) -> None:
    """The visits that the first two patients see in their lists. One of each kind lies within the last month and
    one in the next two weeks, so a week later a few more are added and never all again."""
    patient = ledger.people["patient"]
    visits = Appointment.objects.filter(patient=patient)
    if not visits.filter(status=S.COMPLETED, starts_at__gte=ledger.now - timedelta(days=30)).exists():
        ledger.add(
            [
                visit_of(f"patient/done/{today}", "doctor", "patient", at(today, -5, 11), S.COMPLETED,
                       mode="video", reason="Tired for some weeks", with_proof=True),
                visit_of(f"patient/xray/{today}", "radiologist", "patient", at(today, -4, 15), S.COMPLETED,
                       service="X-ray", mode="in_person", reason="Chest X-ray"),
                visit_of(f"patient/back/{today}", "anjali.shrestha", "patient", at(today, -9, 16), S.CANCELLED,
                       paid="refunded", reason="Rash on the arm"),
                visit_of(f"patient2/done/{today}", "doctor2", "patient2", at(today, -3, 10), S.COMPLETED,
                       reason="Palpitations at night"),
            ]
        )  # fmt: skip
    soon = visits.filter(status=S.CONFIRMED, starts_at__gt=ledger.now + timedelta(days=1))
    if not soon.exists():
        ledger.add(
            [
                visit_of(f"patient/soon/{today}", "doctor2", "patient", at(today, 3, 10, 30), S.CONFIRMED,
                       mode="in_person", reason="Second opinion on my ECG"),
                visit_of(f"patient/checking/{today}", "sunita.maharjan", "patient", at(today, 5, 12),
                       S.PENDING_CONFIRMATION, mode="in_person", with_proof=True),
                visit_of(f"patient2/soon/{today}", "doctor", "patient2", at(today, 2, 16), S.CONFIRMED,
                       mode="video", reason="Results of the blood test"),
            ]
        )  # fmt: skip


def _holds(ledger: Ledger, today: date) -> None:
    """Slots held for payment last half an hour only, so there are fresh ones after each seeding."""
    held = Appointment.objects.filter(status=S.PENDING_PAYMENT, hold_expires_at__gt=ledger.now)
    wanted: list[tuple[str, str, str]] = [
        ("patient", "prakash.adhikari", ""),
        ("patient2", "pasang.sherpa", "rejected"),
        ("gita.tamang", "roshan.chaudhary", ""),
    ]
    for patient, doctor, paid in wanted:
        if held.filter(patient=ledger.people[patient], doctor=ledger.people[doctor]).exists():
            continue
        for days, hour in ((2, 11), (2, 14), (3, 11), (3, 15), (4, 14), (5, 11), (6, 14), (7, 11)):
            starts_at = at(today, days, hour, 30)
            free_days = next(entry.free_days for entry in cast.DOCTORS if entry.email == doctor)
            visit = visit_of(
                f"hold/{patient}/{ledger.now.isoformat()}/{days}",
                doctor,
                patient,
                starts_at,
                S.PENDING_PAYMENT,
                paid=paid,
                mode="in_person",
            )
            if starts_at.weekday() not in free_days and ledger.add([visit]):
                break


def _video_now(ledger: Ledger) -> None:
    """A video visit of doctor@ and patient@ that can be joined at this moment."""
    now = ledger.now
    joinable = Call.objects.filter(
        ~Q(status__in=("ended", "declined", "missed")),
        appointment__doctor=ledger.people["doctor"],
        appointment__patient=ledger.people["patient"],
        appointment__status__in=(S.CONFIRMED, S.CHECKED_IN, S.IN_PROGRESS),
        opens_at__lte=now + timedelta(minutes=5),
        closes_at__gt=now + timedelta(minutes=30),
    )
    if joinable.exists():
        return
    for starts_at in _five_minute_steps(now, 60):
        for service, minutes in (("Consultation", 30), ("Follow-up", 15)):
            visit = visit_of(
                f"video/{starts_at.isoformat()}",
                "doctor",
                "patient",
                starts_at,
                S.CONFIRMED,
                service=service,
                minutes=minutes,
                mode="video",
                reason="Results of the blood test, please explain",
                with_proof=True,
            )
            if ledger.add([visit]):
                return


def _someone_in(ledger: Ledger) -> None:
    doctor = ledger.people["doctor2"]
    if Appointment.objects.filter(doctor=doctor, status=S.IN_PROGRESS).exists():
        return
    for minutes_ago in range(15, -1, -5):
        starts_at = next(_five_minute_steps(ledger.now, 5)) - timedelta(minutes=minutes_ago + 5)
        visit = visit_of(
            f"in/{starts_at.isoformat()}",
            "doctor2",
            "suresh.karki",
            starts_at,
            S.IN_PROGRESS,
            mode="in_person",
        )
        if ledger.add([visit]):
            return


# Who waits for whom, how many minutes from now their time is; the first of a doctor's has been called in.
QUEUE = [
    ("doctor", "hari.bahadur", 10),
    ("doctor", "ganga.chhetri", 25),
    ("doctor", "sarita.bk", 40),
    ("doctor2", "uma.devi", 10),
]


def _someone_waiting(ledger: Ledger) -> None:
    """A queue of people who are in the house; nobody is added where somebody waits already."""
    here = Appointment.objects.filter(status=S.CHECKED_IN, starts_at__gte=ledger.now - timedelta(hours=2))
    waited_for = {name for name in ("doctor", "doctor2") if here.filter(doctor=ledger.people[name]).exists()}
    for doctor, patient, minutes in QUEUE:
        if doctor in waited_for:
            continue
        for starts_at in _five_minute_steps(ledger.now + timedelta(minutes=minutes), 90):
            name = f"waiting/{doctor}/{patient}/{starts_at.isoformat()}"
            visit = visit_of(
                name,
                doctor,
                patient,
                starts_at,
                S.CHECKED_IN,
                service="Follow-up",
                minutes=15,
                mode="in_person",
            )
            if ledger.add([visit]):
                if (doctor, minutes) == ("doctor", 10):
                    Appointment.objects.filter(pk=key("visit", name)).update(called_at=ledger.now)
                break


def finish_what_is_over(ledger: Ledger) -> None:
    """Visits of an earlier seeding whose time has passed were held; nobody clicked, so the seeding does."""
    invented = f"@{cast.DOMAIN}"
    over = Appointment.objects.filter(
        patient__email__endswith=invented,
        doctor__email__endswith=invented,
        ends_at__lt=ledger.now,
        status__in=(S.CONFIRMED, S.CHECKED_IN, S.IN_PROGRESS),
    ).exclude(call__closes_at__gt=ledger.now)
    for pk in list(over.values_list("pk", flat=True)):
        appointment = lock(Appointment, pk)
        manager = ledger.people["manager"]
        if appointment.status != S.IN_PROGRESS:
            change_status(appointment, S.IN_PROGRESS, actor=manager, started_at=appointment.starts_at)
        change_status(appointment, S.COMPLETED, actor=manager, completed_at=appointment.ends_at)
        for referral in Referral.objects.filter(appointment=pk, status=ReferralStatus.BOOKED):
            change_status(lock(Referral, referral.pk), ReferralStatus.PERFORMED, actor=appointment.doctor)


def visit_of(name: str, doctor: str, patient: str, starts_at: datetime, status: str, **fields: Any) -> Visit:
    defaults = {"service": "Consultation", "minutes": 30, "mode": "in_person"}
    if fields.get("service") == "X-ray":
        defaults["minutes"] = 15
    return Visit(
        name=name,
        doctor=doctor,
        patient=patient,
        starts_at=starts_at,
        status=status,
        **{**defaults, **fields},
    )


def at(today: date, days: int, hour: int, minute: int = 0) -> datetime:
    return timezone.make_aware(datetime.combine(today + timedelta(days=days), time(hour, minute)))


def _five_minute_steps(now: datetime, minutes: int) -> Iterator[datetime]:
    """The next full five minutes and those that follow."""
    first = now.replace(second=0, microsecond=0) + timedelta(minutes=5 - now.minute % 5)
    for step in range(0, minutes, 5):
        yield first + timedelta(minutes=step)
