"""Whether a patient's medical aid counts for a visit, and what its plan pays for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from billing.enums import AuthorisationStatus, ClaimStatus, Standing
from billing.models import Authorisation, Membership, Plan, Quote
from clinic.core.money import ZERO
from clinic.core.status import lock
from scheduling.enums import AppointmentStatus
from scheduling.models import Service
from scheduling.rules import UNDO_NO_SHOW

from .quotes import Terms, divide

# These visits take nothing of the year's benefit.
_CALLED_OFF = frozenset({AppointmentStatus.CANCELLED, AppointmentStatus.DECLINED, AppointmentStatus.EXPIRED})
_NOT_PAID = frozenset({ClaimStatus.REJECTED, ClaimStatus.WITHDRAWN})


@dataclass(frozen=True)
class Cover:
    """`terms` are None unless the membership counts. `authorisation` is the one that was asked for in advance and is
    not used for a visit yet; `needs_authorisation` is false where the plan pays nothing anyway."""

    standing: str
    membership: Membership | None = None
    terms: Terms | None = None
    needs_authorisation: bool = False
    authorisation: Authorisation | None = None

    @property
    def authorisation_open(self) -> bool:
        granted = self.authorisation is not None and self.authorisation.status == AuthorisationStatus.GRANTED
        return self.needs_authorisation and not granted


def current(patient_id: UUID) -> Membership | None:
    """The membership that has not been ended, with its plan."""
    return Membership.objects.select_related("plan").filter(patient=patient_id, ended_at=None).first()


def find(
    patient_id: UUID,
    service: Service,
    starts_at: datetime,
    *,
    charge: Decimal,
    currency: str,
    hold: bool = False,
) -> Cover:
    """The cover of a visit that begins at `starts_at` and costs `charge`. `hold` locks the membership until the
    transaction ends, so that two bookings cannot both take the rest of a year's benefit."""
    membership = current(patient_id)
    if membership is not None and hold:
        plan = membership.plan
        membership = lock(Membership, membership.pk)
        membership.plan = plan
    day = timezone.localdate(starts_at)
    standing = standing_on(membership, day)
    if standing != Standing.HOLDS:
        return Cover(standing, membership)
    assert membership is not None
    rate = membership.plan.rates.filter(service=service).first()  # type: ignore[attr-defined]
    plan = membership.plan
    terms = Terms(
        cover_percent=plan.cover_percent,
        co_payment_kind=plan.co_payment_kind,
        co_payment=plan.co_payment,
        remaining=remaining(membership, day.year, currency),
    )
    needs = plan.needs_authorisation
    if rate is not None:
        terms = _with(terms, scheme_rate=rate.scheme_rate, cover_percent=rate.cover_percent)
        needs = needs if rate.needs_authorisation is None else rate.needs_authorisation
    if not needs or not divide(charge, terms, currency).covered:
        return Cover(standing, membership, terms)
    authorisation = _asked_in_advance(membership, service, day, hold=hold)
    if authorisation is not None and authorisation.status == AuthorisationStatus.GRANTED:
        terms = _with(terms, granted=authorisation.amount)
    return Cover(standing, membership, terms, True, authorisation)


def standing_on(membership: Membership | None, day: date) -> Standing:
    """Whether the membership counts for a visit on `day`. Needs its plan."""
    if membership is None or membership.ended_at is not None:
        return Standing.NONE
    if not plan_holds(membership.plan, day):
        return Standing.PLAN_OVER
    if day < membership.valid_from:
        return Standing.NOT_YET
    if membership.valid_until is not None and day > membership.valid_until:
        return Standing.ENDED
    return Standing.UNCHECKED if membership.verified_at is None else Standing.HOLDS


def plan_holds(plan: Plan, day: date) -> bool:
    """The clinic takes part in the plan on `day`."""
    begun = plan.valid_from is None or plan.valid_from <= day
    over = plan.valid_until is not None and plan.valid_until < day
    return plan.is_active and begun and not over


def remaining(membership: Membership, year: int, currency: str) -> Decimal | None:
    """What is left of the year's benefit, None without a limit. Needs the plan."""
    limit = membership.plan.annual_limit
    return None if limit is None else max(ZERO, limit - used(membership, year, currency))


def used(membership: Membership, year: int, currency: str) -> Decimal:
    """What the visits of a year take of the benefit: as the insurer answered their claims, else as they were quoted.
    Memberships of the same plan count together, so that entering one anew brings no new benefit; a missed visit
    counts for as long as it may turn out not to have been missed."""
    missed_for_good = Q(
        appointment__status=AppointmentStatus.NO_SHOW,
        appointment__ends_at__lt=timezone.now() - UNDO_NO_SHOW,
    )
    rows = (
        Quote.objects.filter(
            membership__patient=membership.patient_id,
            membership__plan=membership.plan_id,
            benefit_year=year,
            currency=currency,
        )
        .exclude(appointment__status__in=_CALLED_OFF)
        .exclude(missed_for_good)
        .exclude(appointment__claim__status__in=_NOT_PAID)
        .values_list("covered", "appointment__claim__actual")
    )
    return sum((quoted if actual is None else actual for quoted, actual in rows), ZERO)


def _with(terms: Terms, **values: Decimal | None) -> Terms:
    """A rate that says nothing about a value leaves the plan's."""
    known: Mapping[str, Decimal] = {name: value for name, value in values.items() if value is not None}
    return Terms(**{**terms.__dict__, **known})


def _asked_in_advance(
    membership: Membership, service: Service, day: date, *, hold: bool
) -> Authorisation | None:
    """For this service and not used for a visit yet: a granted one before one that is being asked."""
    found = Authorisation.objects.filter(membership=membership, service=service, appointment=None).filter(
        Q(status=AuthorisationStatus.ASKED) | Q(status=AuthorisationStatus.GRANTED),
        Q(valid_until=None) | Q(valid_until__gte=day),
    )
    if hold:
        found = found.select_for_update(of=("self",))
    # "granted" sorts behind "asked".
    return found.order_by("-status", "created_at").first()
