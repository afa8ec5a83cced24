"""A patient's history: written by doctors who may open the record, corrected, voided, never deleted."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from accounts.domain import break_glass, care
from accounts.enums import ActivityVerb as V
from accounts.models import Activity, User
from clinic.core.errors import Invalid, NotAllowed
from records.domain import history
from records.models import Allergy, Condition, VitalSigns
from scheduling.tests.factories import make_appointment

pytestmark = pytest.mark.django_db

PENICILLIN = {"substance": " Penicillin ", "atc": "j01ce", "reaction": "Rash", "severity": "moderate"}


@pytest.fixture
def note(patient: User, doctor: User) -> Callable[..., Any]:
    care.link(patient, doctor)

    def write(kind: str, author: User = doctor, **values: Any) -> Any:
        return history.record(patient, kind=kind, values=values, author=author)

    return write


def test_a_fact_is_kept_tidy_and_noted_without_its_words(note: Any, patient: User, doctor: User) -> None:
    fact = note("allergy", **PENICILLIN)
    assert (fact.substance, fact.atc, fact.recorded_by) == ("Penicillin", "J01CE", doctor)
    row = Activity.objects.get(verb=V.HISTORY_RECORDED)
    assert (row.actor, row.patient, row.target_id) == (doctor, patient, str(fact.pk))
    assert row.changed == ["atc", "reaction", "severity", "substance"]
    assert "enicillin" not in f"{row.reason}{row.changed}"


def test_a_double_click_writes_one_and_another_detail_is_refused(note: Any) -> None:
    fact = note("allergy", **PENICILLIN)
    assert note("allergy", **PENICILLIN) == fact
    with pytest.raises(history.AlreadyRecorded) as refusal:
        note("allergy", **{**PENICILLIN, "substance": "penicillin", "severity": "severe"})
    assert refusal.value.extra == {"fact": str(fact.pk)}
    assert Allergy.objects.count() == 1
    note("condition", name="Pneumonia", status="resolved")
    # It may come again, but not twice at once.
    note("condition", name="Pneumonia", status="active")
    with pytest.raises(history.AlreadyRecorded):
        note("condition", name="pneumonia", status="active", icd10="J18")


@pytest.mark.parametrize("who", ["patient", "other_patient", "other_doctor", "manager", "admin"])
def test_nobody_else_writes_or_voids(note: Any, patient: User, request: Any, who: str) -> None:
    fact = note("allergy", **PENICILLIN)
    stranger = request.getfixturevalue(who)
    with pytest.raises(NotAllowed):
        note("allergy", author=stranger, substance="Latex")
    with pytest.raises(NotAllowed):
        history.void(patient, fact.pk, kind="allergy", reason="Not true", author=stranger)
    with pytest.raises(NotAllowed):
        history.correct(patient, fact.pk, kind="allergy", values={"substance": "Latex"}, author=stranger)


def test_who_broke_the_glass_may_warn_the_next(note: Any, patient: User, other_doctor: User) -> None:
    break_glass.open_record(other_doctor, patient, reason="Found unconscious, needs help.")
    assert note("allergy", author=other_doctor, substance="Latex").recorded_by == other_doctor


def test_an_entry_of_another_patient_is_out_of_reach(
    note: Any, other_patient: User, doctor: User, patient: User, service: Any
) -> None:
    fact = note("allergy", **PENICILLIN)
    care.link(other_patient, doctor)
    with pytest.raises(NotAllowed):
        history.void(other_patient, fact.pk, kind="allergy", reason="Not true", author=doctor)
    visit = make_appointment(other_patient, doctor, service)
    with pytest.raises(NotAllowed):
        history.record(
            patient, kind="social", values={"topic": "work", "text": "Cook", "said_on": timezone.localdate()},
            author=doctor, appointment=visit,
        )  # fmt: skip


def test_voiding_keeps_the_row_and_happens_once(note: Any, patient: User, doctor: User) -> None:
    fact = note("allergy", **PENICILLIN)
    for reason in ("", " x ", "a" * 241, "bad\x07"):
        with pytest.raises(Invalid):
            history.void(patient, fact.pk, kind="allergy", reason=reason, author=doctor)
    history.void(patient, fact.pk, kind="allergy", reason="Another patient's", author=doctor)
    with pytest.raises(history.Voided):
        history.void(patient, fact.pk, kind="allergy", reason="Again", author=doctor)
    stored = Allergy.objects.get(pk=fact.pk)
    assert (stored.void_reason, stored.voided_by) == ("Another patient's", doctor)
    # What was voided keeps nobody from writing it down again.
    assert note("allergy", **PENICILLIN) != fact


def test_a_correction_puts_a_new_entry_in_its_place(note: Any, patient: User, doctor: User) -> None:
    fact = note("condition", name="Asthma", began_on=timezone.localdate() - timedelta(days=900))
    unchanged = {"name": "Asthma", "began_on": fact.began_on}
    assert history.correct(patient, fact.pk, kind="condition", values=unchanged, author=doctor) == fact
    newer = history.correct(
        patient, fact.pk, kind="condition", values={"name": "Asthma", "status": "remission"}, author=doctor
    )
    assert list(Condition.objects.filter(voided_at=None)) == [newer]
    with pytest.raises(history.Voided):
        history.correct(patient, fact.pk, kind="condition", values={"name": "Asthma"}, author=doctor)


NOW = timezone.now
TODAY = timezone.localdate


@pytest.mark.parametrize(
    ("kind", "values", "field"),
    [
        ("vitals", lambda: {"measured_at": NOW()}, "systolic"),
        ("vitals", lambda: {"measured_at": NOW(), "systolic": 80, "diastolic": 120}, "diastolic"),
        ("vitals", lambda: {"measured_at": NOW(), "diastolic": 80}, "systolic"),
        ("vitals", lambda: {"measured_at": NOW(), "pulse": 1000}, "pulse"),
        ("vitals", lambda: {"measured_at": NOW(), "temperature": "367"}, "temperature"),
        ("vitals", lambda: {"measured_at": NOW(), "weight": "NaN"}, "weight"),
        ("vitals", lambda: {"measured_at": NOW(), "weight": 10**9}, "weight"),
        ("vitals", lambda: {"measured_at": NOW() + timedelta(hours=1), "pulse": 70}, "measured_at"),
        ("vitals", lambda: {"pulse": 70}, "measured_at"),
        ("condition", lambda: {"name": ""}, "name"),
        ("condition", lambda: {"name": "x" * 161}, "name"),
        ("condition", lambda: {"name": "\u202egnidaelsim"}, "name"),
        ("condition", lambda: {"name": "Asthma", "status": "cured"}, "status"),
        ("condition", lambda: {"name": "Asthma", "began_on": TODAY() + timedelta(days=1)}, "began_on"),
        (
            "condition",
            lambda: {"name": "A", "began_on": TODAY(), "ended_on": "2020-01-01", "status": "resolved"},
            "ended_on",
        ),
        ("condition", lambda: {"name": "Asthma", "ended_on": TODAY()}, "status"),
        ("immunisation", lambda: {"vaccine": "BCG", "given_on": "1812-01-01"}, "given_on"),
        ("immunisation", lambda: {"vaccine": "BCG", "given_on": "soon"}, "given_on"),
        ("immunisation", lambda: {"vaccine": "BCG", "given_on": "2020-01-01", "dose_number": 0}, "dose_number"),
        ("family", lambda: {"relation": "mother", "condition": "Stroke", "age_at_onset": 300}, "age_at_onset"),
        ("family", lambda: {"relation": "neighbour", "condition": "Stroke"}, "relation"),
    ],
)  # fmt: skip
def test_what_can_not_be_is_refused_by_name(note: Any, kind: str, values: Any, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        note(kind, **values())
    assert field in refusal.value.fields
    assert Activity.objects.filter(verb=V.HISTORY_RECORDED).count() == 0


def test_nothing_is_older_than_the_patient(note: Any, patient: User) -> None:
    patient.patient_profile.date_of_birth = TODAY() - timedelta(days=365)
    patient.patient_profile.save()
    with pytest.raises(Invalid):
        note("immunisation", vaccine="BCG", given_on=TODAY() - timedelta(days=400))


def test_vital_signs_need_one_value(note: Any) -> None:
    stored = note("vitals", measured_at=NOW(), temperature="37.4")
    assert VitalSigns.objects.get(pk=stored.pk).systolic is None
    assert isinstance(stored.pk, UUID)
