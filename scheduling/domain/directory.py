"""The order in which patients find doctors."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.models import User
from scheduling.domain.availability import next_free
from scheduling.enums import DirectoryOrder, FreeWithin

_NAME = ("first_name", "last_name", "pk")
_BEFORE_NAME = {
    DirectoryOrder.FEE: (F("doctor_profile__fee").asc(),),
    DirectoryOrder.RATING: (
        F("doctor_profile__rating").desc(nulls_last=True),
        F("doctor_profile__rating_count").desc(),
    ),
}
DAYS = {FreeWithin.TODAY: 1, FreeWithin.WEEK: 7}

FreeTimes = dict[UUID, datetime | None]


def arranged(
    found: QuerySet[User],
    *,
    order: DirectoryOrder,
    free_within: FreeWithin | None = None,
    mode: str | None = None,
    now: datetime | None = None,
) -> tuple[QuerySet[User] | Sequence[User], FreeTimes | None]:
    """These doctors in this order, those only who are free (in this mode) by then; and everyone's next free time
    where that had to be known for it. A constant number of queries."""
    found = found.order_by(*_BEFORE_NAME.get(order, ()), *_NAME)
    if order != DirectoryOrder.SOONEST and free_within is None:
        return found, None
    now = now or timezone.now()
    people = list(found)
    free = next_free(people, mode=mode, now=now)
    if free_within is not None:
        end = _midnight_after(now, DAYS[free_within])
        people = [person for person in people if (moment := free[person.pk]) and moment < end]
    if order == DirectoryOrder.SOONEST:
        people.sort(key=lambda person: _seconds(free[person.pk]))
    return people, free


def _midnight_after(now: datetime, days: int) -> datetime:
    """The end of the clinic's day, so many days from the beginning of today."""
    today = timezone.localtime(now, timezone.get_default_timezone())
    return today.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=days)


def _seconds(moment: datetime | None) -> float:
    return moment.timestamp() if moment else math.inf
