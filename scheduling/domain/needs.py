"""The rooms and equipment that visits need: when each of them is taken, and which to take.

A service needs one resource of each of its groups, a room only for a visit in person. Who takes one locks the groups
first, so that what is found free is free; the calendar cells hold the promise itself.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from accounts.enums import Mode
from scheduling.enums import ResourceKind
from scheduling.models import Appointment, Resource, ResourceGroup, ResourceOutage, Service

from . import slots
from .calendars import Span, Taken, midnight, midnight_after, occupying


@dataclass(frozen=True)
class Needs:
    """What the services need, and when each resource is taken. No entry: nothing is needed."""

    groups: dict[UUID, list[tuple[UUID, str]]] = field(default_factory=dict)  # service -> (group, kind)
    resources: dict[UUID, list[UUID]] = field(default_factory=dict)  # group -> its resources, by name
    taken: dict[UUID, Taken] = field(default_factory=dict)  # resource -> visits and outages

    def differ_by_mode(self, service_id: UUID) -> bool:
        return any(kind == ResourceKind.ROOM for _, kind in self.groups.get(service_id, ()))

    def group_ids(self, service_id: UUID, mode: str | None) -> list[UUID]:
        """Without a mode: what every mode needs."""
        return [
            group_id
            for group_id, kind in self.groups.get(service_id, ())
            if kind != ResourceKind.ROOM or mode == Mode.IN_PERSON
        ]

    def of(self, service_id: UUID, mode: str | None) -> list[list[Taken]]:
        """As slots.free_slots takes it: for each group, when each of its resources is taken."""
        return [
            [self.taken.get(resource_id, []) for resource_id in self.resources.get(group_id, ())]
            for group_id in self.group_ids(service_id, mode)
        ]


def of_services(
    service_ids: Iterable[UUID], span: Span, *, now: datetime, ignoring: Appointment | None = None
) -> Needs:
    """What these services need, and when in `span` that is taken. One query when nothing is needed, four otherwise."""
    groups: dict[UUID, list[tuple[UUID, str]]] = defaultdict(list)
    needed = ResourceGroup.objects.filter(services__in=list(service_ids)).order_by("pk")
    for service_id, group_id, kind in needed.values_list("services__pk", "pk", "kind"):
        groups[service_id].append((group_id, kind))
    if not groups:
        return Needs()
    resources: dict[UUID, list[UUID]] = defaultdict(list)
    of_groups = {group_id for found in groups.values() for group_id, _ in found}
    in_use = Resource.objects.filter(group__in=of_groups, is_active=True).order_by("name", "pk")
    for group_id, resource_id in in_use.values_list("group_id", "pk"):
        resources[group_id].append(resource_id)
    resource_ids = [resource_id for found in resources.values() for resource_id in found]
    taken: dict[UUID, Taken] = defaultdict(list)
    outages = ResourceOutage.objects.filter(
        resource__in=resource_ids, first_day__lte=span[1].date(), last_day__gte=span[0].date()
    )
    for resource_id, first_day, last_day in outages.values_list("resource_id", "first_day", "last_day"):
        taken[resource_id].append((midnight(first_day), midnight_after(last_day)))
    claims = occupying(now).filter(resources__in=resource_ids, starts_at__lt=span[1], ends_at__gt=span[0])
    if ignoring is not None:
        claims = claims.exclude(pk=ignoring.pk)
    for resource_id, starts_at, ends_at in claims.values_list("resources__pk", "starts_at", "ends_at"):
        taken[resource_id].append((starts_at, ends_at))
    return Needs(groups, resources, taken)


def lock(service: Service, mode: str) -> list[UUID]:
    """Lock the groups that such a visit needs until the transaction ends, in order of id; returns their ids."""
    groups = service.needs.order_by("pk")
    if mode != Mode.IN_PERSON:
        groups = groups.exclude(kind=ResourceKind.ROOM)
    return [group.pk for group in groups.select_for_update(of=("self",), no_key=True)]


def choose(needs: Needs, service: Service, mode: str, starts_at: datetime) -> list[UUID] | None:
    """One free resource of each group, the first by name; None when a group has none."""
    chosen = []
    for group_id in needs.group_ids(service.pk, mode):
        free = next(
            (
                resource_id
                for resource_id in needs.resources.get(group_id, ())
                if slots.is_free(starts_at, service.minutes, needs.taken.get(resource_id, ()))
            ),
            None,
        )
        if free is None:
            return None
        chosen.append(free)
    return chosen
