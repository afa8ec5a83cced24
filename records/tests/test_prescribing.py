"""Writing and signing a prescription: who may, what is refused, what is kept."""

import json
from decimal import Decimal
from typing import Any

import pytest

from accounts.domain import care
from accounts.models import Activity
from clinic.core.errors import DomainError, Invalid, InvalidTransition, NotAllowed
from messaging.models import Notification
from records.domain import prescribing, prescription_life, signing
from records.enums import AllergySeverity, PrescriptionStatus
from records.models import Allergy, Prescription, SafetyOverride
from records.tests.prescriptions import (
    AnyReason,
    in_days,
    line,
    make_draft,
    make_medicine,
    signed_prescription,
)

pytestmark = pytest.mark.django_db

S = PrescriptionStatus


def test_a_line_is_completed(patient: Any, doctor: Any) -> None:
    draft = make_draft(patient, doctor, line(dose="1,5", days=None, ends_on=in_days(4), starts_on=in_days(0)))
    item = draft.items.get()
    assert (item.dose, item.days, item.times, item.route) == (
        Decimal("1.5"),
        5,
        ["08:00", "14:00", "20:00"],
        "oral",
    )
    assert item.quantity == 23


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("dose", {"dose": 0}),
        ("dose", {"dose": "0.0000"}),
        ("dose", {"dose": -1}),
        ("dose", {"dose": 10**9}),
        ("dose", {"dose": "1e9"}),
        ("dose", {"dose": "NaN"}),
        ("dose", {"dose": "Infinity"}),
        ("dose", {"dose": "1.2345"}),
        ("dose", {"dose": "one"}),
        ("dose", {"dose": None}),
        ("dose", {"dose": True}),
        ("dose", {"dose": "10000", "days": 730, "frequency": "qid"}),
        ("ends_on", {"days": None, "starts_on": in_days(3), "ends_on": in_days(2)}),
        ("ends_on", {"days": None, "ends_on": "soon"}),
        ("days", {"days": 0}),
        ("days", {"days": 731}),
        ("days", {"days": "7.5"}),
        ("days", {"days": "9" * 500}),
        ("starts_on", {"starts_on": "2026-02-30"}),
        ("starts_on", {"starts_on": "9999-12-31"}),
        ("frequency", {"frequency": "hourly"}),
        ("frequency", {"frequency": ["od"]}),
        ("route", {"route": "beam"}),
        ("times", {"times": ["25:00"]}),
        ("times", {"times": ["08:00"]}),
        ("times", {"times": {"8": 1}}),
        ("quantity", {"quantity": -3}),
        ("instructions", {"instructions": "x" * 301}),
        ("instructions", {"instructions": "\ud800"}),
        ("medicine", {"medicine": "5"}),
        ("medicine", {"medicine": None}),
    ],
)
def test_bad_lines_are_named(patient: Any, doctor: Any, field: str, change: dict[str, Any]) -> None:
    care.link(patient, doctor)
    draft = prescribing.begin(patient, author=doctor)
    with pytest.raises(Invalid) as refused:
        prescribing.save(draft.pk, actor=doctor, version=0, items=[line(), {**line(), **change}])
    assert list(refused.value.fields) == [f"items.1.{field}"]
    assert not draft.items.exists()


@pytest.mark.parametrize("items", [None, "x", {"0": 1}, [None], [[]], [{}], [{"medicine": "x"}] * 21])
def test_what_is_no_list_of_lines_is_refused(patient: Any, doctor: Any, items: Any) -> None:
    care.link(patient, doctor)
    draft = prescribing.begin(patient, author=doctor)
    with pytest.raises(Invalid):
        prescribing.save(draft.pk, actor=doctor, version=0, items=items)


