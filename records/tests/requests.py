"""Requests for tests: a visit that is under way, and what its doctor asks for."""

from typing import Any

from accounts.domain import care
from records.domain import record_requests, request_queries
from records.models import RecordRequest
from records.tests.factories_labs import make_lab_catalogue
from scheduling.enums import AppointmentStatus
from scheduling.tests.factories import make_appointment


def running_visit(patient: Any, doctor: Any, service: Any) -> Any:
    care.link(patient, doctor)
    return make_appointment(patient, doctor, service, status=AppointmentStatus.IN_PROGRESS)


def ask_for_pills(visit: Any) -> RecordRequest:
    return record_requests.ask(
        visit.pk, doctor=visit.doctor, kind="prescription", text="Amoxicillin as usual."
    )


def ask_for_blood(visit: Any) -> RecordRequest:
    panel = make_lab_catalogue()
    return record_requests.ask(visit.pk, doctor=visit.doctor, kind="lab_report", panels=[panel])


def statuses(request: RecordRequest) -> list[str]:
    return [change.to_status for change in request_queries.history(request)]
