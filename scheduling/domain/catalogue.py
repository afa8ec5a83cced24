"""What the clinic offers: consultations and scans, their length, price and needs.

A change holds for new bookings; visits that are booked keep their time and price.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain import trail
from accounts.enums import ActivityVerb, Mode
from accounts.models import User
from clinic.core.errors import Invalid, NotAllowed
from clinic.core.status import lock
from scheduling import rules
from scheduling.enums import CELL_MINUTES, UPCOMING, ReferralStatus, ServiceKind
from scheduling.models import ResourceGroup, Service

LONGEST_MINUTES = 8 * 60
# What a form may set; `needs` comes beside it.
FIELDS = (
    "name", "kind", "description", "minutes", "price", "price_from_doctor", "modes", "specialty", "preparation",
    "needs_referral",
)  # fmt: skip


def all_services() -> QuerySet[Service]:
    """Every one, retired ones too, with how many visits are ahead and how many referrals wait."""
    return (
        Service.objects.select_related("specialty")
        .prefetch_related("needs")
        .annotate(
            visits_ahead=Count(
                "appointments",
                filter=Q(appointments__status__in=UPCOMING, appointments__ends_at__gte=timezone.now()),
                distinct=True,
            ),
            referrals_waiting=Count(
                "referrals", filter=Q(referrals__status=ReferralStatus.REQUESTED), distinct=True
            ),
        )
        .order_by("-is_active", "kind", "name", "pk")
    )


@transaction.atomic
def create(*, actor: User, needs: Iterable[ResourceGroup] = (), **fields: Any) -> Service:
    """A new service, offered from now on. Raises NotAllowed and Invalid (named fields)."""
    _require(actor)
    service = Service(**_checked(fields, None))
    service.save(force_insert=True)
    service.needs.set(needs)
    trail.record(ActivityVerb.SERVICE_CHANGED, actor=actor, target=service, changed=FIELDS)
    return service


@transaction.atomic
def change(service_id: UUID, *, actor: User, needs: Iterable[ResourceGroup] = (), **fields: Any) -> Service:
    """The service with these values. Raises NotAllowed and Invalid (named fields)."""
    _require(actor)
    service = lock(Service, service_id)
    fields = _checked(fields, service)
    changed = [name for name, value in fields.items() if getattr(service, name) != value]
    if {group.pk for group in service.needs.all()} != {group.pk for group in needs}:
        service.needs.set(needs)
        changed.append("needs")
    for name, value in fields.items():
        setattr(service, name, value)
    service.save(update_fields=[*fields, "updated_at"])
    if changed:
        trail.record(ActivityVerb.SERVICE_CHANGED, actor=actor, target=service, changed=changed)
    return service


@transaction.atomic
def offer(service_id: UUID, is_active: bool, *, actor: User) -> Service:
    """Retire the service (what is booked takes place) or offer it again. Raises NotAllowed and Invalid (its name
    belongs to another one by now)."""
    _require(actor)
    service = lock(Service, service_id)
    if service.is_active != is_active:
        if is_active:
            _refuse_twin(service.name, service.specialty_id, service)
        service.is_active = is_active
        service.save(update_fields=["is_active", "updated_at"])
        trail.record(ActivityVerb.SERVICE_CHANGED, actor=actor, target=service, changed=["is_active"])
    return service


def _require(actor: User) -> None:
    if not rules.can_run_clinic(actor):
        raise NotAllowed


def _checked(fields: dict[str, Any], service: Service | None) -> dict[str, Any]:
    wrong: dict[str, list[str]] = {}
    if not CELL_MINUTES <= fields["minutes"] <= LONGEST_MINUTES:
        wrong["minutes"] = [
            _("Please choose between %(least)s and %(most)s minutes.")
            % {"least": CELL_MINUTES, "most": LONGEST_MINUTES}
        ]
    elif fields["minutes"] % CELL_MINUTES:
        wrong["minutes"] = [_("Please use a multiple of %(minutes)s minutes.") % {"minutes": CELL_MINUTES}]
    if not fields["modes"]:
        wrong["modes"] = [_("Please choose at least one way.")]
    if fields["kind"] == ServiceKind.IMAGING:
        if Mode.VIDEO in fields["modes"]:
            wrong["modes"] = [_("A scan takes place at the clinic.")]
        if fields["price_from_doctor"]:
            wrong["price_from_doctor"] = [_("A scan has a price of its own.")]
    if fields["price"] < Decimal(0):
        wrong["price"] = [_("A price is not below zero.")]
    if wrong:
        raise Invalid(_("Please correct what is marked."), fields=wrong)
    specialty = fields.get("specialty")
    _refuse_twin(fields["name"], specialty.pk if specialty else None, service)
    return {name: fields[name] for name in FIELDS}


def _refuse_twin(name: str, specialty_id: UUID | None, service: Service | None) -> None:
    """Two services of one name can't be told apart when booking."""
    twins = Service.objects.filter(name__iexact=name, specialty=specialty_id, is_active=True)
    if service is not None:
        twins = twins.exclude(pk=service.pk)
    if twins.exists():
        message = _("There is a service of this name already. Please choose another name.")
        raise Invalid(message, fields={"name": [message]})
