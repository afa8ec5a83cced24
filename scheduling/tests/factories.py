"""Services, hours and appointments for tests."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.enums import Mode
from accounts.models import User
from scheduling.enums import CELL_MINUTES, OCCUPYING, AppointmentStatus, ResourceKind
from scheduling.models import (
    Appointment,
    Break,
    CalendarCell,
    Resource,
    ResourceGroup,
    Schedule,
    Service,
    WaitingEntry,
    WorkingHours,
)


def make_service(name: str = "Consultation", **fields: Any) -> Service:
    defaults = {
        "minutes": 30,
        "price": Decimal("1000.00"),
        "price_from_doctor": True,
        "modes": list(Mode.values),
    }
    return Service.objects.create(name=name, **{**defaults, **fields})


def make_working_week(doctor: User) -> None:
    Schedule.objects.create(doctor=doctor, slot_minutes=30, notice_minutes=60, horizon_days=60)
    WorkingHours.objects.bulk_create(
        WorkingHours(doctor=doctor, weekday=day, starts=time(9), ends=time(17), modes=list(Mode.values))
        for day in range(7)
    )
    Break.objects.bulk_create(
        Break(doctor=doctor, weekday=day, starts=time(12), ends=time(13)) for day in range(7)
    )


def clinic_time(days_ahead: int, hour: int, minute: int = 0) -> datetime:
    """A wall-clock time of the clinic, so many days from today."""
    day: date = timezone.localdate() + timedelta(days=days_ahead)
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


def make_appointment(
    patient: User,
    doctor: User,
    service: Service,
    *,
    starts_at: datetime | None = None,
    status: str = AppointmentStatus.CONFIRMED,
    **fields: Any,
) -> Appointment:
    """A stored appointment with its cells, without the side effects of booking (no payment, no mail)."""
    starts_at = starts_at or clinic_time(2, 10)
    if status == AppointmentStatus.PENDING_PAYMENT:
        fields.setdefault("hold_expires_at", timezone.now() + timedelta(minutes=settings.HOLD_MINUTES))
    appointment = Appointment.objects.create(
        **{
            "patient": patient,
            "doctor": doctor,
            "service": service,
            "mode": Mode.VIDEO,
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(minutes=service.minutes),
            "status": status,
            "price": Decimal("800.00"),
            "currency": settings.CLINIC_CURRENCY,
            "booked_by": patient,
            **fields,
        }
    )
    appointment.history.create(to_status=status, actor=patient)
    if status in OCCUPYING:
        first = int(starts_at.timestamp()) // 60 // CELL_MINUTES
        CalendarCell.objects.bulk_create(
            CalendarCell(calendar=owner.pk, cell=first + offset, appointment=appointment)
            for owner in (patient, doctor)
            for offset in range(service.minutes // CELL_MINUTES)
        )
    return appointment


def make_waiting(
    patient: User, doctor: User | None, service: Service, *, days: int = 14, **fields: Any
) -> WaitingEntry:
    """A stored place in line, from today on for so many days."""
    if doctor is not None:
        fields.setdefault("specialty", doctor.doctor_profile.specialty)
    today = timezone.localdate()
    defaults = {"mode": Mode.VIDEO, "first_day": today, "last_day": today + timedelta(days=days)}
    return WaitingEntry.objects.create(
        patient=patient, doctor=doctor, service=service, **{**defaults, **fields}
    )


def make_resources(
    *names: str, group: str = "Scanners", kind: str = ResourceKind.EQUIPMENT, needed_by: Service | None = None
) -> list[Resource]:
    """A group of resources of which any serves as well as another; the service needs one of them."""
    stored = ResourceGroup.objects.create(name=group, kind=kind)
    if needed_by is not None:
        needed_by.needs.add(stored)
    return [Resource.objects.create(group=stored, name=name) for name in names]
