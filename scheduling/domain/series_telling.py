"""What patients are told about visits that repeat: once for all of them, and in time before each has to be paid."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse

from clinic.core import zones
from messaging.domain.notifications import notify
from scheduling.models import Appointment, AppointmentSeries

from .telling import spoken_time


def booked(series: AppointmentSeries, visits: Sequence[Appointment]) -> None:
    first = visits[0]
    patient = first.patient
    notify(
        patient,
        occasion="series.booked",
        variables={
            "doctor": first.doctor.name,
            "time": lambda: spoken_time(first, patient),
            "times": lambda: "\n".join(f"– {spoken_time(visit, patient)}" for visit in visits),
        },
        url=reverse("series", args=[series.pk]),
        key=f"series:{series.pk}:booked",
    )


def pay_soon(visit: Appointment, until: datetime) -> None:
    """This visit is not paid yet, and kept no longer than that."""
    patient = visit.patient
    notify(
        patient,
        occasion="appointment.pay",
        variables={
            "doctor": visit.doctor.name,
            "time": lambda: spoken_time(visit, patient),
            "until": lambda: zones.spoken(until, patient.time_zone),
        },
        url=reverse("appointment", args=[visit.pk]),
        key=f"appointment:{visit.pk}:pay:{until.timestamp():.0f}",
        until=until,
    )
