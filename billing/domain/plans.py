"""The medical-aid plans that the clinic takes part in, and what each pays for which service.

A change holds for new bookings; quotes that were given stay as they are.
"""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from billing import rules
from billing.enums import CoPaymentKind
from billing.models import Plan, PlanRate
from clinic.core.errors import Invalid, NotAllowed
from clinic.core.status import lock
from scheduling.models import Service

from . import amounts

FIELDS = (
    "insurer", "name", "cover_percent", "co_payment_kind", "co_payment", "annual_limit", "needs_authorisation",
    "valid_from", "valid_until", "is_active",
)  # fmt: skip
RATE_FIELDS = ("scheme_rate", "cover_percent", "needs_authorisation")
_ALL = Decimal(100)


def all_plans() -> QuerySet[Plan]:
    """Every one, with how many memberships run and how many rates it has; those in use first."""
    return Plan.objects.annotate(
        members=Count("memberships", filter=Q(memberships__ended_at=None), distinct=True),
        rate_count=Count("rates", distinct=True),
    ).order_by("-is_active", "insurer", "name", "pk")


def create(*, actor: User, **fields: Any) -> Plan:
    """Raises NotAllowed and Invalid (named fields)."""
    return _save(Plan(), fields, actor)


@transaction.atomic
def change(plan_id: UUID, *, actor: User, **fields: Any) -> Plan:
    """Raises NotAllowed and Invalid (named fields)."""
    return _save(lock(Plan, plan_id), fields, actor)


@transaction.atomic
def set_rate(plan_id: UUID, service: Service, *, actor: User, **fields: Any) -> PlanRate:
    """What the plan pays for this service: its rate is new, or takes the place of the old one. Raises NotAllowed and
    Invalid (named fields)."""
    _require(actor)
    plan = lock(Plan, plan_id)
    values = _checked_rate(fields)
    rate, _made = PlanRate.objects.update_or_create(plan=plan, service=service, defaults=values)
    trail.record(ActivityVerb.PLAN_CHANGED, actor=actor, target=plan, changed=["rates"])
    return rate


@transaction.atomic
def remove_rate(plan_id: UUID, service: Service, *, actor: User) -> None:
    """From now on the plan pays for the service as for any other. Gone already: nothing happens. Raises NotAllowed."""
    _require(actor)
    plan = lock(Plan, plan_id)
    deleted, _each = PlanRate.objects.filter(plan=plan, service=service).delete()
    if deleted:
        trail.record(ActivityVerb.PLAN_CHANGED, actor=actor, target=plan, changed=["rates"])


def _save(plan: Plan, fields: dict[str, Any], actor: User) -> Plan:
    _require(actor)
    checked = _checked(fields)
    changed = [name for name in FIELDS if plan._state.adding or getattr(plan, name) != checked[name]]
    for name in FIELDS:
        setattr(plan, name, checked[name])
    try:
        with transaction.atomic():
            plan.save()
    except IntegrityError as error:
        message = _("There is a plan of this name already. Please choose another name.")
        raise Invalid(message, fields={"name": [message]}) from error
    if changed:
        trail.record(ActivityVerb.PLAN_CHANGED, actor=actor, target=plan, changed=changed)
    return plan


def _require(actor: User) -> None:
    if not rules.can_run_medical_aid(actor):
        raise NotAllowed(_("Only the clinic's management keeps the plans."))


def _checked(fields: dict[str, Any]) -> dict[str, Any]:
    wrong: dict[str, list[str]] = {}
    values = {name: fields[name] for name in FIELDS}
    for name in ("insurer", "name"):
        values[name] = " ".join(values[name].split())
        if not values[name] or not values[name].isprintable():
            wrong[name] = [_("Please write a name.")]
    _percent(values, "cover_percent", wrong)
    if values["co_payment_kind"] == CoPaymentKind.PERCENT:
        _percent(values, "co_payment", wrong)
    elif values["co_payment_kind"] == CoPaymentKind.FIXED:
        _amount(values, "co_payment", wrong)
    else:
        values["co_payment"] = Decimal(0)
    _amount(values, "annual_limit", wrong)
    begins, ends = values["valid_from"], values["valid_until"]
    if begins and ends and ends < begins:
        wrong["valid_until"] = [_("The last day is before the first.")]
    if wrong:
        raise Invalid(_("Please correct what is marked."), fields=wrong)
    return values


def _checked_rate(fields: dict[str, Any]) -> dict[str, Any]:
    wrong: dict[str, list[str]] = {}
    values = {name: fields.get(name) for name in RATE_FIELDS}
    _amount(values, "scheme_rate", wrong)
    _percent(values, "cover_percent", wrong)
    if values["scheme_rate"] is not None and values["cover_percent"] is not None:
        wrong["cover_percent"] = [_("Give a rate or a percentage, not both.")]
    if all(value is None for value in values.values()):
        wrong["scheme_rate"] = [_("Say what is different for this service, or leave it as the plan says.")]
    if wrong:
        raise Invalid(_("Please correct what is marked."), fields=wrong)
    return values


def _percent(values: dict[str, Any], name: str, wrong: dict[str, list[str]]) -> None:
    value = values[name]
    if value is None:
        return
    if not value.is_finite() or not 0 <= value <= _ALL:
        wrong[name] = [_("A percentage lies between 0 and 100.")]
    elif value != value.quantize(Decimal("0.01")):
        wrong[name] = [_("Use two decimal places at most.")]


def _amount(values: dict[str, Any], name: str, wrong: dict[str, list[str]]) -> None:
    if values[name] is None:
        return
    try:
        values[name] = amounts.checked(values[name], settings.CLINIC_CURRENCY, field=name, may_be_zero=True)
    except Invalid as refused:
        wrong[name] = refused.fields[name]
