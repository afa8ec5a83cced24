"""Somebody decides whose pictures these are, when the files don't say so beyond doubt."""

import logging
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from clinic.core.errors import Conflict, Invalid, NotAllowed
from clinic.core.status import lock
from records import imaging_events
from records.enums import StudyState
from records.models import ImagingInstance, ImagingReport, ImagingStudy

from . import arriving, keeping, pictures

logger = logging.getLogger(__name__)

_S = StudyState
REASON_MAX_LENGTH = 240


@transaction.atomic
def accept(study_id: UUID, *, actor: User, reason: str) -> ImagingStudy:
    """They are the patient's all the same. Raises NotAllowed, Invalid without a reason, Conflict when that was decided
    already."""
    study = _locked(study_id, actor)
    reason = _said(reason)
    of(study).filter(is_doubted=True).update(is_doubted=False)
    # On whom was decided comes first, and stays who is shown.
    everybody = sorted(keeping.people_of(study).items(), key=lambda one: not one[1])
    if everybody:
        keeping.name(study, {person: False for person, _is_doubted in everybody})
    study.decided_by, study.decided_reason = actor, reason
    _decide(study, _S.ACCEPTED, actor, reason)
    return study


@transaction.atomic
def refuse(study_id: UUID, *, actor: User, reason: str) -> ImagingStudy:
    """They are somebody else's, or of no use: the files are removed, and that they came and went stays. Of a study that
    names the patient too, only what names somebody else goes, and the rest counts. Raises as `accept`; also what was
    accepted can be refused, when the mistake comes out later."""
    study = _locked(study_id, actor, accepted=True)
    reason = _said(reason)
    some_stay = is_mixed(study)
    goes = of(study).filter(is_doubted=True) if some_stay else of(study)
    names = list(goes.values_list("file", flat=True))
    goes.delete()
    study.series.filter(instances=None).delete()  # type: ignore[attr-defined]
    arriving.tidy_soon(study.report, names)
    if some_stay:
        people = keeping.people_of(study)
        keeping.name(study, {person: False for person, is_doubted in people.items() if not is_doubted})
    else:
        study.decided_by, study.decided_reason = actor, reason
    _decide(study, _S.ACCEPTED if some_stay else _S.REFUSED, actor, reason)
    transaction.on_commit(lambda: _remove(names))
    return study


def of(study: ImagingStudy) -> QuerySet[ImagingInstance]:
    """Its pictures."""
    return ImagingInstance.objects.filter(series__study=study)


def is_mixed(study: ImagingStudy) -> bool:
    """Some of its pictures name somebody else, and some don't."""
    return study.state == _S.OTHER_PERSON and len(set(of(study).order_by().values_list("is_doubted"))) == 2


def _locked(study_id: UUID, actor: User, *, accepted: bool = False) -> ImagingStudy:
    study = ImagingStudy.objects.get(pk=study_id)
    # The report first, as whoever adds files to it.
    report = lock(ImagingReport, study.report_id)
    study = lock(ImagingStudy, study_id)
    if study.report_id != report.pk:
        # That report was called off meanwhile, and its pictures got one of their own.
        raise Conflict
    if not pictures.can_bring(actor, report):
        raise NotAllowed
    if study.state != _S.OTHER_PERSON and not (accepted and study.state == _S.ACCEPTED):
        raise Conflict(_("This has been decided already. Reload and look again."))
    return study


def _decide(study: ImagingStudy, state: StudyState, actor: User, reason: str) -> None:
    was_theirs = study.state == _S.ACCEPTED
    study.state = state
    study.save()
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
