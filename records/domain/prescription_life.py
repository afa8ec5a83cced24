"""What becomes of a prescription: thrown away as a draft, handed out, stopped, changed by a new one, repeated."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from clinic.core.errors import Conflict, Invalid, InvalidTransition, NotAllowed
from clinic.core.status import change_status, lock
from messaging.domain import notifications
from records import rules
from records.domain import prescribing, prescription_items, reminders
from records.domain.prescription_items import Line
from records.domain.typed_text import plain_text
from records.enums import PrescriptionStatus
from records.models import Prescription, PrescriptionItem, RecordRequest
from scheduling.models import Appointment

_P = PrescriptionStatus
STOP_REASON = 240
# A change that somebody began and left keeps no colleague from making it.
ABANDONED_AFTER = timedelta(hours=1)


def discard(prescription_id: UUID, *, actor: User) -> Prescription:
    """Throw a draft away; what it was to replace can be changed again. Raises NotAllowed, InvalidTransition."""
    with transaction.atomic():
        draft = _locked(prescription_id)
        if actor.pk != draft.author_id and not rules.can_write_prescription(actor, draft):
            raise NotAllowed(_("Only its author throws a draft away."))
        change_status(draft, _P.DISCARDED, actor=actor, replaces=None)
        _note(draft, actor)
    return draft


def throw_away(prescription_id: UUID, *, actor: User) -> Prescription:
    """As `discard`, but not what was prepared for a request: that is withdrawn or declined, which ends both. Raises
    Conflict then."""
    if RecordRequest.objects.filter(prescription=prescription_id).exists():
        raise Conflict(
            _("This was prepared for a request: withdraw the request, and the draft goes with it.")
        )
    return discard(prescription_id, actor=actor)


def dispense(prescription_id: UUID, *, actor: User) -> Prescription:
    """The medicines were handed out. Raises NotAllowed, InvalidTransition when that was said before or it ended."""
    with transaction.atomic():
        signed = _locked(prescription_id)
        if not rules.can_dispense(actor, signed):
            raise NotAllowed
        change_status(signed, _P.DISPENSED, actor=actor)
        _note(signed, actor)
    return signed


def stop(prescription_id: UUID, *, actor: User, reason: object) -> Prescription:
    """End all of it, for a reason that the patient reads. Raises NotAllowed for all but the patient's doctors, Invalid
    without a reason, InvalidTransition when it has ended or is a draft."""
    why = _reason(reason)
    with transaction.atomic():
        signed = _locked(prescription_id)
        _ask(actor, signed)
        _stop(signed, actor, why)
    return signed


def stop_item(item_id: UUID, *, actor: User, reason: object) -> Prescription:
    """End one medicine; the rest goes on, and with the last one the prescription ends. Raises as `stop`, and
    InvalidTransition when the medicine was stopped before."""
    why = _reason(reason)
    with transaction.atomic():
        prescription_id = (
            PrescriptionItem.objects.filter(pk=item_id).values_list("prescription", flat=True).first()
        )
        if prescription_id is None:
            raise NotAllowed
        signed = _locked(prescription_id)
        _ask(actor, signed)
        if not signed.can_become(_P.STOPPED):
            raise InvalidTransition(extra={"status": str(signed.status)})
        item = signed.items.get(pk=item_id)
        if item.stopped_at is not None:
            raise InvalidTransition(_("This medicine was stopped before."))
        item.stopped_at, item.stop_reason = timezone.now(), why
        item.save(update_fields=["stopped_at", "stop_reason", "updated_at"])
        if not signed.items.filter(stopped_at=None).exists():
            _stop(signed, actor, why)
        else:
            _note(signed, actor)
            _tell_stopped(signed, actor, f"item:{item.pk}")
    return signed


def change(prescription_id: UUID, *, actor: User) -> Prescription:
    """A draft with the same medicines (those not stopped) that will replace this one when it is signed, or the one that
    was begun before. A colleague's that is abandoned makes room for it. Raises NotAllowed, InvalidTransition when it
    has ended, Conflict when a colleague is at it."""
    with transaction.atomic():
        # The draft before what it replaces, as when it is signed.
        began = Prescription.objects.select_for_update(of=("self",)).filter(replaces=prescription_id).first()
        signed = _locked(prescription_id)
        _ask(actor, signed)
        if not signed.can_become(_P.REPLACED):
            raise InvalidTransition(
                _("This prescription has ended. Repeat it instead."), extra={"status": str(signed.status)}
            )
        begun = Prescription.objects.filter(replaces=signed).select_related("author").first()
        if begun is not None and begun.author_id == actor.pk:
            return begun
        if begun is not None:
            if began is None or not _is_abandoned(begun):
                raise Conflict(
                    _("%(name)s is changing this prescription at the moment.") % {"name": begun.author.name}
                )
            change_status(begun, _P.DISCARDED, actor=actor, replaces=None)
            _note(begun, actor)
        return prescribing.created(
            signed.patient,
            author=actor,
            actor=actor,
            appointment=signed.appointment,
            replaces=signed,
            lines=_again(signed),
            note=signed.note,
        )


def repeat(prescription_id: UUID, *, actor: User, appointment: Appointment | None = None) -> Prescription:
    """A draft with the same medicines, beginning today: the actor's empty one, if they began one before for this
    patient and visit, else a new one. Raises NotAllowed, and InvalidTransition for what was never signed."""
    with transaction.atomic():
        signed = Prescription.objects.filter(pk=prescription_id).select_related("patient").first()
        if signed is None:
            raise NotAllowed
        _ask(actor, signed)
        if signed.signed_at is None:
            raise InvalidTransition(extra={"status": str(signed.status)})
        draft = prescribing.begin(signed.patient, author=actor, appointment=appointment)
        if draft.items.exists():
            draft = prescribing.begin(signed.patient, author=actor, appointment=appointment, anew=True)
        return prescribing.fill(draft, _again(signed))


def _is_abandoned(draft: Prescription) -> bool:
    """Nobody touched it for long, or its author can't sign it any more."""
    quiet = timezone.now() - draft.updated_at > ABANDONED_AFTER
    return quiet or not rules.can_prescribe(draft.author, draft.patient)


