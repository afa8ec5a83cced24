"""A patient's membership of a medical-aid plan: entered, compared with the card, sent back, ended."""

import re
import unicodedata
from datetime import date
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from billing import rules
from billing.models import Membership, Plan
from clinic.core.errors import Conflict, Invalid, InvalidTransition, NotAllowed, TooLarge, UnsupportedType
from clinic.core.files import IMAGE_TYPES, clean_upload
from clinic.core.status import lock

from . import aid_notices
from .references import bare

NUMBER_MAX, NAME_MAX, REASON_MIN, REASON_MAX = 40, 120, 3, 240
FIRST_YEAR, LAST_YEAR = 1950, 2200


def visible_to(user: User) -> QuerySet[Membership]:
    """A patient's own; all for management; none for anyone else. With plan and patient."""
    rows = Membership.objects.select_related("plan", "patient", "verified_by")
    if rules.can_run_medical_aid(user):
        return rows
    return rows.filter(patient=user) if user.is_active and user.is_patient else rows.none()


def matching(rows: QuerySet[Membership], text: str) -> QuerySet[Membership]:
    """Those whose patient, number or plan contains every word of `text`."""
    for word in text.replace("\x00", "").split():
        rows = rows.filter(
            Q(patient__first_name__icontains=word)
            | Q(patient__last_name__icontains=word)
            | Q(patient__email__icontains=word)
            | Q(plan__name__icontains=word)
            | Q(plan__insurer__icontains=word)
            | (Q(number_key__contains=bare(word)) if bare(word) else Q())
        )
    return rows


def plans_to_choose(today: date | None = None) -> QuerySet[Plan]:
    """Those that the clinic takes part in now or later."""
    today = today or timezone.localdate()
    return Plan.objects.filter(Q(valid_until=None) | Q(valid_until__gte=today), is_active=True)


def enter(
    patient: User,
    *,
    plan: Plan,
    number: str,
    holder_name: str = "",
    valid_from: date,
    valid_until: date | None = None,
    card: UploadedFile | None = None,
    actor: User,
) -> Membership:
    """The membership as the patient, or management, has entered it; it waits to be checked. One that waits already is
    corrected; one that was checked ends, and the new one takes its place. The same details again change nothing.

    Raises NotAllowed, Invalid (fields plan, number, holder_name, valid_from, valid_until), and TooLarge and
    UnsupportedType (field card).
    """
    _require(actor, patient)
    fields = {
        "plan": plan,
        **_checked_number(number),
        "holder_name": _checked_name(holder_name),
        "valid_from": valid_from,
        "valid_until": valid_until,
    }
    _check_days(valid_from, valid_until)
    picture = _picture(card)
    with transaction.atomic():
        # The patient's row first, as everywhere: two forms sent at once come one after the other. Not against rows that
        # merely point at it: whoever holds the membership may be telling its patient something.
        patient = User.objects.select_for_update(of=("self",), no_key=True).get(pk=patient.pk)
        _check_plan(plan)
        known = Membership.objects.select_for_update(of=("self",)).filter(patient=patient, ended_at=None)
        membership = known.first()
        if membership is not None and picture is None and _same(membership, fields):
            return membership
        if membership is None or membership.verified_at is not None:
            card_kept = membership.card.name if membership is not None else ""
            if membership is not None:
                _end(membership)
            membership = Membership(patient=patient, card=card_kept)
        for name, value in fields.items():
            setattr(membership, name, value)
        _store(membership, picture)
        trail.record(ActivityVerb.MEMBERSHIP_CHANGED, actor=actor, target=membership, patient=patient)
        if not rules.can_run_medical_aid(actor):
            aid_notices.membership_entered(membership)
    return membership


@transaction.atomic
def verify(membership_id: UUID, *, version: str, actor: User) -> Membership:
    """Compared with the card: from now on it counts for quotes. Twice changes nothing. `version` is what was looked
    at. Raises NotAllowed, Conflict when the patient has changed it meanwhile, and InvalidTransition when it has
    ended."""
    membership = _for_management(membership_id, actor)
    if membership.verified_at is None:
        if version != version_of(membership):
            raise Conflict(_("The patient has just changed it. Please compare it with the card again."))
        membership.verified_at, membership.verified_by = timezone.now(), actor
        membership.save(update_fields=["verified_at", "verified_by", "updated_at"])
        _note(membership, actor)
        aid_notices.membership_verified(membership)
    return membership


def version_of(membership: Membership) -> str:
    """Another one after each change."""
    return membership.updated_at.isoformat()


@transaction.atomic
def send_back(membership_id: UUID, *, reason: str, actor: User) -> Membership:
    """It is not right: it ends, and the patient reads why. Quotes that were given stay. Raises NotAllowed, Invalid
    (`reason`) and InvalidTransition."""
    reason = " ".join(reason.split())
    if not REASON_MIN <= len(reason) <= REASON_MAX or "\x00" in reason:
        message = _("Say in %(least)s to %(most)s characters what is wrong: the patient reads it.") % {
            "least": REASON_MIN,
            "most": REASON_MAX,
        }
        raise Invalid(message, fields={"reason": [message]})
    membership = _for_management(membership_id, actor)
    _end(membership, reason)
    _note(membership, actor)
    aid_notices.membership_returned(membership)
    return membership


