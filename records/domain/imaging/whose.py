"""Somebody decides whose pictures these are, when the files don't say so beyond doubt."""

import logging
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from clinic.core.errors import Conflict, Invalid, NotAllowed
from clinic.core.status import lock
from records import imaging_events
from records.enums import StudyState
from records.models import ImagingInstance, ImagingReport, ImagingStudy

from . import arriving, pictures

logger = logging.getLogger(__name__)

_S = StudyState
REASON_MAX_LENGTH = 240


@transaction.atomic
def accept(study_id: UUID, *, actor: User, reason: str) -> ImagingStudy:
    """They are the patient's all the same. Raises NotAllowed, Invalid without a reason, Conflict when that was decided
    already."""
    study = _locked(study_id, actor)
    reason = _said(reason)
    _decide(study, _S.ACCEPTED, actor, reason)
    return study


@transaction.atomic
def refuse(study_id: UUID, *, actor: User, reason: str) -> ImagingStudy:
    """They are somebody else's, or of no use: the files are removed, and that they came and went stays. Raises as
    `accept`; also what was accepted can be refused, when the mistake comes out later."""
    study = _locked(study_id, actor, accepted=True)
    reason = _said(reason)
    names = list(ImagingInstance.objects.filter(series__study=study).values_list("file", flat=True))
    study.series.all().delete()  # type: ignore[attr-defined]
    arriving.tidy_soon(study.report, names)
    _decide(study, _S.REFUSED, actor, reason)
    transaction.on_commit(lambda: _remove(names))
    return study


def _locked(study_id: UUID, actor: User, *, accepted: bool = False) -> ImagingStudy:
    study = ImagingStudy.objects.get(pk=study_id)
    # The report first, as whoever adds files to it.
    report = lock(ImagingReport, study.report_id)
    study = lock(ImagingStudy, study_id)
    if not pictures.can_bring(actor, report):
        raise NotAllowed
    if study.state != _S.OTHER_PERSON and not (accepted and study.state == _S.ACCEPTED):
        raise Conflict(_("This has been decided already. Reload and look again."))
    return study


def _decide(study: ImagingStudy, state: StudyState, actor: User, reason: str) -> None:
    was_theirs = study.state == _S.ACCEPTED
    study.state, study.decided_by, study.decided_reason = state, actor, reason
    study.save(update_fields=["state", "decided_by", "decided_reason", "updated_at"])
    trail.record(
        ActivityVerb.PICTURES_CHECKED,
        actor=actor,
        target=study,
        patient=study.report.patient_id if was_theirs or state == _S.ACCEPTED else None,
        changed=["state"],
        reason=reason,
    )
    imaging_events.pictures_changed(study.report)


def _said(text: str) -> str:
    text = " ".join(text.split())
    if not text:
        missing = _("Please say why.")
        raise Invalid(missing, fields={"reason": [missing]})
    if len(text) > REASON_MAX_LENGTH:
        long = _("Please say it in at most %(limit)s characters.") % {"limit": REASON_MAX_LENGTH}
        raise Invalid(long, fields={"reason": [long]})
    return text


def _remove(names: list[str]) -> None:
    for name in names:
        try:
            default_storage.delete(name)
        except OSError:
            logger.exception("a file of refused pictures could not be removed")
