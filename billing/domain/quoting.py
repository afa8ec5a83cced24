"""What a visit costs: estimated before it is booked, frozen when it is."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain.queries import doctors
from accounts.enums import Role
from accounts.models import User
from billing import rules
from billing.enums import AuthorisationStatus
from billing.models import Authorisation, Quote
from clinic.core.errors import Invalid, NotAllowed
from clinic.core.status import lock, record_start
from scheduling.domain.pricing import charge
from scheduling.domain.queries import services_for
from scheduling.models import Appointment, Service

from . import aid_notices, cover
from .cover import Cover
from .quotes import Parts, Terms, divide

# Far from where calendars end.
FIRST_YEAR, LAST_YEAR = 2000, 2200
_AMOUNTS = ("cover_percent", "scheme_rate", "co_payment", "remaining", "granted")


@dataclass(frozen=True)
class Estimate:
    """What a visit would cost if it were booked now; `basis` as Quote.basis."""

    parts: Parts
    cover: Cover
    basis: dict[str, Any]
    currency: str

    @property
    def authorisation_open(self) -> bool:
        return self.cover.authorisation_open


def estimate(patient_id: UUID, doctor: User, service: Service, starts_at: datetime) -> Estimate:
    """Changes nothing and asks no rule."""
    price, currency = charge(doctor, service), settings.CLINIC_CURRENCY
    found = cover.find(patient_id, service, starts_at, charge=price, currency=currency)
    return Estimate(divide(price, found.terms, currency), found, basis_of(found), currency)


@transaction.atomic
def freeze(appointment: Appointment, *, actor: User | None) -> Quote:
    """The quote of a booked visit; a second call returns the first one, whatever has changed since. Where the plan
    wants to authorise the visit, the authorisation is its own from here on, asked for if it was not before."""
    existing = Quote.objects.filter(appointment=appointment).first()
    if existing is not None:
        return existing
    price, currency = appointment.price, appointment.currency
    found = cover.find(
        appointment.patient_id,
        appointment.service,
        appointment.starts_at,
        charge=price,
        currency=currency,
        hold=True,
    )
    parts = divide(price, found.terms, currency)
    if found.needs_authorisation:
        _claim_authorisation(found, appointment, actor=actor)
    return Quote.objects.create(
        appointment=appointment,
        membership=found.membership if found.terms else None,
        charge=parts.charge,
        covered=parts.covered,
        co_payment=parts.co_payment,
        shortfall=parts.shortfall,
        currency=currency,
        benefit_year=timezone.localdate(appointment.starts_at).year,
        basis=basis_of(found),
        authorisation_open=found.authorisation_open,
    )


def still_open(quote: Quote) -> bool:
    """The insurer has not answered yet: the quote itself stays as it was."""
    waiting = Authorisation.objects.filter(appointment=quote.appointment_id, status=AuthorisationStatus.ASKED)
    return quote.authorisation_open and waiting.exists()


def basis_of(found: Cover) -> dict[str, Any]:
    """What a quote was reckoned from, as JSON: for its sentences (quote_words.py), in whichever language later."""
    basis: dict[str, Any] = {"standing": str(found.standing)}
    if found.membership is not None:
        basis["plan"] = str(found.membership.plan)
    if found.needs_authorisation:
        basis["authorisation"] = "open" if found.authorisation_open else "granted"
    if found.terms is not None:
        basis["co_payment_kind"] = str(found.terms.co_payment_kind)
        for name in _AMOUNTS:
            value = getattr(found.terms, name)
            basis[name] = None if value is None else str(value)
    return basis


def terms_of(basis: dict[str, Any]) -> Terms | None:
    """The terms that `basis_of` wrote down."""
    if "co_payment_kind" not in basis:
        return None
    amounts = {name: None if basis[name] is None else Decimal(basis[name]) for name in _AMOUNTS}
    return Terms(co_payment_kind=basis["co_payment_kind"], **amounts)  # type: ignore[arg-type]


def _claim_authorisation(found: Cover, appointment: Appointment, *, actor: User | None) -> None:
    if found.authorisation is not None:
        authorisation = lock(Authorisation, found.authorisation.pk)
        authorisation.appointment = appointment
        authorisation.save(update_fields=["appointment", "updated_at"])
        return
    assert found.membership is not None
    asked = Authorisation.objects.create(
        membership=found.membership, service=appointment.service, appointment=appointment
    )
    record_start(asked, actor=actor)
    aid_notices.authorisation_asked(asked)


def estimate_for(
    user: User,
    *,
    doctor_id: UUID,
    service_id: UUID,
    starts_at: datetime,
    patient_id: UUID | None = None,
) -> Estimate:
    """What `user` would pay for a visit, or (management) the patient named. Raises NotAllowed, and Invalid (fields
    doctor, service, starts_at, patient)."""
    patient = _patient(user, patient_id)
    doctor = doctors().filter(pk=doctor_id).first()
    if doctor is None:
        raise _wrong("doctor", _("This doctor can't be booked. Please choose another one."))
    service = services_for(doctor).filter(pk=service_id).first()
    if service is None:
        raise _wrong("service", _("This doctor does not offer this service. Please choose another one."))
    if not FIRST_YEAR <= starts_at.year <= LAST_YEAR:
        raise _wrong("starts_at", _("Please choose a time of these years."))
    return estimate(patient, doctor, service, starts_at)


def _patient(user: User, patient_id: UUID | None) -> UUID:
    if patient_id is None and user.is_management:
        raise _wrong("patient", _("Choose a patient."))
    patient_id = patient_id or user.pk
    if not rules.can_see_quote(user, patient_id):
        raise NotAllowed(_("What a visit costs is between the patient and the clinic."))
    if patient_id != user.pk and not User.objects.filter(pk=patient_id, role=Role.PATIENT).exists():
        raise _wrong("patient", _("Choose a patient."))
    return patient_id


def _wrong(field: str, message: str) -> Invalid:
    return Invalid(message, fields={field: [message]})
