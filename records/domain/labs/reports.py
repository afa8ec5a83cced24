"""Lab reports: entered as a draft, made final, released to the patient, and corrected by a new one.

A final report does not change. A correction is a report of its own that `replaces` the old: one that the patient reads
stays theirs until the corrected one is released, one nobody has released is replaced as soon as the new one is final.
Lock order: the patient, the report that is replaced before the one that replaces it, then requests, then alerts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from clinic.core.errors import Conflict, Invalid, InvalidTransition, NotAllowed
from clinic.core.status import change_status, lock, record_start
from records import lab_events, lab_rules
from records.domain import critical, request_results
from records.enums import LabReportStatus, RecordRequestKind
from records.models import LabReport, RecordRequest
from scheduling.models import Appointment

from . import entering, telling
from .entering import Details

_L = LabReportStatus
REASON_MAX_LENGTH = 300


class StaleReport(Conflict):
    """409: somebody else has saved this draft since; `version` is the one that is stored."""

    code = "stale_version"


@dataclass(frozen=True)
class Sheet:
    """What is typed into a report: its head, and each parameter's value in the order of the rows. Empty cells are
    left out of the report."""

    details: Details
    values: Mapping[UUID, str]


def create(
    patient: User,
    *,
    author: User,
    sheet: Sheet,
    appointment: Appointment | None = None,
    request_id: UUID | None = None,
    report_id: UUID | None = None,
) -> LabReport:
    """A draft. A doctor's own is theirs to release; management's (`request_id`) is for the doctor of the request.
    `report_id`: what its writer's window calls it; the same once more, whose answer was lost, saves the same draft.

    Raises NotAllowed, Invalid (fields: title, collected_at, value-<parameter>, ...), InvalidTransition when the request
    has a report already, and StaleReport.
    """
    with transaction.atomic():
        lock(User, patient.pk)
        there = LabReport.objects.filter(pk=report_id).first() if report_id else None
        if there is not None and (there.patient_id, there.entered_by_id) == (patient.pk, author.pk):
            return save(there.pk, author=author, sheet=sheet, version=1)
        request = _request(request_id, patient, author)
        if request is None and not lab_rules.can_enter(author, patient):
            raise NotAllowed(_("Lab results are entered by a doctor of the patient."))
        head, rows = entering.checked(patient, sheet.details, sheet.values)
        report = LabReport.objects.create(
            id=report_id if report_id and there is None else uuid4(),
            patient=patient,
            doctor=request.doctor if request else author,
            entered_by=author,
            appointment=request.appointment if request else appointment,
            version=1,
            **head,
        )
        entering.store(report, rows)
        record_start(report, actor=author)
        _note(ActivityVerb.LAB_REPORT_ENTERED, report, author)
        if request is not None:
            request.lab_report = report
            request.save(update_fields=["lab_report", "updated_at"])
        lab_events.lab_report_changed(report)
    return report


def save(report_id: UUID, *, author: User, sheet: Sheet, version: int) -> LabReport:
    """Put another sheet in the place of a draft's. `version` is the one its writer began from.

    Raises NotAllowed, Invalid (as create), StaleReport, InvalidTransition when it is final.
    """
    with transaction.atomic():
        report = _locked(report_id, author, lab_rules.can_edit)
        if report.version != version:
            raise StaleReport(
                _("This report was saved in another window meanwhile. What you typed is not stored yet."),
                extra={"version": report.version},
            )
        head, rows = entering.checked(report.patient, sheet.details, sheet.values)
        report.version += 1
        for name, value in head.items():
            setattr(report, name, value)
        report.save(update_fields=["version", "updated_at", *head])
        entering.store(report, rows)
        lab_events.lab_report_changed(report)
    return report


def final(report_id: UUID, *, actor: User) -> LabReport:
    """No change from now on. Its doctor is told, and of a critical result at once.

    Raises NotAllowed, Invalid without any result, InvalidTransition.
    """
    with transaction.atomic():
        old = _locked_old(report_id)
        report = _locked(report_id, actor, lab_rules.can_edit)
        if not report.results.exists():  # type: ignore[attr-defined]
            raise Invalid(_("Enter at least one result before the report is final."))
        change_status(report, _L.FINAL, actor=actor, final_at=timezone.now())
        if old is not None and old.status == _L.FINAL:
            _replace(old, report, actor)
        _note(ActivityVerb.LAB_REPORT_CHANGED, report, actor)
        critical.raise_for(report)
        request_results.report_final(report, actor=actor)
        if actor.pk != report.doctor_id:
            telling.final(report)
        lab_events.lab_report_changed(report)
    return report


def release(report_id: UUID, *, actor: User) -> LabReport:
    """The patient may read it from now on, and is told. A report that it corrects is theirs no more.

    Raises NotAllowed, InvalidTransition.
    """
    with transaction.atomic():
        old = _locked_old(report_id)
        report = _locked(report_id, actor, lab_rules.can_release, needs=_L.RELEASED)
        change_status(report, _L.RELEASED, actor=actor, released_at=timezone.now())
        if old is not None and old.can_become(_L.AMENDED):
            _replace(old, report, actor)
        _note(ActivityVerb.LAB_REPORT_CHANGED, report, actor)
        request_results.released(actor=actor, report=report)
        telling.released(report, corrects=old is not None and old.released_at is not None)
        lab_events.lab_report_changed(report)
    return report


def discard(report_id: UUID, *, actor: User) -> LabReport:
    """Throw a draft away: it is read by nobody any more, and what it was to correct may be corrected anew, and answers
    its request again.

    Raises NotAllowed, InvalidTransition.
    """
    with transaction.atomic():
        report = _locked(report_id, actor, lab_rules.can_edit, needs=_L.DISCARDED)
        old = report.replaces_id
        change_status(report, _L.DISCARDED, actor=actor, replaces=None)
        RecordRequest.objects.filter(lab_report=report).update(lab_report=old)
        _note(ActivityVerb.LAB_REPORT_CHANGED, report, actor)
        lab_events.lab_report_changed(report)
    return report


def amend(report_id: UUID, *, actor: User, reason: str) -> LabReport:
    """A draft with the same results, to take the place of this report. The draft that there is already is returned.
    Management's is for the doctor of the request that was sent back, and answers it from now on.

    Raises NotAllowed, Invalid (field reason), InvalidTransition.
    """
    reason = " ".join(reason.split())
    with transaction.atomic():
        old = _locked(report_id, actor, lab_rules.can_amend, needs=_L.AMENDED)
        if not 3 <= len(reason) <= REASON_MAX_LENGTH or "\x00" in reason:
            raise Invalid(fields={"reason": [_("Say what has to be corrected, in a few words.")]})
        request = None if lab_rules.can_enter(actor, old.patient) else lab_rules.request_of(old)
        there = LabReport.objects.filter(replaces=old).first()
        if there is not None:
            if request is not None:
                request_results.corrected(old, there)
            return there
        new = LabReport.objects.create(
            patient_id=old.patient_id,
            doctor_id=request.doctor_id if request else actor.pk,
            entered_by=actor,
            appointment_id=old.appointment_id,
            panel_id=old.panel_id,
            title=old.title,
            laboratory=old.laboratory,
            collected_at=old.collected_at,
            comment=old.comment,
            version=1,
            replaces=old,
        )
        entering.copy_results(old, new)
        if request is not None:
            request_results.corrected(old, new)
        record_start(new, actor=actor, reason=reason)
        _note(ActivityVerb.LAB_REPORT_ENTERED, new, actor)
        lab_events.lab_report_changed(new)
    return new


def _replace(old: LabReport, new: LabReport, actor: User) -> None:
    change_status(old, _L.AMENDED, actor=actor)
    request_results.corrected(old, new)
    critical.close_for(old, actor=actor, action=_("Replaced by a corrected report."))
    lab_events.lab_report_changed(old)


def _locked_old(report_id: UUID) -> LabReport | None:
    replaced = LabReport.objects.filter(pk=report_id).values_list("replaces", flat=True).first()
    return lock(LabReport, replaced) if replaced else None


def _locked(
    report_id: UUID, actor: User, rule: Callable[[User, LabReport], bool], *, needs: str = ""
) -> LabReport:
    """The report, locked. Raises NotAllowed, and InvalidTransition for who may act but comes too late."""
    try:
        report = lock(LabReport, report_id)
    except LabReport.DoesNotExist:
        raise NotAllowed from None
    if rule(actor, report):
        return report
    theirs = lab_rules.can_enter(actor, report.patient) or lab_rules.prepares(
        actor, lab_rules.request_of(report)
    )
    if theirs and (report.status != _L.PRELIMINARY if not needs else not report.can_become(needs)):
        raise InvalidTransition(_("This report has moved on meanwhile. Look at it again."))
    raise NotAllowed


def _request(request_id: UUID | None, patient: User, author: User) -> RecordRequest | None:
    """The request that is being worked on, locked. Raises NotAllowed and InvalidTransition."""
    if request_id is None:
        return None
    try:
        request = lock(RecordRequest, request_id)
    except RecordRequest.DoesNotExist:
        raise NotAllowed from None
    of_this_kind = request.kind == RecordRequestKind.LAB_REPORT and request.patient_id == patient.pk
    if not of_this_kind or not lab_rules.prepares(author, request):
        raise NotAllowed(_("Take up the request for this lab report first."))
    if request.lab_report_id is not None:
        raise InvalidTransition(_("This request has a lab report already."))
    return request


def _note(verb: ActivityVerb, report: LabReport, actor: User) -> None:
    trail.record(verb, actor=actor, target=report, patient=report.patient_id)


def collected_now() -> datetime:
    """What the head of a new sheet begins with, to the minute."""
    return timezone.localtime().replace(second=0, microsecond=0)
