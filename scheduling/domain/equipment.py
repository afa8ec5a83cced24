"""Rooms and equipment: groups, what is in them, and the days on which one can't be used.

Visits that are booked stay where they are until `move_visits` gives them another of the same group.
"""

from datetime import date, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from clinic.core.errors import Invalid, NotAllowed
from clinic.core.models import BaseModel
from clinic.core.status import lock
from scheduling import events, rules
from scheduling.enums import UPCOMING
from scheduling.models import Appointment, CalendarCell, Resource, ResourceGroup, ResourceOutage, Service

from . import calendars, progress

MAX_OUTAGE_DAYS = 3 * 366


def groups() -> QuerySet[ResourceGroup]:
    """Every group with its resources, their outages that are not over, and the services that need it."""
    today = timezone.localdate()
    out_today = ResourceOutage.objects.filter(
        resource=OuterRef("pk"), first_day__lte=today, last_day__gte=today
    )
    resources = (
        Resource.objects.annotate(is_out=Exists(out_today))
        .prefetch_related(Prefetch("outages", ResourceOutage.objects.filter(last_day__gte=today)))
        .order_by("-is_active", "name")
    )
    return ResourceGroup.objects.prefetch_related(
        Prefetch("resources", resources), Prefetch("services", Service.objects.filter(is_active=True))
    )


def visits_hit(resource: Resource) -> QuerySet[Appointment]:
    """Visits ahead that have this resource on a day when it can't be used, the soonest first."""
    ahead = Appointment.objects.filter(
        resources=resource, status__in=UPCOMING, ends_at__gte=timezone.now()
    ).select_related("patient", "doctor", "service")
    if resource.is_active:
        out = Q(pk__in=[])
        for first, last in resource.outages.filter(last_day__gte=timezone.localdate()).values_list(  # type: ignore[attr-defined]
            "first_day", "last_day"
        ):
            out |= Q(starts_at__lt=calendars.midnight_after(last), ends_at__gt=calendars.midnight(first))
        ahead = ahead.filter(out)
    return ahead.order_by("starts_at", "pk")


@transaction.atomic
def save_group(group_id: UUID | None, *, actor: User, name: str, kind: str) -> ResourceGroup:
    """A new group, or this one with these values. Raises NotAllowed and Invalid (field name: taken)."""
    _require(actor)
    group = lock(ResourceGroup, group_id) if group_id else ResourceGroup()
    group.name, group.kind = name, kind
    _save(group, _("There is a group of this name already."))
    _note(group, actor, ["name", "kind"])
    return group


@transaction.atomic
def add_resource(group_id: UUID, *, actor: User, name: str) -> Resource:
    """One more of this group, in use from now on. Raises NotAllowed and Invalid (field name: taken)."""
    _require(actor)
    resource = Resource(group=lock(ResourceGroup, group_id), name=name)
    _save(resource, _("There is one of this name in this group already."))
    _note(resource, actor, ["name"])
    return resource


@transaction.atomic
def rename(resource_id: UUID, *, actor: User, name: str) -> Resource:
    """Raises NotAllowed and Invalid (field name: taken)."""
    _require(actor)
    resource = lock(Resource, resource_id)
    resource.name = name
    _save(resource, _("There is one of this name in this group already."))
    _note(resource, actor, ["name"])
    return resource


@transaction.atomic
def use(resource_id: UUID, is_active: bool, *, actor: User) -> Resource:
    """Take the resource out of use for good, or back. Raises NotAllowed."""
    _require(actor)
    resource = lock(Resource, resource_id)
    if resource.is_active != is_active:
        resource.is_active = is_active
        resource.save(update_fields=["is_active", "updated_at"])
        _note(resource, actor, ["is_active"])
    return resource


