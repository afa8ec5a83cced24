"""The visit after this one, agreed on before the patient has left."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from clinic.core.errors import InvalidTransition, NotAllowed
from scheduling import rules
from scheduling.models import Appointment, Service

from . import booking
from .availability import nearest_free
from .slots import Slot

SHOWN = 9


def same_time_on(visit: Appointment, day: date) -> datetime:
    """The visit's time of day by the clinic's clock, on another day."""
    local = timezone.localtime(visit.starts_at, timezone.get_default_timezone())
    return datetime.combine(day, local.time(), tzinfo=timezone.get_default_timezone())


def times_around(visit: Appointment, day: date, service: Service, mode: str) -> list[Slot]:
    """Times at which both are free, those closest to the visit's own time on that day; in order of time."""
    return nearest_free(
        visit.doctor,
        service,
        same_time_on(visit, day),
        mode=mode,
        count=SHOWN,
        patient=visit.patient,
        by_staff=True,
    )


def furthest_day() -> date:
    """Staff book at most a year ahead."""
    return timezone.localdate() + timedelta(days=365)


def book(
    visit_id: UUID, *, actor: User, service: Service, starts_at: datetime, mode: str, reason: str = ""
) -> Appointment:
    """The next visit of the same patient with the same doctor, held for its payment; the patient is told.

    Raises NotAllowed, InvalidTransition (this visit never took place), and what booking.book raises: Invalid,
    SlotTaken with `nearest`.
    """
    visit = Appointment.objects.select_related("doctor__doctor_profile", "patient").get(pk=visit_id)
    if not rules.can_plan_next(actor, visit):
        if visit.status not in rules.LEADS_ON:
            raise InvalidTransition(_("This visit does not take place, so nothing follows from it."))
        raise NotAllowed
    return booking.book(
        patient=visit.patient,
        doctor=visit.doctor,
        service=service,
        starts_at=starts_at,
        mode=mode,
        reason=reason,
        booked_by=actor,
        follow_up_of=visit,
    )
