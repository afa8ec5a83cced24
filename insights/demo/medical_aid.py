"""Two medical-aid plans, their members, and an authorisation that is open."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import User
from billing.domain.references import bare
from billing.enums import CoPaymentKind
from billing.models import Authorisation, Membership, Plan, PlanRate
from insights.demo import pictures
from insights.demo.keys import key
from scheduling.models import Service

GOLD, SATHI = "Gold", "Sathi"


def seed(cast: Mapping[str, User], today: date) -> None:
    """Add what is missing. Who is a member is fixed; patients who have a membership of their own keep it."""
    plans = _plans(today)
    checked = timezone.now() - timedelta(days=20)
    _member(cast, "patient2", plans[GOLD], "HH-20417-02", today, verified_at=checked)
    _member(cast, "gita.tamang", plans[SATHI], "SA 88 1045", today, verified_at=checked)
    # Waits to be compared with its card, and one that has run out.
    _member(cast, "patient", plans[GOLD], "HH-31155-01", today, with_card=True)
    _member(
        cast,
        "suresh.karki",
        plans[SATHI],
        "SA 70 2210",
        today,
        verified_at=checked,
        valid_until=today - timedelta(days=3),
    )
    _authorisation(cast, today)


def _plans(today: date) -> Mapping[str, Plan]:
    begun = today.replace(month=1, day=1)
    gold, _made = Plan.objects.get_or_create(
        name=GOLD,
        defaults={
            "pk": key("aid", "plan", GOLD),
            "insurer": "Himal Health (demo)",
            "cover_percent": Decimal(80),
            "co_payment_kind": CoPaymentKind.FIXED,
            "co_payment": Decimal(100),
            "annual_limit": Decimal(25000),
            "valid_from": begun,
        },
    )
    sathi, _made = Plan.objects.get_or_create(
        name=SATHI,
        defaults={
            "pk": key("aid", "plan", SATHI),
            "insurer": "Sagarmatha Assurance (demo)",
            "cover_percent": Decimal(50),
            "co_payment_kind": CoPaymentKind.PERCENT,
            "co_payment": Decimal(10),
            "annual_limit": Decimal(12000),
            "valid_from": begun,
        },
    )
    _rate(gold, "MRI scan", scheme_rate=Decimal(7000), needs_authorisation=True)
    _rate(sathi, "X-ray", scheme_rate=Decimal(600))
    _rate(sathi, "MRI scan", cover_percent=Decimal(0))
    return {GOLD: gold, SATHI: sathi}


def _rate(plan: Plan, service_name: str, **values: Any) -> None:
    service = Service.objects.filter(name=service_name, is_active=True).first()
    if service is not None:
        PlanRate.objects.get_or_create(plan=plan, service=service, defaults=values)


def _member(
    cast: Mapping[str, User],
    name: str,
    plan: Plan,
    number: str,
    today: date,
    *,
    with_card: bool = False,
    **fields: Any,
) -> None:
    patient = cast.get(name)
    pk = key("aid", "member", name)
    taken = Membership.objects.filter(plan=plan, number_key=bare(number), ended_at=None)
    if patient is None or taken.exists() or patient.medical_aid_memberships.exists():
        return
    membership = Membership(
        pk=pk,
        patient=patient,
        plan=plan,
        number=number,
        number_key=bare(number),
        holder_name=patient.name,
        valid_from=today.replace(month=1, day=1) - timedelta(days=365),
        verified_by=cast.get("manager") if "verified_at" in fields else None,
        **fields,
    )
    if with_card:
        picture = pictures.membership_card(insurer=plan.insurer, name=patient.name, number=number)
        membership.card.save("card.jpg", picture, save=False)
    membership.save(force_insert=True)


def _authorisation(cast: Mapping[str, User], today: date) -> None:
    """Asked in advance for a scan of the second patient."""
    pk = key("aid", "authorisation", "patient2")
    membership = Membership.objects.filter(pk=key("aid", "member", "patient2"), ended_at=None).first()
    service = Service.objects.filter(name="MRI scan", is_active=True).first()
    if membership is None or service is None or Authorisation.objects.filter(pk=pk).exists():
        return
    asked = Authorisation.objects.create(
        pk=pk, membership=membership, service=service, valid_until=today + timedelta(days=60)
    )
    asked.history.create(from_status="", to_status=asked.status, actor=cast.get("manager"))
