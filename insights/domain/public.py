"""What the public home page shows."""

import math
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from accounts.domain.queries import doctors
from accounts.models import Specialty, User
from scheduling.domain.availability import next_free

SHOWN_DOCTORS = 6
SHOWN_REVIEWS = 6


def specialties() -> QuerySet[Specialty]:
    """Those with at least one active doctor, each with `doctor_count`."""
    active = Q(doctors__user__is_active=True)
    return (
        Specialty.objects.annotate(doctor_count=Count("doctors", filter=active))
        .filter(doctor_count__gt=0)
        .order_by("name")
    )


def doctors_free_soon(*, now: datetime | None = None) -> list[User]:
    """Up to SHOWN_DOCTORS doctors, the soonest free first, one of each specialty before a second; each with
    `next_free` (None: full for weeks)."""
    now = now or timezone.now()
    people = list(doctors())
    free = next_free(people, now=now)
    for person in people:
        person.next_free = free.get(person.pk)  # type: ignore[attr-defined]
    people.sort(key=lambda person: _moment(free.get(person.pk)))
    seen: set[object] = set()
    first: list[User] = []
    rest: list[User] = []
    for person in people:
        specialty = person.doctor_profile.specialty_id
        (rest if specialty in seen else first).append(person)
        seen.add(specialty)
    return (first + rest)[:SHOWN_DOCTORS]


def _moment(free: datetime | None) -> float:
    return free.timestamp() if free else math.inf
