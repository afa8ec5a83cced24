"""What is known about a patient: conditions, allergies, immunisations, family, way of life, vital signs. A fact is
recorded, corrected or voided, never deleted."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from clinic.core.errors import Conflict, NotAllowed
from clinic.core.status import lock
from records import rules
from records.domain import fact_values
from records.domain.fact_values import FactKind
from records.models.fact import ClinicalFact
from scheduling.models import Appointment


class AlreadyRecorded(Conflict):
    """409: the patient's record says this already, in other details; `fact` is its id."""

    code = "already_recorded"


class Voided(Conflict):
    """409: the entry was marked as an error, by a correction perhaps; nothing more happens to it."""

    code = "voided"
    message = gettext_lazy("This entry was corrected or marked as an error meanwhile. Reload and look again.")


def record(
    patient: User,
    *,
    kind: str,
    values: Mapping[str, Any],
    author: User,
    appointment: Appointment | None = None,
) -> ClinicalFact:
    """Write down a fact of this kind; returns it. The very same fact again returns the one that is there, so that a
    double click writes one.

    Raises NotAllowed for who may not write into this record, Invalid (fields), and AlreadyRecorded for an allergy or
    an active condition that is on record in other details.
    """
    _check_author(author, patient)
    fact_kind = fact_values.KINDS[FactKind(kind)]
    clean = fact_values.cleaned(fact_kind, values, patient)
    if appointment is not None and appointment.patient_id != patient.pk:
        raise NotAllowed
    with transaction.atomic():
        _locked(patient, author)
        return _store(fact_kind, clean, patient, author, appointment)


def correct(
    patient: User, fact_id: UUID, *, kind: str, values: Mapping[str, Any], author: User
) -> ClinicalFact:
    """Put a new entry in the place of this one, which is voided; unchanged values change nothing.

    Raises as record and void.
    """
    _check_author(author, patient)
    fact_kind = fact_values.KINDS[FactKind(kind)]
    clean = fact_values.cleaned(fact_kind, values, patient)
    with transaction.atomic():
        _locked(patient, author)
        fact = _living(fact_kind, fact_id, patient)
        if all(getattr(fact, name) == value for name, value in clean.items()):
            return fact
        _void(fact, _("Corrected."), author)
        return _store(fact_kind, clean, patient, author, fact.appointment)


def void(patient: User, fact_id: UUID, *, kind: str, reason: str, author: User) -> ClinicalFact:
    """Mark an entry as made in error (FHIR): it is shown no more, but to who asks for it.

    Raises NotAllowed (also for an entry of somebody else), Invalid without a reason, Voided.
    """
    _check_author(author, patient)
    reason = fact_values.cleaned_reason(reason)
    with transaction.atomic():
        _locked(patient, author)
        fact = _living(fact_values.KINDS[FactKind(kind)], fact_id, patient)
        return _void(fact, reason, author)


def _check_author(author: User, patient: User) -> None:
    if not rules.can_keep_history(author, patient):
        raise NotAllowed(_("Only doctors who may open this record write into it."))


def _locked(patient: User, author: User) -> None:
    """Who writes the same twice waits here for themselves; and after a merge of accounts the record is elsewhere."""
    lock(User, patient.pk)
    _check_author(author, patient)


def _living(kind: fact_values.Kind, fact_id: UUID, patient: User) -> ClinicalFact:
    fact = kind.model.objects.select_for_update(of=("self",)).filter(pk=fact_id, patient=patient).first()
    if fact is None:
        raise NotAllowed
    if fact.voided_at is not None:
        raise Voided
    return fact


def _store(
    kind: fact_values.Kind,
    clean: dict[str, Any],
    patient: User,
    author: User,
    appointment: Appointment | None,
) -> ClinicalFact:
    living = kind.model.objects.filter(patient=patient, voided_at=None)
    same = living.filter(**clean).first()
    if same is not None:
        return same
    other = next((fact for fact in living if kind.clashes(fact, clean)), None) if kind.clashes else None
    if other is not None:
        raise AlreadyRecorded(
            _("“%(what)s” is on record already. Correct that entry instead of adding another.")
            % {"what": other},
            extra={"fact": str(other.pk)},
        )
    fact: ClinicalFact = kind.model.objects.create(
        patient=patient, recorded_by=author, appointment=appointment, **clean
    )
    given = [name for name, value in clean.items() if value not in (None, "")]
    trail.record(ActivityVerb.HISTORY_RECORDED, actor=author, target=fact, patient=patient, changed=given)
    return fact


def _void(fact: ClinicalFact, reason: str, author: User) -> ClinicalFact:
    fact.voided_at, fact.voided_by, fact.void_reason = timezone.now(), author, reason
    fact.save(update_fields=["voided_at", "voided_by", "void_reason", "updated_at"])
    trail.record(ActivityVerb.HISTORY_VOIDED, actor=author, target=fact, patient=fact.patient_id)
    return fact
