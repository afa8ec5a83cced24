"""What patients are told about visits that repeat: once for all of them, and in time before each has to be paid."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.core import zones
from messaging.domain.notifications import notify
from messaging.enums import NotificationKind
from scheduling.models import Appointment, AppointmentSeries

from .telling import spoken_time


def booked(series: AppointmentSeries, visits: Sequence[Appointment]) -> None:
    first = visits[0]
    patient = first.patient

    def title() -> str:
        text = ngettext(
            "%(count)s visit was booked for you", "%(count)s visits were booked for you", len(visits)
        )
        return text % {"count": len(visits)}

    def mail() -> str:
        times = "\n".join(f"– {spoken_time(visit, patient)}" for visit in visits)
        return _(
            "Your visits with %(doctor)s:\n\n%(times)s\n\n"
            "Each one is paid by itself. Open the portal to see until when each is kept for you."
        ) % {"doctor": first.doctor.name, "times": times}

    notify(
        patient,
        kind=NotificationKind.APPOINTMENT,
        title=title,
        url=reverse("series", args=[series.pk]),
        key=f"series:{series.pk}:booked",
        email_text=mail,
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
    )
