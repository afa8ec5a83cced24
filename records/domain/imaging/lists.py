"""Lists of scans by where they stand: what radiologists work through, what a doctor asked for, and what management
sees of it all, which is states and times."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, IntegerField, Min, Q, QuerySet, Value, When
from django.utils import timezone

from accounts.models import User
from records.enums import ImagingStatus
from records.models import ImagingReport
from scheduling.enums import ReferralPriority

from . import queries

_I = ImagingStatus
WRITE, AUTHORISE, COMING, DONE, ALL = "write", "authorise", "coming", "done", "all"
STATUSES: dict[str, tuple[str, ...]] = {
    WRITE: (_I.ACQUIRED,),
    AUTHORISE: (_I.REPORTED,),
    COMING: (_I.ORDERED, _I.SCHEDULED),
    DONE: (_I.AUTHORISED,),
    ALL: tuple(_I.values),
}
# Figures are of the last so many days, and of at most so many reports.
LATELY = timedelta(days=30)
AT_MOST = 1000
_MOMENTS = ("ordered_at", "scheduled_at", "acquired_at", "reported_at", "authorised_at", "released_at")


@dataclass(frozen=True)
class Figures:
    """`write`, `authorise`: how many wait for it, and of those `urgent`; `oldest`: since when the first one waits;
    `times`: the median of each stretch over the `counted` reports authorised lately."""

    write: int
    authorise: int
    urgent: int
    oldest: datetime | None
    times: dict[str, timedelta]
    counted: int


def read_by(user: User) -> QuerySet[ImagingReport]:
    """The scans that this doctor reads, in whatever state."""
    return queries.visible_to(user).filter(queries.read_by(user))


def asked_by(user: User) -> QuerySet[ImagingReport]:
    """The scans that this doctor referred patients to, in whatever state."""
    return queries.visible_to(user).filter(referral__referrer=user.pk)


def in_turn(found: QuerySet[Any, Any], tab: str) -> QuerySet[Any, Any]:
    """Those of `tab`: work urgent first, then the longest waiting; the rest the latest first."""
    found = found.filter(status__in=STATUSES[tab])
    if tab == DONE:
        return found.order_by("-authorised_at", "-pk")
    if tab == ALL:
        return found.order_by("-created_at", "-pk")
    moment = {WRITE: "acquired_at", AUTHORISE: "reported_at", COMING: "created_at"}[tab]
    urgency = Case(
        When(priority=ReferralPriority.URGENT, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    return found.order_by(urgency, moment, "pk")


def next_to_read(user: User) -> Sequence[UUID]:
    """What nobody has begun, in turn: several, as another may be faster. What `user` has begun comes first."""
    free = Q(reader=None) | Q(reading_until=None) | Q(reading_until__lte=timezone.now())
    waiting = in_turn(read_by(user), WRITE).select_related(None)
    own = list(waiting.filter(reader=user.pk).values_list("pk", flat=True)[:1])
    return [*own, *waiting.filter(free).exclude(pk__in=own).values_list("pk", flat=True)[:10]]


def figures(found: QuerySet[Any, Any]) -> Figures:
    """Of these reports (objects, or values as of `states_visible_to`), in two queries."""
    counted = found.order_by().aggregate(
        write=Count("pk", filter=Q(status=_I.ACQUIRED)),
        authorise=Count("pk", filter=Q(status=_I.REPORTED)),
        urgent=Count("pk", filter=Q(status__in=(_I.ACQUIRED, _I.REPORTED), priority=ReferralPriority.URGENT)),
        oldest=Min("acquired_at", filter=Q(status__in=(_I.ACQUIRED, _I.REPORTED))),
    )
    lately = found.filter(authorised_at__gte=timezone.now() - LATELY).order_by("-authorised_at")
    moments = [ImagingReport(**row) for row in lately.values(*_MOMENTS)[:AT_MOST]]
    return Figures(**counted, times=queries.turnarounds(moments), counted=len(moments))
