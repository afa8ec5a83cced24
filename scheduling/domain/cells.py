"""The claim on a stretch of time, held by the database: one row for each five minutes of each calendar."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from scheduling.enums import CELL_MINUTES
from scheduling.models import Appointment, CalendarCell, WaitingOffer

from .errors import SlotTaken


def claim(appointment: Appointment, resource_ids: Iterable[UUID] = ()) -> None:
    """Occupy the appointment's time in the calendars of its patient, its doctor (unless it is overbooked) and these
    resources.

    Raises SlotTaken when any of it is occupied; the transaction around it can go on.
    """
    calendars = [appointment.patient_id, *resource_ids]
    if not appointment.overbooking_reason:
        calendars.append(appointment.doctor_id)
    _insert(
        CalendarCell(calendar=calendar, cell=cell, appointment=appointment)
        for calendar, cell in _cells(calendars, appointment.starts_at, appointment.ends_at)
    )


def release(appointment: Appointment) -> None:
    """Give the time back. Nothing happens when none is held."""
    CalendarCell.objects.filter(appointment=appointment).delete()


def keep(offer: WaitingOffer) -> None:
    """Keep the doctor's time for someone on the waiting list. Raises SlotTaken as `claim`."""
    _insert(
        CalendarCell(calendar=calendar, cell=cell, offer=offer)
        for calendar, cell in _cells([offer.doctor_id], offer.starts_at, offer.ends_at)
    )


def let_go(offer: WaitingOffer) -> None:
    """Give back the time kept for an offer. Nothing happens when none is kept."""
    CalendarCell.objects.filter(offer=offer).delete()


def _insert(rows: Iterable[CalendarCell]) -> None:
    try:
        with transaction.atomic():
            CalendarCell.objects.bulk_create(rows)
    except IntegrityError as error:
        raise SlotTaken from error


def _cells(calendars: Iterable[UUID], starts_at: datetime, ends_at: datetime) -> Iterator[tuple[UUID, int]]:
    """In one order everywhere, so that two claims wait for each other and never in a circle."""
    seconds = CELL_MINUTES * 60
    first = int(starts_at.timestamp()) // seconds
    end = -(-int(ends_at.timestamp()) // seconds)
    for calendar in sorted(calendars):
        for cell in range(first, end):
            yield calendar, cell
