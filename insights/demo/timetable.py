"""What can be booked at the invented clinic, and when."""

from datetime import date, time, timedelta
from uuid import UUID

from accounts.models import Specialty, User
from insights.demo import cast
from insights.demo.keys import key
from scheduling.models import (
    Break,
    DayOff,
    Holiday,
    Opening,
    Resource,
    ResourceGroup,
    Schedule,
    Service,
    WorkingHours,
)

HOLIDAY_AHEAD = 12


def seed(people: dict[str, User], today: date) -> None:
    """Add the services, and hours for each doctor who has none yet."""
    specialties = {specialty.slug: specialty for specialty in Specialty.objects.all()}
    _add_resources()
    for service in cast.SERVICES:
        stored, _new = Service.objects.get_or_create(
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
                "needs_referral": service.needs_referral,
            },
        )
        _complete(stored, service)
    scheduled = set(Schedule.objects.filter(doctor__in=people.values()).values_list("doctor_id", flat=True))
    for doctor in cast.DOCTORS:
        user = people.get(doctor.email)
        if user and user.pk not in scheduled:
            _add_week(user, doctor)
    _add_day_off(people["bibek.poudel"], today)
    _add_opening(people["anjali.shrestha"], today)
    _add_holiday(today)


def _add_resources() -> None:
    for name, kind, things in cast.RESOURCES:
        group, _new = ResourceGroup.objects.get_or_create(
            pk=key("group", name), defaults={"name": name, "kind": kind}
        )
        for thing in things:
            Resource.objects.get_or_create(
                pk=key("resource", name, thing), defaults={"group": group, "name": thing}
            )


def _complete(stored: Service, service: cast.DemoService) -> None:
    """What services had not been able to say yet when an older demo clinic was made."""
    if stored.preparation or stored.needs.exists():
        return
    if service.preparation:
        stored.preparation = service.preparation
        stored.save(update_fields=["preparation"])
    stored.needs.set(ResourceGroup.objects.filter(pk__in=[key("group", name) for name in service.needs]))


def service_id(name: str) -> UUID:
    return key("service", name)


def _add_week(user: User, doctor: cast.DemoDoctor) -> None:
    starts, ends = (time.fromisoformat(clock) for clock in doctor.hours)
    days = [day for day in range(7) if day not in doctor.free_days]
    Schedule.objects.create(doctor=user, slot_minutes=15, notice_minutes=60, horizon_days=60)
    noon = time(13)
    halves = [(starts, noon), (noon, ends)] if doctor.specialty == "radiology" else [(starts, ends)]
    for day in days:
        for first, last in halves:
            hours = WorkingHours.objects.create(
                doctor=user, weekday=day, starts=first, ends=last, modes=doctor.modes.split(",")
            )
            if last == noon:
                # The MRI is for the afternoon.
                names = ("X-ray", "Ultrasound")
                hours.services.set(Service.objects.filter(pk__in=[service_id(name) for name in names]))
    Break.objects.bulk_create(Break(doctor=user, weekday=day, starts=time(13), ends=time(14)) for day in days)


def _add_day_off(user: User, today: date) -> None:
    """One doctor is always about to be away for two days."""
    if not DayOff.objects.filter(doctor=user, last_day__gte=today).exists():
        first_day = today + timedelta(days=6)
        DayOff.objects.create(
            doctor=user, first_day=first_day, last_day=first_day + timedelta(days=1), reason="Teaching (demo)"
        )


def _add_opening(user: User, today: date) -> None:
    """One doctor comes in on the next day of rest."""
    if not Opening.objects.filter(doctor=user, day__gte=today).exists():
        saturday = today + timedelta(days=(5 - today.weekday()) % 7 or 7)
        Opening.objects.create(doctor=user, day=saturday, starts=time(10), ends=time(13))


def _add_holiday(today: date) -> None:
    """The clinic is always about to close for a day, beyond the days that have visits already."""
    if not Holiday.objects.filter(last_day__gte=today).exists():
        day = today + timedelta(days=HOLIDAY_AHEAD)
        Holiday.objects.create(name="Day of the founder (demo)", first_day=day, last_day=day)


def closed_days() -> set[date]:
    """Days of the clinic's holidays."""
    return {
        holiday.first_day + timedelta(days=offset)
        for holiday in Holiday.objects.all()
        for offset in range((holiday.last_day - holiday.first_day).days + 1)
    }
