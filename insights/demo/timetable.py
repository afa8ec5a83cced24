"""What can be booked at the invented clinic, and when."""

from datetime import date, time, timedelta
from uuid import UUID

from accounts.models import Specialty, User
from insights.demo import cast
from insights.demo.keys import key
from scheduling.models import Break, DayOff, Schedule, Service, WorkingHours


def seed(people: dict[str, User], today: date) -> None:
    """Add the services, and hours for each doctor who has none yet."""
    specialties = {specialty.slug: specialty for specialty in Specialty.objects.all()}
    for service in cast.SERVICES:
        Service.objects.get_or_create(
            pk=service_id(service.name),
            defaults={
                "name": service.name,
                "kind": service.kind,
                "description": service.description,
                "minutes": service.minutes,
                "price": service.price,
                "price_from_doctor": service.from_doctor,
                "modes": service.modes.split(","),
                "specialty": specialties.get(service.specialty),
            },
        )
    scheduled = set(Schedule.objects.filter(doctor__in=people.values()).values_list("doctor_id", flat=True))
    for doctor in cast.DOCTORS:
        user = people.get(doctor.email)
        if user and user.pk not in scheduled:
            _add_week(user, doctor)
    _add_day_off(people["bibek.poudel"], today)


def service_id(name: str) -> UUID:
    return key("service", name)


def _add_week(user: User, doctor: cast.DemoDoctor) -> None:
    starts, ends = (time.fromisoformat(clock) for clock in doctor.hours)
    days = [day for day in range(7) if day not in doctor.free_days]
    Schedule.objects.create(doctor=user, slot_minutes=15, notice_minutes=60, horizon_days=60)
    WorkingHours.objects.bulk_create(
        WorkingHours(doctor=user, weekday=day, starts=starts, ends=ends, modes=doctor.modes.split(","))
        for day in days
    )
    Break.objects.bulk_create(Break(doctor=user, weekday=day, starts=time(13), ends=time(14)) for day in days)


def _add_day_off(user: User, today: date) -> None:
    """One doctor is always about to be away for two days."""
    if not DayOff.objects.filter(doctor=user, last_day__gte=today).exists():
        first_day = today + timedelta(days=6)
        DayOff.objects.create(
            doctor=user, first_day=first_day, last_day=first_day + timedelta(days=1), reason="Teaching (demo)"
        )