@transaction.atomic
def add_outage(
    resource_id: UUID, *, actor: User, first_day: date, last_day: date, reason: str = ""
) -> ResourceOutage:
    """Days on which it can't be used. Raises NotAllowed and Invalid (fields first_day, last_day)."""
    _require(actor)
    resource = lock(Resource, resource_id)
    wrong: dict[str, list[str]] = {}
    if last_day < first_day:
        wrong["last_day"] = [_("The last day is before the first one.")]
    elif last_day < timezone.localdate():
        wrong["last_day"] = [_("These days are over.")]
    elif last_day - first_day > timedelta(days=MAX_OUTAGE_DAYS):
        wrong["last_day"] = [_("That is more than three years. Take it out of use instead.")]
    elif ResourceOutage.objects.filter(
        resource=resource, first_day__lte=last_day, last_day__gte=first_day
    ).exists():
        wrong["first_day"] = [_("It is out already on some of these days.")]
    if wrong:
        raise Invalid(_("Please correct what is marked."), fields=wrong)
    outage = ResourceOutage.objects.create(
        resource=resource, first_day=first_day, last_day=last_day, reason=reason.strip()
    )
    _note(resource, actor, ["outages"])
    return outage


@transaction.atomic
def end_outage(resource_id: UUID, outage_id: UUID, *, actor: User) -> None:
    """It can be used on those days after all. Nothing happens when that is gone already. Raises NotAllowed."""
    _require(actor)
    resource = lock(Resource, resource_id)
    if ResourceOutage.objects.filter(pk=outage_id, resource=resource).delete()[0]:
        _note(resource, actor, ["outages"])


def move_visits(resource: Resource, *, actor: User) -> tuple[int, int]:
    """Give each visit that is hit another resource of the group that is free then; returns how many were moved and
    how many found none. Their times stay, so nobody needs to be told. Raises NotAllowed."""
    _require(actor)
    progress.expire_lapsed(Q(resources__group=resource.group_id))
    visits = list(visits_hit(resource).values_list("pk", flat=True))
    moved = sum(_move_visit(pk, resource, actor) for pk in visits)
    return moved, len(visits) - moved


@transaction.atomic
def _move_visit(visit_id: UUID, resource: Resource, actor: User) -> bool:
    """Lock order as in taking.py: the group, then the visit."""
    ResourceGroup.objects.select_for_update(no_key=True).get(pk=resource.group_id)
    visit = lock(Appointment, visit_id)
    if visit.status not in UPCOMING or not visit.resources.filter(pk=resource.pk).exists():
        return True  # called off or moved meanwhile: nothing is hit any more
    for other in _in_use_then(visit, resource):
        try:
            with transaction.atomic():
                CalendarCell.objects.filter(appointment=visit, calendar=resource.pk).update(calendar=other.pk)
        except IntegrityError:
            continue  # taken at that time
        visit.resources.remove(resource)
        visit.resources.add(other)
        trail.record(
            ActivityVerb.APPOINTMENT_MOVED,
            actor=actor,
            target=visit,
            patient=visit.patient_id,
            changed=["resources"],
        )
        events.appointment_changed(visit)
        return True
    return False


def _in_use_then(visit: Appointment, resource: Resource) -> QuerySet[Resource]:
    """The others of the group that are not out on the day of the visit, by name."""
    day = timezone.localdate(visit.starts_at, timezone.get_default_timezone())
    out = ResourceOutage.objects.filter(resource=OuterRef("pk"), first_day__lte=day, last_day__gte=day)
    others = Resource.objects.filter(group=resource.group_id, is_active=True).exclude(pk=resource.pk)
    return others.exclude(Exists(out)).order_by("name")


def _require(actor: User) -> None:
    if not rules.can_run_clinic(actor):
        raise NotAllowed


def _save(row: Resource | ResourceGroup, taken: str) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=row._state.adding)
    except IntegrityError as error:
        raise Invalid(taken, fields={"name": [taken]}) from error


def _note(row: BaseModel, actor: User, changed: list[str]) -> None:
    trail.record(ActivityVerb.RESOURCE_CHANGED, actor=actor, target=row, changed=changed)
