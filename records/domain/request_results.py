"""What becomes of a request when what was prepared for it moves on: a lab report that is final goes to the doctor, and
what the doctor signs or releases is done. Called inside the transaction of that step, under the lock of what moved."""

from typing import Any

from django.urls import reverse

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from clinic.core.status import change_status
from messaging.domain.notifications import notify
from records import request_events
from records.enums import RecordRequestStatus
from records.models import LabReport, Prescription, RecordRequest

_S = RecordRequestStatus
_WAY: list[str] = [_S.REQUESTED, _S.IN_PROGRESS, _S.PREPARED, _S.COMPLETED]


def report_final(report: LabReport, *, actor: User) -> None:
    """The report is ready for the doctor, who was told of it as of any other."""
    request = _of(lab_report=report)
    if request is not None and request.status == _S.IN_PROGRESS:
        move(request, _S.PREPARED, actor=actor)


def corrected(old: LabReport, new: LabReport) -> None:
    """What `old` was prepared for is answered by `new`."""
    request = _of(lab_report=old)
    if request is not None:
        request.lab_report = new
        request.save(update_fields=["lab_report", "updated_at"])


def released(
    *, actor: User, prescription: Prescription | None = None, report: LabReport | None = None
) -> None:
    """The doctor has let the patient see it. One that nobody had handed over is handed over by that."""
    request = _of(lab_report=report) if report is not None else _of(prescription=prescription)
    if request is None or request.status not in _WAY:
        return
    for status in _WAY[_WAY.index(request.status) + 1 :]:
        move(request, status, actor=actor)


def move(request: RecordRequest, to: str, *, actor: User, reason: str = "", **fields: Any) -> None:
    """One step of a locked request, with its line in the trail and its event."""
    change_status(request, to, actor=actor, reason=reason, **fields)
    trail.record(ActivityVerb.REQUEST_CHANGED, actor=actor, target=request, patient=request.patient_id)
    request_events.request_changed(request)


def tell(person: User, request: RecordRequest, *, prepared: bool) -> None:
    """The doctor who asked: it is ready to be checked, or it was declined."""
    step = request.history.order_by("-id").values_list("pk", flat=True)[0]
    url, key = reverse("request", args=[request.pk]), f"request:{request.pk}:{step}"
    if prepared:
        notify(person, occasion="request.prepared", variables={}, url=url, key=key)
    else:
        notify(person, occasion="request.declined", variables={}, url=url, key=key)


def _of(**what: Any) -> RecordRequest | None:
    return RecordRequest.objects.select_for_update(of=("self",)).filter(**what).first()
