"""Today's queue as people see it: who is in, called, here, expected, and how long each will wait. Reads only.

Who is before whom: by queue.place. The estimate is reckoned by waits.py from what paces.py measured.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from accounts.enums import Mode
from accounts.models import User
from messaging.enums import PeerStatus
from messaging.models import CallPeer
from scheduling import rules
from scheduling.enums import QUEUED, AppointmentStatus
from scheduling.models import Appointment, DelayNotice

from . import queue, waits
from .paces import Paces
from .queries import appointments_visible_to
from .queue_telling import room_of

_S = AppointmentStatus
SHOWN = QUEUED | {_S.COMPLETED, _S.NO_SHOW}
# From this delay on the page proposes to tell those who wait, and again when it has grown or shrunk by so much.
SUGGESTED_FROM, SUGGESTED_AGAIN = 15, 10


@dataclass(frozen=True)
class Line:
    """One visit in the queue. `number` counts those who are here (0: not one of them); `wait` is for those who are
    here or expected; `before` are those here or called before them, `may_come` those who are expected before them."""

    visit: Appointment
    is_here: bool = False
    number: int = 0
    before: int = 0
    may_come: int = 0
    wait: waits.Span | None = None
    pace: waits.Pace | None = None
    room: str = ""

    @property
    def is_late(self) -> bool:
        return not self.is_here and self.visit.starts_at < timezone.now()


@dataclass(frozen=True)
class DayQueue:
    """A doctor's day. `here` wait in the house (or at the door of the call), in the order in which they go in."""

    doctor: User
    inside: list[Line] = field(default_factory=list)
    called: list[Line] = field(default_factory=list)
    here: list[Line] = field(default_factory=list)
    expected: list[Line] = field(default_factory=list)
    over: list[Line] = field(default_factory=list)
    delay: int = 0
    notice: DelayNotice | None = None

    @property
    def is_over(self) -> bool:
        return not (self.inside or self.called or self.here or self.expected)

    @property
    def first(self) -> Line | None:
        """Whom to call next; nobody while someone is called already."""
        return None if self.called else next((line for line in self.here), None)

    @property
    def suggested_delay(self) -> int | None:
        """What to tell those who wait, when they should hear something new."""
        said = self.notice.minutes if self.notice else 0
        if self.delay >= SUGGESTED_FROM and abs(self.delay - said) >= SUGGESTED_AGAIN:
            return self.delay
        return None

    def line_of(self, visit: Appointment) -> Line | None:
        lines = [*self.inside, *self.called, *self.here, *self.expected, *self.over]
        return next((line for line in lines if line.visit.pk == visit.pk), None)


def queues(viewer: User, doctor: User | None = None) -> list[DayQueue]:
    """Today's queues that `viewer` may see (of one `doctor`), by the doctors' names, in nine queries at most."""
    found = appointments_visible_to(viewer)
    return _queues(found.filter(doctor=doctor) if doctor else found)


def queue_of(doctor_id: UUID) -> DayQueue | None:
    """A doctor's queue of today for a page that shows only a part of it; None on a day without visits."""
    visits = Appointment.objects.filter(doctor=doctor_id).select_related("doctor", "patient", "service")
    return next(iter(_queues(visits)), None)


def every_queue() -> list[DayQueue]:
    """Of all doctors, for the screen in the waiting room."""
    visits = Appointment.objects.select_related("doctor__doctor_profile__specialty", "patient", "service")
    return _queues(visits)


def at_the_door(visits: Iterable[Appointment]) -> set[UUID]:
    """The calls among these visits' in front of which a patient waits."""
    calls = [visit.call_id for visit in visits if visit.call_id]
    if not calls:
        return set()
    there = CallPeer.objects.filter(call__in=calls, status=PeerStatus.WAITING, gone_since=None)
    return set(there.values_list("call_id", flat=True))


def _queues(found: QuerySet[Appointment]) -> list[DayQueue]:
    now = timezone.now()
    visits = list(
        queue.on_day(found, timezone.localdate())
        .filter(status__in=SHOWN, displaced_at=None)
        .prefetch_related(None)
        .prefetch_related("resources__group")
        .order_by("starts_at", "pk")
    )
    by_doctor: dict[UUID, list[Appointment]] = defaultdict(list)
    for visit in visits:
        by_doctor[visit.doctor_id].append(visit)
    if not visits:
        return []
    paces = Paces(by_doctor, (visit.service_id for visit in visits))
    waiting_calls = at_the_door(visit for visit in visits if visit.status == _S.CONFIRMED)
    notices: dict[UUID, DelayNotice] = {}
    for notice in DelayNotice.objects.filter(doctor__in=by_doctor, day=timezone.localdate()):
        notices.setdefault(notice.doctor_id, notice)  # the latest first
    made = [
        _queue(of_doctor, paces, waiting_calls, notices.get(doctor_id), now)
        for doctor_id, of_doctor in by_doctor.items()
    ]
    return sorted(made, key=lambda one: (one.doctor.last_name, one.doctor.first_name, one.doctor.pk))


def _queue(
    visits: Sequence[Appointment],
    paces: Paces,
    waiting_calls: set[UUID],
    notice: DelayNotice | None,
    now: datetime,
) -> DayQueue:
    inside = [visit for visit in visits if visit.status == _S.IN_PROGRESS]
    called = [visit for visit in visits if rules.was_called(visit)]
    over = [visit for visit in visits if visit.status not in QUEUED]

    def is_here(visit: Appointment) -> bool:
        at_door = visit.mode == Mode.VIDEO and visit.call_id in waiting_calls
        return visit.status == _S.CHECKED_IN or at_door

    def turn_at(visit: Appointment) -> datetime:
        # Who is at the door of their call did not have to be checked in; they came in time.
        came = visit.starts_at if is_here(visit) and visit.checked_in_at is None else now
        return queue.place(visit, came)[0]

    line = [
        visit for visit in visits if visit.status in QUEUED and visit not in inside and visit not in called
    ]
    line.sort(key=lambda visit: (turn_at(visit), visit.starts_at, visit.pk))
    turns = [waits.Turn(paces.of(visit), _minutes(turn_at(visit), now), is_here(visit)) for visit in line]
    running = [paces.of(visit).left(-_minutes(visit.started_at or now, now)) for visit in inside]
    # Whoever is called goes in first, and after those who are in.
    going_in = [waits.Turn(paces.of(visit), 0.0, is_here=True) for visit in called]
    lines = []
    for index, (visit, turn) in enumerate(zip(line, turns, strict=True)):
        here_before = sum(one.is_here for one in turns[:index])
        lines.append(
            Line(
                visit,
                is_here=turn.is_here,
                number=here_before + 1 if turn.is_here else 0,
                before=here_before + len(called),
                may_come=index - here_before,
                wait=waits.wait([*going_in, *turns[:index]], turn.ready_in, running).rounded(),
                pace=turn.pace,
                room=room_of(visit),
            )
        )
    late = waits.lateness(turns[0] if turns else None, going_in, running)
    return DayQueue(
        doctor=visits[0].doctor,
        inside=[Line(visit, is_here=True, room=room_of(visit)) for visit in inside],
        called=[Line(visit, is_here=True, room=room_of(visit)) for visit in called],
        here=[one for one in lines if one.is_here],
        expected=[one for one in lines if not one.is_here],
        over=[Line(visit) for visit in over],
        delay=round(late / waits.STEP) * waits.STEP,
        notice=notice,
    )


def _minutes(moment: datetime, now: datetime) -> float:
    return (moment - now).total_seconds() / 60
