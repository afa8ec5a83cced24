"""Prescriptions while they are written, and their signing: once, whatever races."""

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from clinic.core.errors import Conflict, Invalid, InvalidTransition, NotAllowed
from clinic.core.status import change_status, lock, record_start
from messaging.domain import notifications
from records import rules
from records.domain import (
    prescription_items,
    reminders,
    request_results,
    safety,
    safety_facts,
    safety_overrides,
    signing,
)
from records.domain.prescription_items import Line
from records.domain.prescription_payload import payload_of
from records.domain.typed_text import plain_text
from records.enums import PrescriptionStatus
from records.models import Prescription, PrescriptionItem
from scheduling.models import Appointment

# No letters and digits that are taken for one another when read aloud or off a crumpled paper.
_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
VALID_FOR = timedelta(days=90)
NOTE = 500


class StaleVersion(Conflict):
    """409: the draft was saved elsewhere since; `version` is what is stored now."""

    code = "stale_version"


def begin(
    patient: User,
    *,
    author: User,
    actor: User | None = None,
    appointment: Appointment | None = None,
    anew: bool = False,
) -> Prescription:
    """The draft the author began before for this patient and visit, unless `anew`; else an empty one.

    `actor`: who begins it, when management prepares it for the author (E7; such a one is always new). Raises
    NotAllowed when the author may not prescribe for the patient, Invalid for somebody else's visit.
    """
    actor = actor or author
    if not rules.can_prescribe(author, patient) or (actor.pk != author.pk and not actor.is_management):
        raise NotAllowed(_("You can't prescribe for this patient."))
    if appointment is not None and appointment.patient_id != patient.pk:
        raise Invalid(fields={"appointment": [_("This visit is another patient's.")]})
    with transaction.atomic():
        lock(User, patient.pk)  # two tabs that begin at once end in the same draft
        if actor.pk == author.pk and not anew:
            begun = Prescription.objects.filter(
                patient=patient,
                author=author,
                appointment=appointment,
                status=PrescriptionStatus.DRAFT,
                replaces=None,
                request=None,
            )
            draft = begun.order_by("-updated_at").first()
            if draft is not None:
                return draft
        return created(patient, author=author, actor=actor, appointment=appointment)


def write(
    patient: User,
    *,
    author: User,
    items: object,
    appointment: Appointment | None = None,
    note: object = "",
    language: object = "",
    reasons: Mapping[str, object] | None = None,
    signed: bool = False,
) -> Prescription:
    """A new draft with these lines, at once signed when `signed`; nothing is left of it when something is refused.
    Raises as `begin`, `save` and `sign`."""
    with transaction.atomic():
        draft = begin(patient, author=author, appointment=appointment, anew=True)
        draft = save(draft.pk, actor=author, version=0, items=items, note=note, language=language)
        return sign(draft.pk, actor=author, version=draft.version, reasons=reasons) if signed else draft


def created(
    patient: User,
    *,
    author: User,
    actor: User,
    appointment: Appointment | None = None,
    replaces: Prescription | None = None,
    lines: Sequence[Line] = (),
    note: str = "",
) -> Prescription:
    """A new draft in the patient's language. The caller has asked the rules and holds a transaction."""
    draft = Prescription.objects.create(
        patient=patient,
        author=author,
        appointment=appointment,
        number=new_number(),
        language=patient.language,
        replaces=replaces,
        note=note,
    )
    record_start(draft, actor=actor)
    if lines:
        _store(draft, lines)
    trail.record(ActivityVerb.PRESCRIPTION_STARTED, actor=actor, target=draft, patient=patient.pk)
    return draft


def fill(draft: Prescription, lines: Sequence[Line]) -> Prescription:
    """Put sound lines into an empty draft; a window that shows it empty is out of date by that. The caller has asked
    the rules and holds a transaction."""
    _store(draft, lines)
    draft.version += 1
    draft.save(update_fields=["version", "updated_at"])
    return draft


def save(
    prescription_id: UUID,
    *,
    actor: User,
    version: object,
    items: object,
    note: object = "",
    language: object = "",
) -> Prescription:
    """Put the lines in place of the draft's; `version` is the one the writer has seen last.

    Saving what is stored again changes nothing, so that a lost answer can be retried. Raises NotAllowed, Invalid with
    `items.<number>.<field>`, StaleVersion, and InvalidTransition when it is no draft any more.
    """
    number = _version(version)
    lines = prescription_items.clean(items)
    note = plain_text(note, "note", NOTE)
    with transaction.atomic():
        draft = _locked_draft(prescription_id)
        if not rules.can_write_prescription(actor, draft):
            raise NotAllowed(_("Only its author changes a prescription that is being written."))
        language = language or draft.language
        if not isinstance(language, str) or language not in dict(settings.LANGUAGES):
            raise Invalid(fields={"language": [_("Choose one of the list.")]})
        stored = [prescription_items.line_of(item) for item in draft.items.all()]
        if (stored, draft.note, draft.language) == (lines, note, language) and draft.version:
            return draft
        _same_version(draft, number)
        draft.note, draft.language, draft.version = note, language, draft.version + 1
        draft.save(update_fields=["note", "language", "version", "updated_at"])
        _store(draft, lines)
    return draft


