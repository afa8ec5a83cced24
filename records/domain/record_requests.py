"""Requests: a doctor asks from the visit, management prepares, the doctor checks and releases.

Management's part ends with `hand_over`: what it prepared is a draft (a prescription) or a report that only the doctor
releases, and the patient sees nothing of it before. Lock order: the patient, what is prepared, the request: what is
prepared moves its request along when it moves on (request_results).
"""

from collections.abc import Callable, Collection
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.domain import trail
from accounts.enums import ActivityVerb, Role
from accounts.models import User
from clinic.core.errors import Conflict, Invalid, InvalidTransition, NotAllowed
from clinic.core.status import lock, record_start
from messaging.domain.notifications import notify
from records import lab_rules, request_events, request_rules
from records.enums import LabReportStatus, PrescriptionStatus, RecordRequestKind, RecordRequestStatus
from records.models import LabPanel, LabReport, Prescription, RecordRequest
from scheduling.models import Appointment

from . import prescribing, prescription_life
from .labs import reports
from .request_results import move, tell

_S = RecordRequestStatus
TEXT_MAX_LENGTH = 500
REASON_MAX_LENGTH = 300


def ask(
    appointment_id: UUID,
    *,
    doctor: User,
    kind: str,
    text: str = "",
    panels: Collection[LabPanel] = (),
    is_urgent: bool = False,
) -> RecordRequest:
    """A new request from this visit. The very same once more, while it waits, is the one that is there, and becomes
    urgent if it is now: a double click asks once.

    Raises NotAllowed for all but the visit's doctor, Invalid (kind, text, panels).
    """
    text = _words(text, "text", TEXT_MAX_LENGTH)
    wrong: dict[str, list[str]] = {}
    if kind not in RecordRequestKind.values:
        wrong["kind"] = [_("Choose what is to be prepared.")]
    if kind != RecordRequestKind.LAB_REPORT:
        panels = ()
    if not text and not panels:
        wrong["text"] = [_("Write what is wanted.")]
    if any(not panel.is_active for panel in panels):
        wrong["panels"] = [_("One of these panels is not in use any more.")]
    if wrong:
        raise Invalid(_("Please correct the fields named here."), fields=wrong)
    with transaction.atomic():
        try:
            visit = lock(Appointment, appointment_id)
        except Appointment.DoesNotExist:
            raise NotAllowed from None
        if not request_rules.can_ask(doctor, visit):
            raise NotAllowed(_("Only the doctor of this visit asks for something from it."))
        same = RecordRequest.objects.filter(
            appointment=visit, doctor=doctor, kind=kind, text=text, status=_S.REQUESTED
        )
        wanted = {panel.pk for panel in panels}
        for there in same.prefetch_related("panels"):
            if {panel.pk for panel in there.panels.all()} == wanted:
                if is_urgent and not there.is_urgent:
                    there.is_urgent = True
                    there.save(update_fields=["is_urgent", "updated_at"])
                    _tell_management(there)
                    request_events.request_changed(there)
                return there
        request = RecordRequest.objects.create(
            appointment=visit,
            patient=visit.patient,
            doctor=doctor,
            kind=kind,
            text=text,
            is_urgent=is_urgent,
        )
        request.panels.set(panels)
        record_start(request, actor=doctor)
        trail.record(ActivityVerb.REQUEST_MADE, actor=doctor, target=request, patient=visit.patient_id)
        if is_urgent:
            _tell_management(request)
        request_events.request_changed(request)
    return request


def take(request_id: UUID, *, actor: User) -> RecordRequest:
    """Begin to prepare it: of any number of people one has it. Raises NotAllowed, Conflict (somebody else was faster),
    InvalidTransition."""
    with transaction.atomic():
        request = _locked(request_id)
        if request_rules.prepares(actor, request):
            return request
        if request.status == _S.IN_PROGRESS and request.handled_by and actor.is_management:
            raise Conflict(_("%(name)s is preparing this already.") % {"name": request.handled_by.name})
        _check(actor, request, request_rules.can_take, _S.IN_PROGRESS)
        move(request, _S.IN_PROGRESS, actor=actor, handled_by=actor)
    return request


def let_go(request_id: UUID, *, actor: User) -> RecordRequest:
    """Put it back into the queue; what was begun stays with it. Raises NotAllowed, InvalidTransition."""
    with transaction.atomic():
        request = _locked(request_id)
        _check(actor, request, request_rules.can_let_go, _S.REQUESTED)
        move(request, _S.REQUESTED, actor=actor, handled_by=None)
    return request


def begin_prescription(request_id: UUID, *, actor: User) -> Prescription:
    """The draft that is prepared for the doctor, begun now unless there is one. Raises NotAllowed (also when the doctor
    may not prescribe for the patient any more), InvalidTransition."""
    with transaction.atomic():
        patient = User.objects.filter(record_requests=request_id).values_list("pk", flat=True).first()
        if patient is None:
            raise NotAllowed
        lock(User, patient)
        request = _locked(request_id)
        if request.kind != RecordRequestKind.PRESCRIPTION or not request_rules.prepares(actor, request):
            raise NotAllowed(_("Take up this request first."))
        draft = request.prescription
        if draft is None or draft.status == PrescriptionStatus.DISCARDED:
            draft = prescribing.begin(
                request.patient, author=request.doctor, actor=actor, appointment=request.appointment
            )
            request.prescription = draft
            request.save(update_fields=["prescription", "updated_at"])
    return draft


