"""Other times for many visits at once, so that no two patients are proposed the same one."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from accounts.domain.queries import doctors
from accounts.models import User
from scheduling.models import Appointment, Schedule

from .availability import free_with_any
from .calendars import occupying

# A patient has to be able to come: nothing sooner than this is proposed.
SOONEST = timedelta(hours=3)
# The own doctor a day later is as good as another one at the same time; the second proposal sees it the other way
# round, so that there is something to choose from.
CHANGE_COSTS = timedelta(days=1)
# How far around the visits is looked; the second time only when the first was too little.
REACHES = (timedelta(days=10), timedelta(days=60))

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Proposal:
    starts_at: datetime
    ends_at: datetime
    doctor: User


def propose(
    visits: Sequence[Appointment],
    closed: Span,
    *,
    count: int = 3,
    with_others: bool = True,
) -> dict[UUID, list[Proposal]]:
    """For each visit (of one doctor, in order of time) up to `count` free times outside `closed`, the nearest first: of
    its doctor, and `with_others` of that specialty. None is given twice. All get a first one before anybody gets a
    second. Queries do not grow with the visits, only with kinds of visit."""
    if not visits:
        return {}
    people = _doctors(visits[0], with_others=with_others)
    found: dict[UUID, list[Proposal]] = {}
    for reach in REACHES:
        board = _Board(people)
        board.fill(visits, closed, reach)
        found = {visit.pk: [] for visit in visits}
        for turn in range(count):
            for visit in visits:
                if len(found[visit.pk]) == turn and (one := board.take(visit, with_own=turn != 1)):
                    found[visit.pk].append(one)
        if all(found.values()):
            break
    return found


def _doctors(visit: Appointment, *, with_others: bool) -> list[User]:
    """The visit's own doctor first."""
    profile = visit.doctor.doctor_profile
    others = doctors().filter(doctor_profile__specialty=profile.specialty_id).exclude(pk=visit.doctor_id)
    return [visit.doctor, *(others.order_by("first_name", "last_name", "pk") if with_others else ())]


class _Board:
    """What is free, less what has been given away already."""

    def __init__(self, people: Sequence[User]) -> None:
        self.people = {doctor.pk: doctor for doctor in people}
        self.free: dict[tuple[UUID, str], list[Proposal]] = {}
        # When each patient can't: (visit, time); what they are given counts as of no visit.
        self.busy: dict[UUID, list[tuple[UUID | None, Span]]] = defaultdict(list)
        rows = Schedule.objects.filter(doctor__in=self.people)
        pauses = rows.values_list("doctor_id", "buffer_before_minutes", "buffer_minutes")
        self.pause = {pk: timedelta(minutes=before + after) for pk, before, after in pauses}

    def fill(self, visits: Sequence[Appointment], closed: Span, reach: timedelta) -> None:
        first = timezone.localdate(visits[0].starts_at - reach)
        last = timezone.localdate(visits[-1].starts_at + reach)
        soonest = timezone.now() + SOONEST
        for visit in visits:
            kind = (visit.service_id, visit.mode)
            if kind not in self.free:
                slots = free_with_any(
                    self.people.values(), visit.service, first, last, mode=visit.mode, by_staff=True
                )
                self.free[kind] = [
                    Proposal(slot.starts_at, slot.ends_at, self.people[pk])
                    for slot in slots
                    if slot.starts_at >= soonest
                    for pk in slot.doctor_ids
                ]
        self._strike(visits[0].doctor_id, closed)
        theirs = occupying(timezone.now()).filter(
            patient__in={visit.patient_id for visit in visits},
            ends_at__gt=visits[0].starts_at - reach - timedelta(days=1),
            starts_at__lt=visits[-1].starts_at + reach + timedelta(days=1),
        )
        for row in theirs.values_list("patient", "pk", "starts_at", "ends_at"):
            self.busy[row[0]].append((row[1], (row[2], row[3])))

    def take(self, visit: Appointment, *, with_own: bool) -> Proposal | None:
        """The nearest that suits, rather `with_own` doctor or rather with another; nobody else gets it then."""

        def cost(one: Proposal) -> tuple[timedelta, datetime]:
            extra = timedelta() if (one.doctor.pk == visit.doctor_id) == with_own else CHANGE_COSTS
            return abs(one.starts_at - visit.starts_at) + extra, one.starts_at

        own = [span for pk, span in self.busy[visit.patient_id] if pk != visit.pk]
        possible = (
            one
            for one in self.free[visit.service_id, visit.mode]
            if not any(_overlap((one.starts_at, one.ends_at), span) for span in own)
        )
        best = min(possible, key=cost, default=None)
        if best is not None:
            pause = self.pause.get(best.doctor.pk, timedelta())
            self._strike(best.doctor.pk, (best.starts_at - pause, best.ends_at + pause))
            self.busy[visit.patient_id].append((None, (best.starts_at, best.ends_at)))
        return best

    def _strike(self, doctor_id: UUID, span: Span) -> None:
        for kind, free in self.free.items():
            self.free[kind] = [
                one
                for one in free
                if one.doctor.pk != doctor_id or not _overlap((one.starts_at, one.ends_at), span)
            ]


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]