def findings(draft: Prescription) -> list[safety.Finding]:
    """What speaks against the draft as it is stored, worst first. The keys of items are their positions."""
    items = [safety_facts.planned(item, key=str(item.position)) for item in draft.items.all()]
    return safety_facts.findings_for(draft.patient, items, replacing=draft.replaces_id)


def sign(
    prescription_id: UUID, *, actor: User, version: object, reasons: Mapping[str, object] | None = None
) -> Prescription:
    """Make the draft valid, just as its author has seen it (`version`), and tell the patient.

    `reasons`: key of a severe finding -> why it is prescribed nevertheless; kept with the prescription. One that
    replaces another ends that one in the same moment. Raises NotAllowed for all but its author, StaleVersion,
    NeedsReason, Invalid for a draft that lacks something, InvalidTransition when it was signed before or what it
    replaces has ended meanwhile.
    """
    number = _version(version)
    with transaction.atomic():
        draft = _locked_draft(prescription_id)
        if not rules.can_sign(actor, draft):
            raise NotAllowed(_("Only its author signs a prescription."))
        _same_version(draft, number)
        items = list(draft.items.select_related("medicine").order_by("position"))
        active = {item.medicine_id for item in items if item.medicine.is_active}
        prescription_items.check_complete([prescription_items.line_of(item) for item in items], active)
        safety_overrides.keep(draft, findings(draft), {} if reasons is None else reasons, author=actor)
        if draft.replaces_id:
            _end_replaced(draft.replaces_id, draft, actor)
        _make_valid(draft, items, actor)
        request_results.released(actor=actor, prescription=draft)
        _tell(draft, actor)
    return draft


def new_number() -> str:
    """RX-7K4M-Q2W9: eight of thirty signs by chance, so that nobody guesses or counts them."""
    signs = "".join(secrets.choice(_LETTERS) for _sign in range(8))
    return f"RX-{signs[:4]}-{signs[4:]}"


def _make_valid(draft: Prescription, items: Sequence[PrescriptionItem], actor: User) -> None:
    now = timezone.now()
    draft.signed_at, draft.valid_until = now, timezone.localdate(now) + VALID_FOR
    draft.payload = json.dumps(payload_of(draft, items), ensure_ascii=False, separators=(",", ":"))
    draft.signature, draft.key_id = signing.sign(draft.payload)
    if len(signing.code(draft)) > signing.MAX_CODE:
        raise Invalid(
            _("This is too much for one QR code. Shorten the instructions, or write two prescriptions.")
        )
    change_status(
        draft,
        PrescriptionStatus.SIGNED,
        actor=actor,
        signed_at=draft.signed_at,
        valid_until=draft.valid_until,
        payload=draft.payload,
        signature=draft.signature,
        key_id=draft.key_id,
    )
    trail.record(ActivityVerb.PRESCRIPTION_SIGNED, actor=actor, target=draft, patient=draft.patient_id)


def _tell(signed: Prescription, author: User) -> None:
    notifications.notify(
        signed.patient,
        occasion="prescription.signed",
        variables={"name": author.name},
        url=reverse("prescription", args=[signed.pk]),
        key=f"prescription:{signed.pk}:signed",
    )
    reminders.plan(signed.patient)


def _end_replaced(replaced_id: UUID, by: Prescription, actor: User) -> None:
    old = lock(Prescription, replaced_id)
    if not old.can_become(PrescriptionStatus.REPLACED):
        raise InvalidTransition(
            _(
                "The prescription this one was to replace has ended meanwhile. Throw this one away and begin anew."
            ),
            extra={"status": str(old.status)},
        )
    change_status(old, PrescriptionStatus.REPLACED, actor=actor, reason=by.number)


def _store(draft: Prescription, lines: Sequence[Line]) -> None:
    draft.items.all().delete()
    PrescriptionItem.objects.bulk_create(line.stored(draft, at) for at, line in enumerate(lines))


def _locked_draft(prescription_id: UUID) -> Prescription:
    try:
        draft = lock(Prescription, prescription_id)
    except Prescription.DoesNotExist:
        raise NotAllowed from None
    if draft.status == PrescriptionStatus.DISCARDED:
        raise InvalidTransition(_("This draft was thrown away."), extra={"status": str(draft.status)})
    if draft.status != PrescriptionStatus.DRAFT:
        raise InvalidTransition(
            _("This prescription is signed and does not change any more."),
            extra={"status": str(draft.status)},
        )
    return draft


def _version(version: object) -> int:
    if not isinstance(version, int) or isinstance(version, bool) or version < 0:
        raise Invalid(fields={"version": [_("version is the number from the last save.")]})
    return version


def _same_version(draft: Prescription, version: int) -> None:
    if draft.version != version:
        raise StaleVersion(
            _("This prescription was changed in another window."), extra={"version": draft.version}
        )
