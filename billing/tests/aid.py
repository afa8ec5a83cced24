"""Plans, memberships and authorisations for tests."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import User
from billing.domain import cover
from billing.enums import AuthorisationStatus, PaymentStatus
from billing.models import Authorisation, Claim, Membership, Plan, PlanRate, Quote
from billing.tests.factories import make_payment
from scheduling.enums import AppointmentStatus
from scheduling.models import Service
from scheduling.tests.factories import make_appointment


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


def make_claim(patient: User, doctor: User, service: Service, **fields: Any) -> Claim:
    """Of a completed visit of 1,000, of which the plan was to pay 600 and the patient has paid 400; as it stands before
    it is sent. `membership`, `charge`, `expected`, `paid` (False: still due), `status`, `starts_at` may be given."""
    charge, expected = fields.pop("charge", Decimal(1000)), fields.pop("expected", Decimal(600))
    membership = fields.pop("membership", None) or cover.current(patient.pk)
    membership = membership or make_membership(patient, Plan.objects.first())
    paid = fields.pop("paid", True)
    visit = make_appointment(
        patient,
        doctor,
        service,
        price=charge,
        status=AppointmentStatus.COMPLETED,
        starts_at=fields.pop("starts_at", timezone.now() - timedelta(days=2)),
    )
    Quote.objects.create(
        appointment=visit,
        membership=membership,
        charge=charge,
        covered=expected,
        shortfall=charge - expected,
        currency=visit.currency,
        benefit_year=timezone.localdate(visit.starts_at).year,
        basis={
            "standing": "holds",
            "plan": str(membership.plan),
            "co_payment_kind": "none",
            "cover_percent": "60",
            "scheme_rate": None,
            "co_payment": "0",
            "remaining": None,
            "granted": None,
        },
    )
    if charge > expected:
        status = PaymentStatus.CONFIRMED if paid else PaymentStatus.DUE
        make_payment(visit, status, amount=charge - expected, covered=expected, shortfall=charge - expected)
    claim = Claim.objects.create(
        appointment=visit, membership=membership, expected=expected, currency=visit.currency, **fields
    )
    claim.history.create(to_status=claim.status)
    return claim
