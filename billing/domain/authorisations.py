"""The insurer's word, asked before a visit, that it will pay: asked, granted, refused, over.

A quote stays as it was frozen; what changes is whether it is certain (quoting.still_open). Locks: the appointment's
row, the membership's, then the authorisation's.
"""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from billing import rules
from billing.enums import AuthorisationStatus, PaymentStatus
from billing.models import Authorisation, Membership
from clinic.core.errors import Conflict, InvalidTransition, NotAllowed
from clinic.core.status import change_status, lock, record_start
from scheduling.domain import progress
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment, Service
from scheduling.rules import UNDO_NO_SHOW

from . import aid_notices, amounts, insurers_words

LAST_YEAR = 2200
_S = AuthorisationStatus
_CALLED_OFF = frozenset({AppointmentStatus.CANCELLED, AppointmentStatus.DECLINED, AppointmentStatus.EXPIRED})
# These visits have been, or are about to be, covered by it.
_HAPPENS = frozenset(
    {AppointmentStatus.CHECKED_IN, AppointmentStatus.IN_PROGRESS, AppointmentStatus.COMPLETED}
)


def visible_to(user: User) -> QuerySet[Authorisation]:
    """All for management, a patient's own, none for anyone else; with people, plan, service and visit."""
    rows = Authorisation.objects.select_related(
        "membership__patient", "membership__plan", "service", "appointment__doctor"
    )
    if rules.can_run_medical_aid(user):
        return rows
    own = user.is_active and user.is_patient
    return rows.filter(membership__patient=user) if own else rows.none()


def in_state(rows: QuerySet[Authorisation], status: str) -> QuerySet[Authorisation]:
    """Those of one tab: what waits for an answer oldest first, the others newest first."""
    order = ("created_at", "pk") if status == _S.ASKED else ("-updated_at", "-pk")
    return rows.filter(status=status).order_by(*order)


def counts() -> dict[str, int]:
    """How many are in each status, zeros included."""
    found = dict(Authorisation.objects.order_by().values_list("status").annotate(Count("pk")))
    return {status: found.get(status, 0) for status in _S.values}


def of_visit(appointment_id: UUID) -> Authorisation | None:
    """The visit's present one: one that is asked or granted, else the last."""
    rows = Authorisation.objects.filter(appointment=appointment_id).order_by("-created_at", "-pk")
    return next((row for row in rows if row.status in (_S.ASKED, _S.GRANTED)), None) or rows.first()


@transaction.atomic
def ask(membership_id: UUID, service: Service, *, actor: User) -> Authorisation:
    """Ask in advance: the next visit of this service uses it. One that is being asked already is returned. Raises
    NotAllowed and Invalid (`service`)."""
    _require(actor)
    membership = lock(Membership, membership_id)
    if membership.ended_at is not None:
        raise InvalidTransition(_("This membership has ended: the patient has entered another one, or none."))
    if not service.is_active:
        raise amounts.refused("service", _("The clinic no longer offers this service."))
    free = Authorisation.objects.filter(membership=membership, service=service, appointment=None)
    return free.filter(status=_S.ASKED).first() or _asked(membership, service, None, actor)


@transaction.atomic
def ask_again(authorisation_id: UUID, *, actor: User) -> Authorisation:
    """A new one after one that was refused or is over, for the same visit. One that is being asked, or holds, already
    is returned. Raises NotAllowed, and InvalidTransition when the visit was called off."""
    _require(actor)
    old = _locked(authorisation_id)
    if old.status in (_S.ASKED, _S.GRANTED):
        return old
    visit = old.appointment
    if visit is None:
        return ask(old.membership_id, old.service, actor=actor)
    if visit.status in _CALLED_OFF:
        raise InvalidTransition(_("The visit was called off: there is nothing to ask for."))
    present = of_visit(visit.pk)
    if present is not None and present.status in (_S.ASKED, _S.GRANTED):
        return present
    return _asked(old.membership, old.service, visit, actor)


@transaction.atomic
def grant(
    authorisation_id: UUID,
    *,
    number: str,
    amount: Decimal | None = None,
    valid_until: date | None = None,
    actor: User,
) -> Authorisation:
    """The insurer has agreed: `granted`, its patient is told, and a visit that waited only for this goes on. A granted
    one is corrected; the same details again change nothing.

    Raises NotAllowed, Invalid (`number`, `amount`, `valid_until`) and InvalidTransition.
    """
    _require(actor)
    found = _locked(authorisation_id)
    fields: dict[str, Any] = {
        "number": insurers_words.number(number, needed=True),
        "amount": None if amount is None else amounts.checked(amount, settings.CLINIC_CURRENCY),
        "valid_until": _checked_day(valid_until),
    }
    if found.status == _S.GRANTED:
        if any(getattr(found, name) != value for name, value in fields.items()):
            for name, value in fields.items():
                setattr(found, name, value)
            found.save(update_fields=[*fields, "updated_at"])
            _note(found, actor, list(fields))
            _sweep_after(found)
        return found
    change_status(found, _S.GRANTED, actor=actor, **fields)
    _note(found, actor, ["status"])
    _sweep_after(found)
    aid_notices.authorisation_answered(found)
    _let_visit_go_on(found, actor)
    return found


