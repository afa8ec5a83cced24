"""A lab report from the draft to its correction: who may do what, and what is refused."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.domain import care
from accounts.models import Activity
from clinic.core.errors import Invalid, InvalidTransition, NotAllowed
from messaging.models import Notification
from records.domain.labs import queries, reports
from records.domain.labs.reports import StaleReport
from records.models import LabReport, RecordRequest
from records.tests.factories_labs import (
    HAEMOGLOBIN,
    POTASSIUM,
    SYPHILIS,
    make_lab_report,
    make_sheet,
    parameter,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _team(patient: Any, doctor: Any) -> None:
    care.link(patient, doctor)


def seen(user: Any) -> list[Any]:
    return [report.pk for report in queries.visible_to(user)]


def told(user: Any) -> list[str]:
    return list(
        Notification.objects.filter(user=user).order_by("created_at").values_list("occasion", flat=True)
    )


def test_what_is_typed_is_kept_with_unit_range_and_flag(patient: Any, doctor: Any) -> None:
    values = {HAEMOGLOBIN: "११,५ g/dl", POTASSIUM: "<2.5", SYPHILIS: "neg"}
    report = make_lab_report(patient, doctor, values, status="preliminary")
    hb, k, screen = report.results.order_by("position")
    assert (hb.value, hb.unit, hb.low, hb.high, hb.flag) == (
        Decimal("11.5"),
        "g/dL",
        12,
        Decimal("15.5"),
        "low",
    )
    assert (k.comparator, k.value, k.flag) == ("<", Decimal("2.5"), "critical_low")
    assert (screen.text, screen.value, screen.flag) == ("Non-reactive", None, "normal")


def test_one_wrong_cell_stores_nothing_and_says_which(patient: Any, doctor: Any) -> None:
    with pytest.raises(Invalid) as refused:
        make_lab_report(patient, doctor, {HAEMOGLOBIN: "125", POTASSIUM: "neg", SYPHILIS: "neg"})
    assert set(refused.value.fields) == {f"value-{parameter(name).pk}" for name in (HAEMOGLOBIN, POTASSIUM)}
    assert not LabReport.objects.exists()


@pytest.mark.parametrize("ahead", [timedelta(hours=1), timedelta(days=-365 * 60)])
def test_a_sample_of_the_future_or_before_birth_is_refused(
    patient: Any, doctor: Any, ahead: timedelta
) -> None:
    with pytest.raises(Invalid) as refused:
        make_lab_report(patient, doctor, at=timezone.now() + ahead)
    assert "collected_at" in refused.value.fields


def test_the_patient_sees_nothing_before_the_release(patient: Any, doctor: Any) -> None:
    report = make_lab_report(patient, doctor, status="preliminary")
    assert (seen(patient), seen(doctor)) == ([], [report.pk])
    reports.final(report.pk, actor=doctor)
    assert (seen(patient), told(patient)) == ([], [])
    reports.release(report.pk, actor=doctor)
    assert (seen(patient), told(patient)) == ([report.pk], ["lab.released"])


def test_outsiders_neither_see_nor_enter(patient: Any, doctor: Any, request: pytest.FixtureRequest) -> None:
    report = make_lab_report(patient, doctor, status="final")
    for name in ("patient", "other_patient", "other_doctor", "manager", "admin"):
        outsider = request.getfixturevalue(name)
        assert seen(outsider) == []
        for step in (
            lambda who: reports.create(patient, author=who, sheet=make_sheet()),
            lambda who: reports.release(report.pk, actor=who),
            lambda who: reports.final(report.pk, actor=who),
            lambda who: reports.amend(report.pk, actor=who, reason="Wrong tube"),
        ):
            with pytest.raises(NotAllowed):
                step(outsider)


def test_a_final_report_does_not_change(patient: Any, doctor: Any) -> None:
    report = make_lab_report(patient, doctor, status="final")
    with pytest.raises(InvalidTransition):
        reports.save(report.pk, author=doctor, sheet=make_sheet(), version=report.version)
    for again in (reports.final, reports.discard):
        with pytest.raises(InvalidTransition):
            again(report.pk, actor=doctor)


def test_a_draft_saved_in_two_windows_keeps_the_first(patient: Any, doctor: Any) -> None:
    report = make_lab_report(patient, doctor, status="preliminary")
    reports.save(report.pk, author=doctor, sheet=make_sheet({HAEMOGLOBIN: "12.9"}), version=1)
    with pytest.raises(StaleReport):
        reports.save(report.pk, author=doctor, sheet=make_sheet({HAEMOGLOBIN: "9.9"}), version=1)
    assert report.results.get().value == Decimal("12.9")


def test_an_empty_report_is_not_final(patient: Any, doctor: Any) -> None:
    report = make_lab_report(patient, doctor, {HAEMOGLOBIN: " "}, status="preliminary")
    with pytest.raises(Invalid):
        reports.final(report.pk, actor=doctor)


def test_a_correction_takes_the_place_of_what_the_patient_reads_once_it_is_released(
    patient: Any, doctor: Any
) -> None:
    old = make_lab_report(patient, doctor, {HAEMOGLOBIN: "9.1"})
    new = reports.amend(old.pk, actor=doctor, reason="Tube of another patient")
    assert reports.amend(old.pk, actor=doctor, reason="Twice is once") == new
    reports.save(new.pk, author=doctor, sheet=make_sheet({HAEMOGLOBIN: "13.2"}), version=1)
    reports.final(new.pk, actor=doctor)
    current = [result.value for result in queries.current_results(patient, patient)]
    assert (seen(patient), current) == ([old.pk], [Decimal("9.1")])
    assert [result.value for result in queries.current_results(doctor, patient)] == [Decimal("13.2")]
    reports.release(new.pk, actor=doctor)
    old.refresh_from_db()
    assert old.status == "amended"
    assert set(seen(patient)) == {old.pk, new.pk}
    assert [result.value for result in queries.current_results(patient, patient)] == [Decimal("13.2")]
    assert told(patient) == ["lab.released", "lab.corrected"]


def test_a_correction_of_what_nobody_released_holds_when_it_is_final(patient: Any, doctor: Any) -> None:
    old = make_lab_report(patient, doctor, status="final")
    new = reports.amend(old.pk, actor=doctor, reason="Wrong unit")
    reports.discard(new.pk, actor=doctor)
    new = reports.amend(old.pk, actor=doctor, reason="Wrong unit")
    reports.final(new.pk, actor=doctor)
    old.refresh_from_db()
    assert old.status == "amended"
    with pytest.raises(InvalidTransition):
        reports.release(old.pk, actor=doctor)


def test_management_prepares_for_its_request_and_the_doctor_releases(
    patient: Any, doctor: Any, manager: Any
) -> None:
    request = RecordRequest.objects.create(
        kind="lab_report", patient=patient, doctor=doctor, text="Blood count", status="requested"
    )
    with pytest.raises(NotAllowed):
        reports.create(patient, author=manager, sheet=make_sheet(), request_id=request.pk)
    RecordRequest.objects.update(status="in_progress", handled_by=manager)
    report = reports.create(patient, author=manager, sheet=make_sheet(), request_id=request.pk)
    with pytest.raises(InvalidTransition):
        reports.create(patient, author=manager, sheet=make_sheet(), request_id=request.pk)
    assert (report.doctor, seen(manager)) == (doctor, [report.pk])
    reports.final(report.pk, actor=manager)
    with pytest.raises(NotAllowed):
        reports.release(report.pk, actor=manager)
    assert told(doctor) == ["lab.final.doctor"]
    reports.release(report.pk, actor=doctor)
    assert seen(patient) == [report.pk]


def test_the_trail_holds_each_step_and_no_value(patient: Any, doctor: Any) -> None:
    report = make_lab_report(patient, doctor, {HAEMOGLOBIN: "13.7"})
    queries.read([report], reader=patient)
    rows = Activity.objects.filter(target_id=str(report.pk)).order_by("id")
    assert [row.verb for row in rows] == ["lab.create", "lab.status", "lab.status", "lab.read"]
    assert "13.7" not in str(list(rows.values()))
