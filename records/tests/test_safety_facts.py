"""What the safety check reads of a patient, in how many queries, and what it finds with the starter catalogue."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from records.domain import prescribing, safety, safety_facts
from records.models import (
    Allergy,
    Condition,
    Interaction,
    LabParameter,
    LabReport,
    LabResult,
    Medicine,
    Prescription,
    VitalSigns,
)
from records.templatetags.safety import graded

from .prescriptions import line, make_draft, make_medicine, signed_prescription

pytestmark = pytest.mark.django_db


def plan(medicine: Medicine, dose: str = "1", frequency: str = "od", **more: Any) -> safety.PlannedItem:
    return safety.PlannedItem("0", str(medicine.pk), Decimal(dose), frequency, **more)


def keys(patient: Any, *items: safety.PlannedItem, **more: Any) -> dict[str, str]:
    return {finding.key: str(finding.grade) for finding in safety_facts.findings_for(patient, items, **more)}


def measured(patient: Any, days_ago: int, **values: Any) -> VitalSigns:
    at = timezone.now() - timedelta(days=days_ago)
    return VitalSigns.objects.create(patient=patient, recorded_by=patient, measured_at=at, **values)


def creatinine(
    patient: Any, doctor: Any, value: str, unit: str, *, days_ago: int = 1, status: str = "final"
) -> None:
    parameter, _new = LabParameter.objects.get_or_create(name="Creatinine", defaults={"loinc": "2160-0"})
    now = timezone.now()
    report = LabReport.objects.create(
        patient=patient, doctor=doctor, entered_by=doctor, title="Kidneys", collected_at=now - timedelta(days=days_ago),
    )  # fmt: skip
    LabResult.objects.create(report=report, parameter=parameter, position=1, value=Decimal(value), unit=unit)
    LabReport.objects.filter(pk=report.pk).update(status=status, final_at=now)


def test_the_newest_measurement_holds_before_what_the_patient_says(patient: Any) -> None:
    profile = patient.patient_profile
    profile.weight_kg, profile.height_cm = Decimal(90), 180
    profile.save()
    assert safety_facts.subject_for(patient).weight_kg == 90
    assert safety_facts.subject_for(patient).weighed_on is None
    measured(patient, 10, weight=Decimal(60))
    measured(patient, 3, weight=Decimal(61), height=Decimal(170))
    measured(patient, 1, pulse=70)
    voided = measured(patient, 0, weight=Decimal(16))
    VitalSigns.objects.filter(pk=voided.pk).update(voided_at=timezone.now())
    subject = safety_facts.subject_for(patient)
    assert (subject.weight_kg, subject.height_cm) == (61, 170)
    assert subject.weighed_on == timezone.localdate() - timedelta(days=3)
    assert (subject.born_on, subject.gender) == (date(1990, 5, 17), "female")


def test_creatinine_in_either_unit_of_final_reports_only(patient: Any, doctor: Any) -> None:
    assert safety_facts.subject_for(patient).creatinine is None
    creatinine(patient, doctor, "1.2", "mg/dL", days_ago=5)
    assert safety_facts.subject_for(patient).creatinine == safety.Creatinine(
        Decimal("106.104"), timezone.localdate() - timedelta(days=5)
    )
    creatinine(patient, doctor, "90", "umol/L", days_ago=2)
    creatinine(patient, doctor, "900", "umol/L", days_ago=1, status="preliminary")
    found = safety_facts.subject_for(patient).creatinine
    assert found
    assert found.umol_per_l == 90


@pytest.mark.parametrize(
    ("fields", "pregnant"),
    [
        ({"name": "Normal pregnancy", "icd10": "Z34"}, True),
        ({"name": "Gestational diabetes", "icd10": "O24"}, True),
        ({"name": "After delivery", "icd10": "O90"}, None),
        ({"name": "Pregnancy", "began_on": date(2019, 1, 1)}, None),
        ({"name": "Pregnancy", "status": "resolved"}, None),
        ({"name": "Asthma", "icd10": "J45"}, None),
    ],
)
def test_pregnancy_is_read_from_the_conditions(
    patient: Any, fields: dict[str, Any], pregnant: bool | None
) -> None:
    Condition.objects.create(patient=patient, recorded_by=patient, **fields)
    assert safety_facts.subject_for(patient).pregnant is pregnant


def test_allergies_of_the_record_and_in_the_patients_words(patient: Any) -> None:
    patient.patient_profile.allergies = "Aspirin, dust; penicillin"
    patient.patient_profile.save()
    Allergy.objects.create(
        patient=patient, recorded_by=patient, substance="Penicillin", atc="J01C", severity="severe"
    )
    Allergy.objects.create(patient=patient, recorded_by=patient, substance="Dust", voided_at=timezone.now())
    found = safety_facts.subject_for(patient).allergies
    assert [(one.substance, one.atc, one.said_by_patient) for one in found] == [
        ("Penicillin", "J01C", False),
        ("Aspirin", "", True),
    ]


def test_what_is_taken_counts_until_it_is_over_or_stopped(patient: Any, doctor: Any) -> None:
    warfarin = make_medicine("Warfarin", atc="B01AA03", strength_mg=5)
    ibuprofen = make_medicine("Ibuprofen", atc="M01AE01", strength_mg=400)
    Interaction.objects.create(
        first="B01AA", second="M01A", severity="severe", effect="Bleeding.", source="BNF"
    )
    key = "interaction:b01aa03:m01ae01"
    assert key not in keys(patient, plan(ibuprofen))
    make_draft(patient, doctor, line(warfarin, days=30))
    assert key not in keys(patient, plan(ibuprofen)), "a draft is not taken"
    signed = prescribing.sign(Prescription.objects.get().pk, actor=doctor, version=1)
    assert keys(patient, plan(ibuprofen))[key] == "severe"
    assert key not in keys(patient, plan(ibuprofen), replacing=signed.pk)
    later = plan(ibuprofen, starts_on=timezone.localdate() + timedelta(days=30))
    assert key not in keys(patient, later)


@pytest.mark.parametrize("many", [1, 30])
def test_constant_queries(patient: Any, doctor: Any, many: int) -> None:
    medicines = [make_medicine(f"Medicine {n}", atc=f"X{n:02}XX{n:02}") for n in range(many)]
    signed_prescription(patient, doctor, *[line(medicine) for medicine in medicines[:20]])
    for n in range(many):
        Allergy.objects.create(patient=patient, recorded_by=doctor, substance=f"Thing {n}")
        measured(patient, n, weight=Decimal(60), height=Decimal(160))
        creatinine(patient, doctor, "1", "mg/dL", days_ago=n)
    with CaptureQueriesContext(connection) as queries:
        assert safety_facts.findings_for(patient, [plan(medicine) for medicine in medicines])
    assert len(queries) == 9


def test_said_in_the_readers_language_with_the_group(patient: Any) -> None:
    params = (("group", "Female"), ("medicine", "Female"))
    finding = safety.Finding("k", safety.Kind.ALLERGY, safety.Grade.SEVERE, "%(medicine)s %(group)s", params)
    with translation.override("ne"):
        assert safety_facts.say(finding) == "Female महिला"
    with translation.override("en"):
        assert safety_facts.say(finding) == finding.text


def test_the_portals_own_sources_are_in_the_readers_language_and_books_as_they_are_called() -> None:
    params = (("medicine", "M"),)
    sources = ("", "BNF. Allergies in this patient's record")
    found = [
        safety.Finding(str(n), safety.Kind.ALLERGY, safety.Grade.SEVERE, "%(medicine)s", params, source)
        for n, source in enumerate(sources)
    ]
    with translation.override("ne"):
        shown = graded(found)["severe"]
    assert [one.source for one in shown] == ["", "BNF. यस बिरामीको अभिलेखका एलर्जी"]


def test_ids_that_are_none_are_not_in_the_catalogue(patient: Any) -> None:
    item = safety.PlannedItem("0", "no uuid", Decimal(1))
    assert keys(patient, item)["unknown:medicine:no uuid"] == "info"


# --- With the catalogue the portal brings along ---


def named(generic: str, **more: Any) -> Medicine:
    found = Medicine.objects.filter(generic=generic, **more).order_by("brand", "strength").first()
    assert found, generic
    return found


def test_the_starter_catalogue_carries_the_known_dangers(patient: Any) -> None:
    call_command("load_medicines")
    Allergy.objects.create(patient=patient, recorded_by=patient, substance="Penicillin", atc="J01C")
    warfarin, ibuprofen = named("Warfarin"), named("Ibuprofen", form="tablet")
    found = keys(patient, plan(warfarin), plan(ibuprofen))
    assert found["interaction:b01aa03:m01ae01"] == "severe"
    assert keys(patient, plan(named("Amoxicillin", form="capsule")))[
        "allergy:" + str(Allergy.objects.get().pk) + ":j01ca04"
    ]
    methotrexate = named("Methotrexate", form="tablet")
    assert keys(patient, plan(methotrexate))[f"dose:weekly:{methotrexate.atc.lower()}"] == "severe"
    paracetamol, codeine = named("Paracetamol", strength="500 mg"), named("Paracetamol + codeine")
    found = keys(patient, plan(paracetamol, "2", "qid"), plan(codeine, "2", "tds"))
    assert found["dose:day:n02be01"] == "severe"
    assert found["duplicate:n02aj06:n02be01"] == "severe"
    quiet = keys(patient, plan(paracetamol, "1", "tds"))
    assert not set(quiet.values()) & {"severe", "caution"}, quiet


def test_every_medicine_of_the_starter_catalogue_can_be_checked(patient: Any) -> None:
    """Alone and at one unit a day nothing of the catalogue makes the check fail or calls its own strength too much."""
    call_command("load_medicines")
    subject = safety_facts.subject_for(patient)
    rows = list(Medicine.objects.all())
    items = [plan(row, route=row.routes[0].split()[0]) for row in rows]
    knowledge = safety_facts.knowledge_for(items)
    wrong = [
        f"{row}: {finding.text}"
        for row, item in zip(rows, items, strict=True)
        for finding in safety.check(subject, [item], knowledge)
        if finding.grade == "severe"
        and finding.kind == safety.Kind.DOSE
        and not finding.key.startswith("dose:weekly")
    ]
    assert wrong == []
