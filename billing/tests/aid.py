"""Plans, memberships and authorisations for tests."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import User
from billing.enums import AuthorisationStatus
from billing.models import Authorisation, Membership, Plan, PlanRate
from scheduling.models import Service


def make_plan(name: str = "Gold", **fields: Any) -> Plan:
    """Eighty per cent of every charge, unless said otherwise."""
    defaults: dict[str, Any] = {"insurer": "Himal Health", "cover_percent": Decimal(80)}
    return Plan.objects.create(name=name, **{**defaults, **fields})


def make_rate(plan: Plan, service: Service, **fields: Any) -> PlanRate:
    return PlanRate.objects.create(plan=plan, service=service, **fields)


def make_membership(
    patient: User, plan: Plan | None = None, *, verified: bool = True, **fields: Any
) -> Membership:
    number = fields.pop("number", f"HH {Membership.objects.count() + 1:05}")
    return Membership.objects.create(
        **{
            "patient": patient,
            "plan": plan or make_plan(),
            "number": number,
            "number_key": number.replace(" ", "").replace("-", "").upper(),
            "valid_from": timezone.localdate() - timedelta(days=30),
            "verified_at": timezone.now() if verified else None,
            **fields,
        }
    )


def make_authorisation(
    membership: Membership, service: Service, status: str = AuthorisationStatus.ASKED, **fields: Any
) -> Authorisation:
    made = Authorisation.objects.create(membership=membership, service=service, status=status, **fields)
    made.history.create(to_status=status)
    return made