def test_a_retired_medicine_is_refused_also_at_signing(patient: Any, doctor: Any) -> None:
    medicine = make_medicine()
    draft = make_draft(patient, doctor, line(medicine))
    type(medicine).objects.update(is_active=False)
    for attempt in (
        lambda: prescribing.save(draft.pk, actor=doctor, version=1, items=[line(medicine)]),
        lambda: prescribing.sign(draft.pk, actor=doctor, version=1, reasons=AnyReason()),
    ):
        with pytest.raises(Invalid) as refused:
            attempt()
        assert list(refused.value.fields) == ["items.0.medicine"]


def test_two_windows(patient: Any, doctor: Any) -> None:
    draft = make_draft(patient, doctor)
    prescribing.save(draft.pk, actor=doctor, version=1, items=[line(days=3)])
    with pytest.raises(prescribing.StaleVersion) as refused:
        prescribing.save(draft.pk, actor=doctor, version=1, items=[line(days=9)])
    assert refused.value.extra == {"version": 2}
    # A lost answer is asked for again.
    assert prescribing.save(draft.pk, actor=doctor, version=1, items=[line(days=3)]).version == 2
    with pytest.raises(prescribing.StaleVersion):
        prescribing.sign(draft.pk, actor=doctor, version=1)
    assert draft.items.get().days == 3


def test_signing(patient: Any, doctor: Any) -> None:
    draft = make_draft(patient, doctor, line(instructions="खाना खाएपछि"), note="Generic is fine")
    signed = prescribing.sign(draft.pk, actor=doctor, version=1, reasons=AnyReason())
    assert signing.holds(signed)
    text = json.loads(signed.payload)
    assert (text["no"], text["pt"][0], text["it"][0]["m"]) == (
        signed.number,
        patient.name,
        "Amoxicillin 500 mg capsule",
    )
    assert text["it"][0]["i"] == "खाना खाएपछि"
    signed.payload = signed.payload.replace('"q":"21"', '"q":"91"')
    assert not signing.holds(signed)
    with pytest.raises(InvalidTransition):
        prescribing.sign(draft.pk, actor=doctor, version=1, reasons=AnyReason())
    with pytest.raises(InvalidTransition):
        prescribing.save(draft.pk, actor=doctor, version=1, items=[])
    told = Notification.objects.get(user=patient, occasion="prescription.signed")
    assert told.title == f"{doctor.name} has written you a prescription"
    assert list(
        Activity.objects.filter(target_id=str(draft.pk)).order_by("id").values_list("verb", flat=True)
    ) == [
        "prescription.create",
        "prescription.sign",
    ]


@pytest.mark.parametrize("dose", ["5,000", "1,234,567", "1_0"])
def test_what_may_mean_five_or_five_thousand_is_asked_again(patient: Any, doctor: Any, dose: str) -> None:
    with pytest.raises(Invalid) as refused:
        make_draft(patient, doctor, line(dose=dose))
    assert set(refused.value.fields) == {"items.0.dose"}


@pytest.mark.parametrize(
    "items", [[], [{"days": None}], [{"frequency": "prn", "days": None}], [{"frequency": "prn", "days": 5}]]
)
def test_what_a_signed_one_needs(patient: Any, doctor: Any, items: list[dict[str, Any]]) -> None:
    draft = make_draft(patient, doctor)
    prescribing.save(draft.pk, actor=doctor, version=1, items=[line(**item) for item in items])
    with pytest.raises(Invalid):
        prescribing.sign(draft.pk, actor=doctor, version=2, reasons=AnyReason())


def test_a_severe_finding_needs_a_reason_that_is_kept(patient: Any, doctor: Any) -> None:
    Allergy.objects.create(
        patient=patient,
        recorded_by=doctor,
        substance="Penicillin",
        atc="J01C",
        severity=AllergySeverity.SEVERE,
    )
    draft = make_draft(patient, doctor, line(make_medicine("Amoxicillin", atc="J01CA04")))
    severe = [finding for finding in prescribing.findings(draft) if finding.grade == "severe"]
    assert severe
    for reasons in ({}, {severe[0].key: "  "}, {severe[0].key: 7}, {"other": "A reason"}):
        with pytest.raises(Invalid):
            prescribing.sign(draft.pk, actor=doctor, version=1, reasons=reasons)
    signed = prescribing.sign(
        draft.pk, actor=doctor, version=1, reasons={finding.key: "Tolerated twice" for finding in severe}
    )
    kept = SafetyOverride.objects.filter(prescription=signed)
    assert {(row.finding, row.reason) for row in kept} == {(f.key, "Tolerated twice") for f in severe}