@transaction.atomic
def end(membership_id: UUID, *, actor: User) -> Membership:
    """It is over; twice changes nothing. Quotes that were given stay. Raises NotAllowed."""
    membership = lock(Membership, membership_id)
    _require(actor, membership.patient)
    if membership.ended_at is None:
        _end(membership)
        _note(membership, actor)
    return membership


def note_opened(membership: Membership, reader: User) -> None:
    """Someone looked at the picture of a card: a line in the activity trail."""
    trail.record(ActivityVerb.CARD_OPENED, actor=reader, target=membership, patient=membership.patient_id)


def hand_over(merged: User, *, to: User) -> None:
    """Two accounts of one patient become one. Where both have a membership that runs, the checked one stays, else the
    kept account's; the other ends."""
    running = Membership.objects.select_for_update(of=("self",)).filter(
        patient__in=(merged, to), ended_at=None
    )
    rows = sorted(running, key=lambda row: (row.verified_at is None, row.patient_id != to.pk))
    for row in rows[1:]:
        _end(row)
    Membership.objects.filter(patient=merged).update(patient=to)


def _require(actor: User, patient: User) -> None:
    own = actor.is_active and actor.is_patient and actor.pk == patient.pk
    if not (patient.is_patient and (own or rules.can_run_medical_aid(actor))):
        raise NotAllowed


def _for_management(membership_id: UUID, actor: User) -> Membership:
    if not rules.can_run_medical_aid(actor):
        raise NotAllowed
    membership = lock(Membership, membership_id)
    if membership.ended_at is not None:
        raise InvalidTransition(_("This membership has ended: the patient has entered another one, or none."))
    return membership


def _end(membership: Membership, reason: str = "") -> None:
    membership.ended_at, membership.ended_reason = timezone.now(), reason
    membership.save(update_fields=["ended_at", "ended_reason", "updated_at"])


def _note(membership: Membership, actor: User) -> None:
    trail.record(
        ActivityVerb.MEMBERSHIP_CHANGED, actor=actor, target=membership, patient=membership.patient_id
    )


def _store(membership: Membership, picture: Any) -> None:
    """Raises Invalid when the number is somebody else's. A refused row leaves no picture behind, and a replaced picture
    goes unless an ended row still shows it."""
    before = membership.card.name
    if picture is not None:
        membership.card.save(picture.name, picture, save=False)
    try:
        with transaction.atomic():
            membership.save()
    except IntegrityError as error:
        if picture is not None:
            membership.card.delete(save=False)
        raise _wrong(
            "number", _("This number is on file for another person. Check it, or ask the front desk.")
        ) from error
    if picture is not None and before and not Membership.objects.filter(card=before).exists():
        storage = membership.card.storage
        transaction.on_commit(lambda: storage.delete(before))


def _picture(card: UploadedFile | None) -> Any:
    if card is None:
        return None
    try:
        return clean_upload(card, IMAGE_TYPES).content
    except (TooLarge, UnsupportedType) as refusal:
        refusal.fields = {"card": [refusal.detail]}
        raise


def _checked_number(number: str) -> dict[str, str]:
    shown = " ".join(
        "".join(c for c in unicodedata.normalize("NFKC", number) if unicodedata.category(c) != "Cf").split()
    )
    key = bare(number)
    if not re.fullmatch(r"[A-Z0-9./]*[A-Z0-9][A-Z0-9./]*", key) or len(key) < 3:
        raise _wrong(
            "number", _("Copy the number from the card: letters A–Z and digits, at least three of them.")
        )
    if max(len(key), len(shown)) > NUMBER_MAX:
        raise _wrong(
            "number", _("A membership number has at most %(most)s characters.") % {"most": NUMBER_MAX}
        )
    return {"number": shown, "number_key": key}


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if len(name) > NAME_MAX or not name.isprintable() or any("\ud800" <= c <= "\udfff" for c in name):
        raise _wrong(
            "holder_name",
            _("Write the name as on the card, in at most %(most)s characters.") % {"most": NAME_MAX},
        )
    return name


def _check_days(valid_from: date, valid_until: date | None) -> None:
    for name, day in (("valid_from", valid_from), ("valid_until", valid_until)):
        if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise _wrong(name, _("Please check the year."))
    if valid_until is None:
        return
    if valid_until < valid_from:
        raise _wrong("valid_until", _("The last day is before the first."))
    if valid_until < timezone.localdate():
        raise _wrong("valid_until", _("This membership has run out. Enter the new card when you have it."))


def _check_plan(plan: Plan) -> None:
    if not plans_to_choose().filter(pk=plan.pk).exists():
        raise _wrong(
            "plan", _("The clinic does not take part in this plan any more. Please choose another one.")
        )


def _same(membership: Membership, fields: dict[str, Any]) -> bool:
    return all(getattr(membership, name) == value for name, value in fields.items())


def _wrong(field: str, message: str) -> Invalid:
    return Invalid(message, fields={field: [message]})
