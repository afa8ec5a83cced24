"""Several people at one request at the same moment."""

from collections import Counter
from functools import partial
from typing import Any

import pytest

from accounts.tests.factories import make_user
from clinic.core.errors import DomainError
from clinic.core.testing.racing import race
from messaging.models import Notification
from records.domain import prescribing, record_requests, request_queries
from records.domain.labs import reports
from records.models import LabReport, Prescription, RecordRequest
from records.tests.factories_labs import make_sheet
from records.tests.prescriptions import line, make_medicine
from records.tests.requests import ask_for_blood, ask_for_pills, running_visit

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def visit(patient: Any, doctor: Any, service: Any) -> Any:
    return running_visit(patient, doctor, service)


@pytest.fixture
def for_pills(visit: Any) -> RecordRequest:
    return ask_for_pills(visit)


@pytest.fixture
def for_blood(visit: Any, manager: Any) -> RecordRequest:
    return record_requests.take(ask_for_blood(visit).pk, actor=manager)


def test_a_request_is_made_once_and_one_of_four_takes_it(visit: Any, manager: Any) -> None:
    ask = partial(record_requests.ask, visit.pk, doctor=visit.doctor, kind="prescription", text="As usual.")
    made = race(*[ask] * 4)
    assert len({request.pk for request in made}) == 1
    people = [manager, *(make_user(f"m{number}@test.clinic", role="management") for number in range(3))]
    took = race(*(partial(record_requests.take, made[0].pk, actor=person) for person in people))
    refused = [one for one in took if isinstance(one, DomainError)]
    assert [refusal.status for refusal in refused] == [409, 409, 409]
    [request] = [one for one in took if not isinstance(one, DomainError)]
    assert RecordRequest.objects.get().handled_by_id == request.handled_by_id
    assert request_queries.history(request).count() == 2


def test_one_draft_is_begun_however_often_it_is_asked_for(for_pills: RecordRequest, manager: Any) -> None:
    record_requests.take(for_pills.pk, actor=manager)
    begun = race(*[partial(record_requests.begin_prescription, for_pills.pk, actor=manager)] * 4)
    assert {draft.pk for draft in begun} == {Prescription.objects.get().pk}


def test_handing_over_and_withdrawing_at_once_leaves_one_of_both(
    for_pills: RecordRequest, manager: Any
) -> None:
    record_requests.take(for_pills.pk, actor=manager)
    draft = record_requests.begin_prescription(for_pills.pk, actor=manager)
    prescribing.save(draft.pk, actor=manager, version=0, items=[line(make_medicine())])
    race(
        partial(record_requests.hand_over, for_pills.pk, actor=manager),
        partial(record_requests.withdraw, for_pills.pk, actor=for_pills.doctor),
    )
    # Whichever was first: withdrawn is withdrawn.
    draft.refresh_from_db()
    for_pills.refresh_from_db()
    assert (for_pills.status, draft.status) == ("cancelled", "discarded")


def test_one_lab_report_for_a_request_that_is_told_of_once(for_blood: RecordRequest, manager: Any) -> None:
    create = partial(
        reports.create, for_blood.patient, author=manager, sheet=make_sheet(), request_id=for_blood.pk
    )
    made = race(*[create] * 3)
    assert Counter(type(one).__name__ for one in made) == {"LabReport": 1, "InvalidTransition": 2}
    report = LabReport.objects.get()
    race(
        partial(record_requests.hand_over, for_blood.pk, actor=manager),
        partial(reports.final, report.pk, actor=manager),
        partial(record_requests.hand_over, for_blood.pk, actor=manager),
    )
    for_blood.refresh_from_db()
    assert for_blood.status == "prepared"
    assert Notification.objects.filter(user=for_blood.doctor).count() == 1


def test_sent_back_and_released_at_once_keeps_the_request_and_the_report_together(
    for_blood: RecordRequest, manager: Any
) -> None:
    report = reports.create(for_blood.patient, author=manager, sheet=make_sheet(), request_id=for_blood.pk)
    record_requests.hand_over(for_blood.pk, actor=manager)
    race(
        partial(record_requests.send_back, for_blood.pk, actor=for_blood.doctor, reason="Once more"),
        partial(reports.release, report.pk, actor=for_blood.doctor),
    )
    for_blood.refresh_from_db()
    report.refresh_from_db()
    assert (for_blood.status, report.status) == ("completed", "released")