def test_outsiders(patient: Any, doctor: Any, other_doctor: Any, other_patient: Any, manager: Any) -> None:
    signed = signed_prescription(patient, doctor)
    draft = make_draft(patient, doctor)
    for person in (patient, other_doctor, other_patient, manager):
        attempts: list[Any] = [
            lambda who=person: prescribing.begin(patient, author=who),
            lambda who=person: prescribing.save(draft.pk, actor=who, version=1, items=[line()]),
            lambda who=person: prescribing.sign(draft.pk, actor=who, version=1),
            lambda who=person: prescription_life.discard(draft.pk, actor=who),
            lambda who=person: prescription_life.stop(signed.pk, actor=who, reason="No more"),
            lambda who=person: prescription_life.change(signed.pk, actor=who),
            lambda who=person: prescription_life.repeat(signed.pk, actor=who),
        ]
        if person != patient:
            attempts.append(lambda who=person: prescription_life.dispense(signed.pk, actor=who))
        for attempt in attempts:
            with pytest.raises(NotAllowed):
                attempt()


def test_a_change_is_a_new_one_that_replaces(patient: Any, doctor: Any) -> None:
    first = signed_prescription(patient, doctor, line(), line(make_medicine("Ibuprofen")))
    prescription_life.stop_item(first.items.get(position=0).pk, actor=doctor, reason="Rash")
    draft = prescription_life.change(first.pk, actor=doctor)
    assert prescription_life.change(first.pk, actor=doctor) == draft
    assert [item.medicine.generic for item in draft.items.all()] == ["Ibuprofen"]
    first.refresh_from_db()
    assert first.status == S.SIGNED
    second = prescribing.sign(draft.pk, actor=doctor, version=0, reasons=AnyReason())
    first.refresh_from_db()
    assert (first.status, second.replaces) == (S.REPLACED, first)
    assert json.loads(second.payload)["re"] == first.number
    with pytest.raises(InvalidTransition):
        prescription_life.stop(first.pk, actor=doctor, reason="Too late")


def test_what_ended_meanwhile_is_not_replaced(patient: Any, doctor: Any) -> None:
    first = signed_prescription(patient, doctor)
    draft = prescription_life.change(first.pk, actor=doctor)
    prescription_life.stop(first.pk, actor=doctor, reason="Rash")
    with pytest.raises(InvalidTransition):
        prescribing.sign(draft.pk, actor=doctor, version=0, reasons=AnyReason())
    draft.refresh_from_db()
    assert (draft.status, draft.signature) == (S.DRAFT, "")


def test_stopping_the_last_medicine_ends_it(patient: Any, doctor: Any) -> None:
    signed = signed_prescription(patient, doctor, line(), line(make_medicine("Ibuprofen")))
    for item in signed.items.all():
        with pytest.raises(Invalid):
            prescription_life.stop_item(item.pk, actor=doctor, reason=" ")
        prescription_life.stop_item(item.pk, actor=doctor, reason="Rash")
        with pytest.raises(DomainError):
            prescription_life.stop_item(item.pk, actor=doctor, reason="Rash")
    signed.refresh_from_db()
    assert signed.status == S.STOPPED
    assert signing.holds(signed)


def test_a_thrown_away_change_can_be_begun_anew(patient: Any, doctor: Any) -> None:
    first = signed_prescription(patient, doctor)
    draft = prescription_life.change(first.pk, actor=doctor)
    prescription_life.discard(draft.pk, actor=doctor)
    assert prescription_life.change(first.pk, actor=doctor) != draft
    assert Prescription.objects.filter(replaces=first).count() == 1
