"""The claim on a stretch of time, held by the database: one row for each five minutes of each calendar."""

from collections.abc import Iterator

from django.db import IntegrityError, transaction

from scheduling.enums import CELL_MINUTES
from scheduling.models import Appointment, CalendarCell

from .errors import SlotTaken


def claim(appointment: Appointment) -> None:
    """Occupy the appointment's time in the calendars of its doctor and its patient.

    Raises SlotTaken when any of it is occupied; the transaction around it can go on. Rows are inserted in one
    order everywhere, so that two claims wait for each other and never in a circle.
    """
    try:
        with transaction.atomic():
            CalendarCell.objects.bulk_create(_cells(appointment))
    except IntegrityError as error:
        raise SlotTaken from error


def release(appointment: Appointment) -> None:
    """Give the time back. Nothing happens when none is held."""
    CalendarCell.objects.filter(appointment=appointment).delete()


def _cells(appointment: Appointment) -> Iterator[CalendarCell]:
    seconds = CELL_MINUTES * 60
    first = int(appointment.starts_at.timestamp()) // seconds
    end = -(-int(appointment.ends_at.timestamp()) // seconds)
    for calendar in sorted((appointment.doctor_id, appointment.patient_id)):
        for cell in range(first, end):
            yield CalendarCell(calendar=calendar, cell=cell, appointment=appointment)