def _again(signed: Prescription) -> list[Line]:
    """The lines that were not stopped, as if written today."""
    today = timezone.localdate()
    items = signed.items.filter(stopped_at=None).order_by("position")
    return [replace(prescription_items.line_of(item), starts_on=today) for item in items]


def _stop(signed: Prescription, actor: User, why: str) -> None:
    change_status(signed, _P.STOPPED, actor=actor, reason=why)
    _note(signed, actor)
    _tell_stopped(signed, actor, "stopped")


def _tell_stopped(signed: Prescription, actor: User, what: str) -> None:
    notifications.notify(
        signed.patient,
        occasion="prescription.stopped",
        variables={"name": actor.name},
        url=reverse("prescription", args=[signed.pk]),
        key=f"prescription:{signed.pk}:{what}",
    )
    reminders.plan(signed.patient)


def _locked(prescription_id: UUID) -> Prescription:
    try:
        return lock(Prescription, prescription_id)
    except Prescription.DoesNotExist:
        raise NotAllowed from None


def _ask(actor: User, signed: Prescription) -> None:
    if not rules.can_prescribe(actor, signed.patient):
        raise NotAllowed(_("Only the patient's doctors do this."))


def _note(prescription: Prescription, actor: User) -> None:
    trail.record(
        ActivityVerb.PRESCRIPTION_CHANGED, actor=actor, target=prescription, patient=prescription.patient_id
    )


def _reason(reason: object) -> str:
    text = plain_text(reason, "reason", STOP_REASON)
    if len(text) < 3:
        raise Invalid(fields={"reason": [_("Say why: the patient reads it.")]})
    return text
