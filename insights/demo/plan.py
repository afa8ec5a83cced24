"""Which visits the invented clinic has: calculated from the day alone, so that seeding again plans the same ones."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils import timezone

from insights.demo import cast
from scheduling.enums import AppointmentStatus as S

DAYS_BACK = 7
DAYS_AHEAD = 8
# Visits a day; doctors not named have one on most days.
A_DAY = {"doctor": 4, "doctor2": 3, "radiologist": 2}
# The story of the first patient is written by hand (story.py).
EXTRAS = [patient.email for patient in cast.PATIENTS[1:]]
REASONS = [
    "Cough and fever for some days",
    "Results of the blood test",
    "Blood pressure check",
    "Headache in the mornings",
    "Back pain after lifting",
    "Yearly check-up",
    "Questions about my medicines",
    "पेट दुखेको केही दिन भयो",
]


@dataclass(frozen=True)
class Visit:
    """One visit as it should stand. `paid` is the payment's status, "" when the status of the visit says it all;
    of one that is `covered` the patient's medical aid pays its part."""

    name: str
    doctor: str
    patient: str
    service: str
    minutes: int
    mode: str
    starts_at: datetime
    status: str
    paid: str = ""
    reason: str = ""
    with_proof: bool = field(default=False)
    covered: bool = field(default=False)

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)


def visits(today: date, now: datetime) -> Iterator[Visit]:
    """All planned visits from DAYS_BACK days ago to DAYS_AHEAD days from today."""
    for offset in range(-DAYS_BACK, DAYS_AHEAD + 1):
        day = today + timedelta(days=offset)
        for doctor in cast.DOCTORS:
            if day.weekday() not in doctor.free_days:
                yield from _day_of(doctor, day, now)


def _day_of(doctor: cast.DemoDoctor, day: date, now: datetime) -> Iterator[Visit]:
    chance = random.Random(f"{day} {doctor.email}")
    count = A_DAY.get(doctor.email, int(chance.random() < 0.6))
    first, last = (int(clock.split(":")[0]) for clock in doctor.hours)
    # On half hours, never two in a row, so that there is always room to try a booking.
    hours = [hour + half for hour in range(first, last) if hour != 13 for half in (0.0, 0.5)][::2]
    patients = chance.sample(EXTRAS, count)
    for number, hour in enumerate(sorted(chance.sample(hours, count))):
        starts_at = timezone.make_aware(datetime(day.year, day.month, day.day)) + timedelta(hours=hour)
        service = _service_for(doctor, chance)
        modes = [mode for mode in doctor.modes.split(",") if mode in service.modes.split(",")]
        status, paid = _standing(starts_at, starts_at + timedelta(minutes=service.minutes), now, chance)
        yield Visit(
            name=f"{day}/{doctor.email}/{number}",
            doctor=doctor.email,
            patient=patients[number],
            service=service.name,
            minutes=service.minutes,
            mode=chance.choice(modes),
            starts_at=starts_at,
            status=status,
            paid=paid,
            reason=chance.choice(REASONS),
            with_proof=chance.random() < 0.4,
        )


def _service_for(doctor: cast.DemoDoctor, chance: random.Random) -> cast.DemoService:
    if doctor.specialty == "radiology":
        # What takes a referral is written by hand (requests.py).
        scans = [
            service for service in cast.SERVICES if service.kind == "imaging" and not service.needs_referral
        ]
        return chance.choice(scans)
    return chance.choices(cast.SERVICES[:2], weights=[2, 1])[0]


def _standing(
    starts_at: datetime, ends_at: datetime, now: datetime, chance: random.Random
) -> tuple[str, str]:
    roll = chance.random()
    if ends_at <= now:
        return _pick(
            roll,
            [
                (0.80, S.COMPLETED, ""),
                (0.87, S.NO_SHOW, ""),
                (0.91, S.CANCELLED, "refunded"),
                (0.94, S.CANCELLED, "expired"),
                (0.97, S.DECLINED, "refund_due"),
                (1.0, S.EXPIRED, ""),
            ],
        )
    if starts_at <= now:
        return S.IN_PROGRESS, ""
    if starts_at - now < timedelta(minutes=45):
        return S.CHECKED_IN, ""
    return _pick(
        roll,
        [(0.76, S.CONFIRMED, ""), (0.92, S.PENDING_CONFIRMATION, ""), (1.0, S.CANCELLED, "refund_due")],
    )


def _pick(roll: float, choices: list[tuple[float, str, str]]) -> tuple[str, str]:
    return next((status, paid) for below, status, paid in choices if roll <= below)