def hand_over(request_id: UUID, *, actor: User) -> RecordRequest:
    """Give what is prepared to the doctor, who is told. A lab report becomes final by that.

    Raises NotAllowed, InvalidTransition, Invalid when nothing is prepared.
    """
    with transaction.atomic():
        request = _locked_with_result(request_id)
        _check(actor, request, request_rules.prepares, _S.PREPARED)
        if request.kind == RecordRequestKind.LAB_REPORT:
            if request.lab_report is None:
                raise Invalid(_("Enter the lab report first."))
            if request.lab_report.status == LabReportStatus.PRELIMINARY:
                # A final report goes to the doctor by itself, and a critical result at once.
                reports.final(request.lab_report.pk, actor=actor)
                return _locked(request_id)
        else:
            draft = request.prescription
            if draft is None or draft.status != PrescriptionStatus.DRAFT or not draft.items.exists():
                raise Invalid(_("Put at least one medicine on the prescription first."))
        move(request, _S.PREPARED, actor=actor)
        tell(request.doctor, request, prepared=True)
    return request


def send_back(request_id: UUID, *, actor: User, reason: str) -> RecordRequest:
    """The doctor wants what is prepared otherwise, and says how. It goes to whoever prepared it. A lab report stays
    final: it is corrected by a new one (labs.reports.amend), or handed over once more as it is.

    Raises NotAllowed, Invalid (reason), InvalidTransition.
    """
    reason = _reason(reason, _("Say what is to be different."))
    with transaction.atomic():
        request = _locked(request_id)
        _check(actor, request, request_rules.can_decide, _S.IN_PROGRESS)
        if request.status != _S.PREPARED:
            raise InvalidTransition(_("Only what is ready for you can be sent back."))
        move(request, _S.IN_PROGRESS, actor=actor, reason=reason)
    return request


def decline(request_id: UUID, *, actor: User, reason: str) -> RecordRequest:
    """It can't be prepared; the doctor is told and reads why. A draft that was begun is thrown away.

    Raises NotAllowed, Invalid (reason), InvalidTransition.
    """
    reason = _reason(reason, _("Say why it can't be prepared; the doctor reads it."))
    with transaction.atomic():
        request = _locked_with_result(request_id)
        _check(actor, request, request_rules.can_decline, _S.DECLINED)
        if request.status == _S.REQUESTED:
            # Whoever declines has taken it up; so they may throw away what another had begun.
            move(request, _S.IN_PROGRESS, actor=actor, handled_by=actor)
        _throw_away(request, actor)
        move(request, _S.DECLINED, actor=actor, reason=reason)
        tell(request.doctor, request, prepared=False)
    return request


def withdraw(request_id: UUID, *, actor: User) -> RecordRequest:
    """The doctor wants it no more. A draft is thrown away; a lab report that is final stays in the record.

    Raises NotAllowed, InvalidTransition.
    """
    with transaction.atomic():
        request = _locked_with_result(request_id)
        _check(actor, request, request_rules.can_decide, _S.CANCELLED)
        _throw_away(request, actor)
        move(request, _S.CANCELLED, actor=actor)
    return request


def _throw_away(request: RecordRequest, actor: User) -> None:
    """The draft that was begun, if this person may; what is final stays."""
    draft, report = request.prescription, request.lab_report
    if draft is not None and draft.status == PrescriptionStatus.DRAFT:
        prescription_life.discard(draft.pk, actor=actor)
    if report is not None and lab_rules.can_edit(actor, report):
        reports.discard(report.pk, actor=actor)
        request.refresh_from_db(fields=["lab_report"])


def _locked_with_result(request_id: UUID) -> RecordRequest:
    """The request, with what is prepared for it locked before. Raises NotAllowed, Conflict."""
    before = RecordRequest.objects.filter(pk=request_id).values_list("prescription", "lab_report").first()
    if before is None:
        raise NotAllowed
    prescription, report = before
    if prescription is not None:
        lock(Prescription, prescription)
    if report is not None:
        lock(LabReport, report)
    request = _locked(request_id)
    if (request.prescription_id, request.lab_report_id) != before:
        raise Conflict
    return request


def _locked(request_id: UUID) -> RecordRequest:
    try:
        return lock(RecordRequest, request_id)
    except RecordRequest.DoesNotExist:
        raise NotAllowed from None


def _check(actor: User, request: RecordRequest, rule: Callable[[User, RecordRequest], bool], to: str) -> None:
    """Raises NotAllowed, and InvalidTransition for who might have done it before it moved on."""
    if rule(actor, request) and request.can_become(to):
        return
    theirs = actor.is_management if rule is not request_rules.can_decide else rule(actor, request)
    if actor.is_active and theirs and not request.can_become(to):
        raise InvalidTransition(_("This request has moved on meanwhile. Look at it again."))
    raise NotAllowed


def _tell_management(request: RecordRequest) -> None:
    for manager in User.objects.filter(role=Role.MANAGEMENT, is_active=True):
        notify(
            manager,
            occasion="request.urgent",
            variables={"name": request.doctor.name},
            url=reverse("request", args=[request.pk]),
            key=f"request:{request.pk}:asked",
        )


def _reason(reason: str, missing: str) -> str:
    reason = _words(reason, "reason", REASON_MAX_LENGTH)
    if not reason:
        raise Invalid(fields={"reason": [missing]})
    return reason


def _words(text: Any, field: str, limit: int) -> str:
    if not isinstance(text, str) or "\x00" in text:
        raise Invalid(fields={field: [_("Please write text.")]})
    text = text.replace("\r\n", "\n").strip()
    if len(text) > limit:
        raise Invalid(fields={field: [_("At most %(limit)s characters, please.") % {"limit": limit}]})
    return text