@transaction.atomic
def refuse(authorisation_id: UUID, *, reason: str, actor: User) -> Authorisation:
    """The insurer will not pay, or takes its word back: the patient reads why. Refused already: nothing changes. Raises
    NotAllowed, Invalid (`reason`) and InvalidTransition."""
    _require(actor)
    found = _locked(authorisation_id)
    if found.status == _S.REFUSED:
        return found
    reason = insurers_words.reason(reason)
    change_status(found, _S.REFUSED, actor=actor, reason=reason)
    _note(found, actor, ["status"])
    aid_notices.authorisation_answered(found)
    return found


def follow(appointment: Appointment, *, actor: User | None) -> None:
    """The visit was called off: what was granted for it is free for another one, what was asked is over. In the
    transaction that holds the appointment's lock."""
    rows = Authorisation.objects.filter(appointment=appointment, status__in=(_S.ASKED, _S.GRANTED))
    for pk in rows.values_list("pk", flat=True):
        found = lock(Authorisation, pk)
        if found.status == _S.GRANTED:
            found.appointment = None
            found.save(update_fields=["appointment", "updated_at"])
        elif found.status == _S.ASKED:
            change_status(found, _S.EXPIRED, actor=actor, reason=_("The visit was called off."))


def expire_over(today: date | None = None) -> int:
    """End those whose last day is past and those of visits that were missed; returns how many. May be run at any time
    and by any number of workers."""
    today = today or timezone.localdate()
    return sum(_expire(pk, today) for pk in _over(today).values_list("pk", flat=True))


def _over(today: date) -> QuerySet[Authorisation]:
    missed = Q(
        status=_S.ASKED,
        appointment__status=AppointmentStatus.NO_SHOW,
        appointment__ends_at__lt=timezone.now() - UNDO_NO_SHOW,
    )
    past = Q(valid_until__lt=today) & ~Q(appointment__status__in=_HAPPENS, appointment__isnull=False)
    return Authorisation.objects.filter(missed | past, status__in=(_S.ASKED, _S.GRANTED)).order_by("pk")


@transaction.atomic
def _expire(pk: UUID, today: date) -> int:
    found = _locked(pk)
    if not _over(today).filter(pk=pk).exists():
        return 0
    change_status(found, _S.EXPIRED)
    if found.appointment is not None and found.appointment.starts_at > timezone.now():
        aid_notices.authorisation_answered(found)
        aid_notices.authorisation_over(found)
    return 1


def _locked(pk: UUID) -> Authorisation:
    """With its appointment's row locked before its own. Raises Authorisation.DoesNotExist, and Conflict when a booking
    takes it, or lets go of it, in this moment."""
    appointment_id = Authorisation.objects.values_list("appointment_id", flat=True).get(pk=pk)
    appointment = lock(Appointment, appointment_id) if appointment_id else None
    found = lock(Authorisation, pk)
    if found.appointment_id != appointment_id:
        raise Conflict
    found.appointment = appointment
    return found


def _asked(membership: Membership, service: Service, visit: Appointment | None, actor: User) -> Authorisation:
    made = Authorisation.objects.create(membership=membership, service=service, appointment=visit)
    record_start(made, actor=actor)
    _note(made, actor, ["status"])
    return made


def _let_visit_go_on(found: Authorisation, actor: User) -> None:
    """A visit that the medical aid pays whole was only held up by this (payments.begin)."""
    visit = found.appointment
    if visit is None or visit.status != AppointmentStatus.PENDING_CONFIRMATION or visit.displaced_at:
        return
    if not visit.payments.exclude(status=PaymentStatus.EXPIRED).exists():  # type: ignore[attr-defined]
        progress.paid(visit.pk, actor=actor)


def _sweep_after(found: Authorisation) -> None:
    from billing.tasks import sweep_authorisations

    if found.valid_until is not None:
        over = timezone.make_aware(datetime.combine(found.valid_until + timedelta(days=1), time(0, 5)))
        sweep_authorisations.using(run_after=over).enqueue()


def _checked_day(day: date | None) -> date | None:
    if day is None:
        return None
    if day < timezone.localdate():
        raise amounts.refused("valid_until", _("This day is past. Please check it."))
    if day.year > LAST_YEAR:
        raise amounts.refused("valid_until", _("Please choose a day of these years."))
    return day


def _require(actor: User) -> None:
    if not rules.can_run_medical_aid(actor):
        raise NotAllowed(_("Only the clinic's management deals with insurers."))


def _note(found: Authorisation, actor: User, changed: list[str]) -> None:
    patient = found.membership.patient_id
    trail.record(
        ActivityVerb.AUTHORISATION_CHANGED, actor=actor, target=found, patient=patient, changed=changed
    )
