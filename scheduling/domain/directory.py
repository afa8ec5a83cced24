"""The order in which patients find doctors."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.models import User
from scheduling.domain.availability import free_with_any, next_free
from scheduling.domain.queries import services
from scheduling.domain.soonest import in_part
from scheduling.enums import DirectoryOrder, FreeWithin
from scheduling.models import Service

_NAME = ("first_name", "last_name", "pk")
_BEFORE_NAME = {
    DirectoryOrder.FEE: (F("doctor_profile__fee").asc(),),
    DirectoryOrder.RATING: (
        F("doctor_profile__rating").desc(nulls_last=True),
        F("doctor_profile__rating_count").desc(),
    ),
}
DAYS = {FreeWithin.TODAY: 1, FreeWithin.TOMORROW: 2, FreeWithin.WEEK: 7}
# For a service or a part of the day every free time is looked at, so not for long.
LOOKED_AT_DAYS = 14

FreeTimes = dict[UUID, datetime | None]


def arranged(
    found: QuerySet[User],
    *,
    order: DirectoryOrder,
    free_within: FreeWithin | None = None,
    mode: str | None = None,
    service: Service | None = None,
    part: str = "",
    now: datetime | None = None,
) -> tuple[QuerySet[User] | Sequence[User], FreeTimes | None]:
    """These doctors in this order, those only who are free (in this mode, for this service, in this part of the day)
    by then; and everyone's next free time where that had to be known for it. A constant number of queries."""
    found = found.order_by(*_BEFORE_NAME.get(order, ()), *_NAME)
    if order != DirectoryOrder.SOONEST and free_within is None and service is None and not part:
        return found, None
    now = now or timezone.now()
    people = list(found)
    if service is None and not part:
        free = next_free(people, mode=mode, now=now)
    else:
        days = DAYS[free_within] if free_within else LOOKED_AT_DAYS
        free = _first_times(
            people, service or _usual_consultation(), mode=mode, part=part, days=days, now=now
        )
        if part:
            people = [person for person in people if free[person.pk]]
    if free_within is not None:
        end = _midnight_after(now, DAYS[free_within])
        people = [person for person in people if (moment := free[person.pk]) and moment < end]
    if order == DirectoryOrder.SOONEST:
        people.sort(key=lambda person: _seconds(free[person.pk]))
    return people, free


def _first_times(
    people: Sequence[User], service: Service | None, *, mode: str | None, part: str, days: int, now: datetime
) -> FreeTimes:
    first: FreeTimes = dict.fromkeys((person.pk for person in people), None)
    if service is None:
        return first
    today = timezone.localdate(now, timezone.get_default_timezone())
    for slot in free_with_any(people, service, today, today + timedelta(days=days), mode=mode, now=now):
        if in_part(slot.starts_at, part):
            for pk in slot.doctor_ids:
                first[pk] = first[pk] or slot.starts_at
    return first


def _usual_consultation() -> Service | None:
    """What most people come for, whoever the doctor."""
    return services().filter(specialty=None, price_from_doctor=True).first()


def _midnight_after(now: datetime, days: int) -> datetime:
    """The end of the clinic's day, so many days from the beginning of today."""
    today = timezone.localtime(now, timezone.get_default_timezone())
    return today.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=days)


def _seconds(moment: datetime | None) -> float:
    return moment.timestamp() if moment else math.inf
