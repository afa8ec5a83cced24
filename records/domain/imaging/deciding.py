"""A report's way to the patient: written, authorised, released; and what is said to it afterwards."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from clinic.core.errors import Conflict, Invalid, InvalidTransition, NotAllowed
from clinic.core.status import change_status
from records import imaging_rules
from records.domain import critical
from records.enums import ImagingStatus
from records.imaging_events import imaging_changed
from records.models import ImagingAddendum, ImagingReport
from scheduling.domain import referrals

from . import pictures, reading, telling, writing
from .locking import locked, locked_for_reader

REASON_MAX_LENGTH = 300
ADDENDUM_MAX_LENGTH = 5000
_I = ImagingStatus
# Nobody can act on a report without these.
_NEEDED = ("findings", "impression")


class WhosePictures(Conflict):
    """409: pictures of this scan name somebody who may not be the patient, and nobody has decided on them."""

    code = "whose_pictures"
    message = gettext_lazy(
        "First decide whose the pictures are: some name another person, and a report on theirs would harm both."
    )


def report(report_id: UUID, *, author: User, version: int | None = None) -> ImagingReport:
    """What is written is the report, and waits to be authorised. `version`: the one that its author has before them.

    Raises NotAllowed, Claimed, StaleReport, Invalid (fields: the sections that are missing), InvalidTransition.
    """
    with transaction.atomic():
        found = locked_for_reader(report_id, author)
        _must_become(found, _I.REPORTED)
        reading.refuse_held(found, author)
        if version is not None and found.version != version:
            raise writing.stale(found)
        missing = [name for name in _NEEDED if not getattr(found, name).strip()]
        if missing:
            message = _("Write this section before the report is finished.")
            raise Invalid(
                _("Findings and impression are needed."), fields={name: [message] for name in missing}
            )
        change_status(
            found,
            _I.REPORTED,
            actor=author,
            reported_at=timezone.now(),
            reported_by=author,
            reader=None,
            reading_until=None,
        )
        _note(found, author)
    return found


def send_back(report_id: UUID, *, actor: User, reason: str) -> ImagingReport:
    """It has to be written anew; who wrote it is told. `reason` stays with the history.

    Raises NotAllowed, Invalid (field reason), InvalidTransition.
    """
    reason = _reason(reason)
    with transaction.atomic():
        found = locked_for_reader(report_id, actor)
        # A scan that is only booked could become acquired, too.
        if not imaging_rules.can_send_back(actor, found):
            raise _too_late(found)
        writer = found.reported_by
        change_status(found, _I.ACQUIRED, actor=actor, reason=reason, reported_at=None, reported_by=None)
        if writer is not None and writer.pk != actor.pk:
            telling.sent_back(found, writer, number=found.history.count())
        _note(found, actor)
    return found


def authorise(report_id: UUID, *, actor: User, version: int | None = None) -> ImagingReport:
    """In force: no change from now on. Its referral is answered, who asked for it is told, and of a critical finding at
    once. With the setting IMAGING_SECOND_RADIOLOGIST another radiologist does this than the one who wrote it.
    `version`: the one that `actor` has read; it may have been sent back and written anew since.

    Raises NotAllowed, InvalidTransition, StaleReport, WhosePictures.
    """
    with transaction.atomic():
        _answer_referral(report_id, actor)
        found = locked_for_reader(report_id, actor)
        _must_become(found, _I.AUTHORISED)
        if imaging_rules.needs_another(actor, found):
            raise NotAllowed(_("Another radiologist than the one who wrote it has to authorise this report."))
        if version is not None and found.version != version:
            raise writing.stale(found)
        # Pictures are added and decided on under the lock of their report.
        if pictures.are_undecided(found):
            raise WhosePictures
        change_status(found, _I.AUTHORISED, actor=actor, authorised_at=timezone.now(), authorised_by=actor)
        if found.is_critical:
            critical.raise_for_imaging(found)
        telling.authorised(found, actor=actor)
        _note(found, actor)
    return found


def release(report_id: UUID, *, actor: User) -> ImagingReport:
    """The patient may read it from now on, and is told.

    Raises NotAllowed, InvalidTransition before it is authorised and once it is released.
    """
    with transaction.atomic():
        found = locked(report_id)
        if not imaging_rules.is_concerned(actor, found):
            raise NotAllowed
        if not imaging_rules.can_release(actor, found):
            raise _too_late(found)
        found.released_at = timezone.now()
        found.save(update_fields=["released_at", "updated_at"])
        telling.released(found)
        _note(found, actor, changed="released_at")
    return found


def add_addendum(report_id: UUID, *, author: User, text: str) -> ImagingAddendum:
    """Say more to an authorised report; in force as it is written. The same words of the same person once more are the
    ones that stand there: a double click adds once.

    Raises NotAllowed, Invalid (field text), InvalidTransition before it is authorised.
    """
    text = _addendum(text)
    with transaction.atomic():
        found = locked_for_reader(report_id, author)
        if not imaging_rules.can_add(author, found):
            raise InvalidTransition(_("Write it in the report itself: it is not authorised yet."))
        same = ImagingAddendum.objects.filter(report=found, author=author, text=text).first()
        if same is not None:
            return same
        addendum = ImagingAddendum.objects.create(report=found, author=author, text=text)
        telling.added(addendum)
        _note(found, author, changed="addenda")
    return addendum


def _answer_referral(report_id: UUID, actor: User) -> None:
    """Referrals are locked before their reports, so this comes first; whatever is refused later takes it back."""
    asked = ImagingReport.objects.filter(pk=report_id).values_list("referral", flat=True).first()
    if asked is not None:
        referrals.reported(asked, actor=actor)


def _must_become(found: ImagingReport, status: str) -> None:
    if not found.can_become(status):
        raise _too_late(found)


def _too_late(found: ImagingReport) -> InvalidTransition:
    return InvalidTransition(
        _("This report has moved on meanwhile. Look at it again."), extra={"status": str(found.status)}
    )


def _note(found: ImagingReport, actor: User, changed: str = "status") -> None:
    trail.record(
        ActivityVerb.IMAGING_REPORT_CHANGED,
        actor=actor,
        target=found,
        patient=found.patient_id,
        changed=[changed],
    )
    imaging_changed(found)


def _reason(reason: str) -> str:
    reason = " ".join(reason.split())
    if not 3 <= len(reason) <= REASON_MAX_LENGTH or not _is_storable(reason):
        raise Invalid(fields={"reason": [_("Say what has to be corrected, in a few words.")]})
    return reason


def _addendum(text: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise Invalid(fields={"text": [_("Write what is to be added.")]})
    if len(text) > ADDENDUM_MAX_LENGTH:
        limit = {"limit": ADDENDUM_MAX_LENGTH}
        raise Invalid(fields={"text": [_("At most %(limit)s characters, please.") % limit]})
    if not _is_storable(text):
        raise Invalid(fields={"text": [_("This text contains characters that can't be stored.")]})
    return text


def _is_storable(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)
