"""Visits that a medical aid pays for, and how far their claims have come."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils import timezone

from billing.domain import claims
from billing.models import Claim
from insights.demo.keys import key
from insights.demo.ledger import Ledger
from insights.demo.plan import Visit
from messaging.enums import Channel, NotificationKind
from messaging.models import NotificationPreference
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment

# How many days ago, and the insurer's answer: which part of what was expected, or None while it has not answered.
_VISITS: tuple[tuple[int, str], ...] = (
    (33, "settled"),
    (29, "in part"),
    (24, "accepted"),
    (19, "sent"),
    (15, "ready"),
)
TARIFF = "Above the tariff of the plan for this service."


def seed(ledger: Ledger, today: date) -> None:
    """Those of the second patient, planned from the first seeding on: later ones leave them as they are."""
    names = [f"covered/{number}" for number in range(len(_VISITS))]
    if Appointment.objects.filter(pk__in=[key("visit", name) for name in names]).exists():
        return
    planned = {
        name: Visit(
            name=name,
            doctor="doctor",
            patient="patient2",
            service="Consultation",
            minutes=30,
            mode="in_person",
            starts_at=timezone.make_aware(datetime.combine(today - timedelta(days=days), time(8, 30))),
            status=AppointmentStatus.COMPLETED,
            covered=True,
        )
        for name, (days, _how_far) in zip(names, _VISITS, strict=True)
    }
    ledger.add(planned.values())
    # The answers are told, but no mail goes to an invented address.
    patient = ledger.people["patient2"]
    silence = [
        NotificationPreference(user=patient, kind=NotificationKind.PAYMENT, channel=channel, is_on=False)
        for channel in Channel
    ]
    NotificationPreference.objects.bulk_create(silence, ignore_conflicts=True)
    for name, (_days, how_far) in zip(names, _VISITS, strict=True):
        visit = Appointment.objects.filter(pk=key("visit", name)).first()
        claim = claims.make_for(visit, actor=ledger.people["doctor"]) if visit else None
        if claim is not None and how_far != "ready":
            _go_on(claim, how_far, ledger)
    NotificationPreference.objects.filter(pk__in=[each.pk for each in silence]).delete()


def _go_on(claim: Claim, how_far: str, ledger: Ledger) -> None:
    claims.submit(claim.pk, number=f"HH-CL-{claim.pk.hex[:6].upper()}", actor=ledger.manager)
    if how_far == "in part":
        part = (claim.expected * Decimal("0.75")).quantize(Decimal(1))
        claims.answer(claim.pk, actual=part, reason=TARIFF, actor=ledger.manager)
    elif how_far in ("accepted", "settled"):
        claims.answer(claim.pk, actual=claim.expected, actor=ledger.manager)
    if how_far == "settled":
        claims.settle(claim.pk, reference="RTGS 20417", actor=ledger.manager)
