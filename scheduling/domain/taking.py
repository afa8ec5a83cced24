"""Taking a time, for a new visit or one that moves: who is locked, what is asked, what is claimed.

Two takings of one doctor, one patient or one group of resources go one after the other: their rows are locked first,
so that buffers, the number of holds and the choice of a room stay right under any race. The calendar cells hold the
promise itself. Lock order: people and then groups of resources (each in order of id), appointments, payments, cells.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from clinic.core.errors import Invalid
from scheduling.models import Appointment, Resource, Service, WaitingOffer

from . import calendars, cells, needs, offers, progress
from .availability import Standing, nearest_free, standing
from .errors import SlotTaken

# No horizon is longer than a year; what lies further off may not even have a day around it.
FURTHEST = timedelta(days=400)


@dataclass(frozen=True)
class Wanted:
    """A time that is to be taken. `ignoring` is the visit that moves there; `offer` keeps the time for the patient;
    `overbooking`: the doctor may have another visit."""

    doctor: User
    patient: User
    service: Service
    mode: str
    starts_at: datetime
    by_staff: bool = False
    overbooking: bool = False
    ignoring: Appointment | None = None
    offer: WaitingOffer | None = None

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.service.minutes)


def lock_people(*people: User) -> list[User]:
    """Their rows, fresh and locked, in the same order. Raises Invalid when one has been closed meanwhile.

    Rows of other tables that point to them can still be inserted by others (no_key).
    """
    rows = User.objects.filter(pk__in=[person.pk for person in people]).order_by("pk")
    locked = {person.pk: person for person in rows.select_for_update(no_key=True)}
    if not all(person.is_active for person in locked.values()):
        raise Invalid(_("One of the two accounts has been closed."))
    return [locked[person.pk] for person in people]


def make_room(wanted: Wanted) -> None:
    """Lock the resources' groups, and let go of holds and offers past their time that are in the way."""
    groups = needs.lock(wanted.service, wanted.mode)
    theirs = Q(doctor=wanted.doctor) | Q(patient=wanted.patient) | Q(resources__group__in=groups)
    if wanted.ignoring is not None:
        theirs &= ~Q(pk=wanted.ignoring.pk)
    progress.expire_lapsed(theirs)
    offers.lapse_due(Q(doctor=wanted.doctor))


def check(wanted: Wanted) -> bool:
    """Whether the time can only be had by overbooking the doctor.

    Raises Invalid for a time that is no slot of this doctor, SlotTaken for one that is not free.
    """
    if abs(wanted.starts_at - timezone.now()) > FURTHEST:
        raise _not_offered(wanted, nearest=[])
    found = _standing(wanted, overbooking=False)
    if found == Standing.FREE:
        return False
    if wanted.overbooking and found in (Standing.TAKEN, Standing.NOT_OFFERED):
        found = _standing(wanted, overbooking=True)
        if found == Standing.FREE:
            return True
    nearest = _nearest(wanted)
    if found == Standing.NOT_OFFERED:
        raise _not_offered(wanted, nearest)
    if found == Standing.PATIENT_BUSY:
        raise SlotTaken(
            _("The patient has another appointment at this time. Please choose another time."),
            extra={"nearest": nearest},
        )
    if found == Standing.NO_RESOURCE:
        raise SlotTaken(
            _("No room or equipment for this is free at this time. Please choose another time."),
            extra={"nearest": nearest},
        )
    raise SlotTaken(extra={"nearest": nearest})


def claim(appointment: Appointment, wanted: Wanted) -> None:
    """Choose free resources and claim the cells of all calendars, in place of those the visit or the offer had.

    Raises SlotTaken with `nearest` when the cells say so, whatever was calculated.
    """
    cells.release(appointment)
    if wanted.offer is not None:
        cells.let_go(wanted.offer)
    day = timezone.localdate(wanted.starts_at, timezone.get_default_timezone())
    needed = needs.of_services(
        [wanted.service.pk], calendars.around(day, day), now=timezone.now(), ignoring=appointment
    )
    chosen = needs.choose(needed, wanted.service, wanted.mode, wanted.starts_at)
    try:
        if chosen is None:
            raise SlotTaken
        cells.claim(appointment, chosen)
    except SlotTaken as taken:
        taken.extra["nearest"] = _nearest(wanted)
        raise
    if chosen or appointment.resources.exists():
        appointment.resources.set(Resource.objects.filter(pk__in=chosen))


def _standing(wanted: Wanted, *, overbooking: bool) -> Standing:
    return standing(
        wanted.doctor,
        wanted.service,
        wanted.starts_at,
        mode=wanted.mode,
        patient=wanted.patient,
        ignoring=wanted.ignoring,
        offer=wanted.offer,
        by_staff=wanted.by_staff,
        overbooking=overbooking,
    )


def _not_offered(wanted: Wanted, nearest: list[dict[str, str]]) -> Invalid:
    message = (
        _("This time has passed. Please choose a later one.")
        if wanted.starts_at <= timezone.now()
        else _("This is not a time the doctor offers. Please choose one of the free times.")
    )
    return Invalid(message, fields={"starts_at": [message]}, extra={"nearest": nearest})


def _nearest(wanted: Wanted) -> list[dict[str, str]]:
    found = nearest_free(
        wanted.doctor,
        wanted.service,
        wanted.starts_at,
        mode=wanted.mode,
        patient=wanted.patient,
        ignoring=wanted.ignoring,
        by_staff=wanted.by_staff,
    )
    return [{"starts_at": slot.starts_at.isoformat(), "ends_at": slot.ends_at.isoformat()} for slot in found]
