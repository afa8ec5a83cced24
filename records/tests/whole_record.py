"""A record with one or more of everything, and with what belongs in nobody's export."""

from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.domain import care
from accounts.models import User
from records.enums import Frequency, LabReportStatus, PrescriptionStatus
from records.models import (
    Allergy,
    Condition,
    FamilyHistory,
    ImagingAddendum,
    ImagingInstance,
    ImagingReport,
    ImagingSeries,
    ImagingStudy,
    Immunisation,
    Intake,
    LabPanel,
    LabParameter,
    LabReport,
    LabResult,
    Medicine,
    NoteAddendum,
    Prescription,
    PrescriptionItem,
    SocialHistory,
    VisitNote,
    VitalSigns,
)
from records.tests.factories import make_past_visit
from records.tests.files import make_document

HIDDEN = "Hidden-words"


def write_record(patient: User, doctor: User, service: Any, *, times: int = 1) -> None:
    """`times` of each kind that grows with the years."""
    care.link(patient, doctor)
    _write_facts(patient, doctor)
    grow(patient, doctor, service, range(times))
    _unseen({"patient": patient, "recorded_by": doctor}, service, medicine())


def _write_facts(patient: User, doctor: User) -> None:
    profile = patient.patient_profile
    profile.date_of_birth, profile.gender, profile.allergies = date(1980, 2, 29), "female", "Penicillin?\nधुलो"
    profile.emergency_contact_name, profile.blood_group, profile.conditions = "Ram <b>", "A+", "Asthma"
    profile.save()
    said: dict[str, Any] = {"patient": patient, "recorded_by": doctor}
    Condition.objects.create(
        **said, name="Asthma & eczema", icd10="J45", status="resolved", began_on=date(2001, 1, 1),
        ended_on=date(2010, 1, 1),
    )  # fmt: skip
    Condition.objects.create(
        **said, name=HIDDEN, voided_at=timezone.now(), voided_by=doctor, void_reason="Wrong"
    )
    Allergy.objects.create(**said, substance="Penicillin", atc="J01C", reaction="Rash", severity="severe")
    Allergy.objects.create(**said, substance="Dust")
    FamilyHistory.objects.create(**said, relation="mother", condition="Diabetes", age_at_onset=0)
    for topic in ("tobacco", "living"):
        SocialHistory.objects.create(**said, topic=topic, text="None <script>", said_on=date(2024, 1, 1))
    Immunisation.objects.create(
        **said, vaccine="Tetanus", given_on=date(2020, 1, 1), dose_number=2, given_by="X"
    )


def medicine() -> Medicine:
    return Medicine.objects.get_or_create(
        key="amoxicillin|capsule|500",
        defaults={
            "generic": "Amoxicillin", "form": "capsule", "strength": "500 mg", "unit": "capsule", "atc": "J01CA04",
        },
    )[0]  # fmt: skip


def grow(patient: User, doctor: User, service: Any, numbers: range) -> None:
    """One more of each kind for each number."""
    panel = LabPanel.objects.get_or_create(name="Export panel", loinc="58410-2")[0]
    potassium = LabParameter.objects.get_or_create(name="Kalium", loinc="2823-3", unit="mmol/L")[0]
    screen = LabParameter.objects.get_or_create(name="Screen", kind="text")[0]
    said: dict[str, Any] = {"patient": patient, "recorded_by": doctor}
    for number in numbers:
        _one_year(said, service, number=number, panel=panel, parameters=(potassium, screen))


def _one_year(said: dict[str, Any], service: Any, *, number: int, panel: Any, parameters: Any) -> None:
    patient, doctor = said["patient"], said["recorded_by"]
    then = timezone.now() - timedelta(days=30 + number)
    VitalSigns.objects.create(
        **said, measured_at=then, systolic=120, diastolic=80, pulse=70, temperature=Decimal("36.6"), breaths=14,
        oxygen=98, weight=Decimal("61.5"), height=Decimal("165.0"), glucose=Decimal("5.1"),
    )  # fmt: skip
    visit = make_past_visit(patient, doctor, service, days_ago=40 + number, reason="Cough\x0b & <fever>")
    note = VisitNote.objects.create(
        appointment=visit, author=doctor, kind="soap", subjective="Cough", objective="38 °C",
        assessment="Cold", plan="Tea\n& rest <p>",
    )  # fmt: skip
    VisitNote.objects.filter(pk=note.pk).update(status="final", signed_at=then)
    NoteAddendum.objects.create(note=note, text="Well again", author=doctor)
    signed = _sign(said, visit, number)
    for outcome, hour in (("taken", 8), ("skipped", 20)):
        Intake.objects.create(
            item=signed.items.get(),  # type: ignore[attr-defined]
            day=then.date(), time=time(hour), outcome=outcome, reason="side_effects" if outcome == "skipped" else "",
        )  # fmt: skip
    report = LabReport.objects.create(
        patient=patient, doctor=doctor, entered_by=doctor, appointment=visit, panel=panel, title="Blood",
        laboratory="City", collected_at=then, comment="Fine",
    )  # fmt: skip
    potassium, screen = parameters
    LabResult.objects.create(
        report=report, parameter=potassium, position=1, comparator="<", value=Decimal("0.1"), unit="mmol/L",
        low=Decimal("3.5"), flag="critical_low",
    )  # fmt: skip
    LabResult.objects.create(report=report, parameter=screen, position=2, text="neg")
    LabReport.objects.filter(pk=report.pk).update(
        status=LabReportStatus.RELEASED, final_at=then, released_at=then
    )
    _scan(said, service, number, then)
    make_document(patient, doctor, seed=number, title="Old letter")


def _scan(said: dict[str, Any], service: Any, number: int, then: Any) -> None:
    doctor = said["recorded_by"]
    report = ImagingReport.objects.create(
        patient=said["patient"], service=service, status="authorised", acquired_at=then, reported_by=doctor,
        reported_at=then, authorised_by=doctor, authorised_at=then, released_at=then, technique="T1 & T2",
        findings="A shadow\n<b>", impression="Old scar",
    )  # fmt: skip
    ImagingAddendum.objects.create(report=report, author=doctor, text="Compared with 2020")
    for state, uid in (("accepted", "1"), ("refused", "2")):
        study = ImagingStudy.objects.create(
            report=report, uid=f"1.2.3.{number}.{uid}", modality="CR", description="Chest", started_at=then,
            state=state, uploaded_by=doctor,
        )  # fmt: skip
        for name, body_part in (("4", "CHEST"), ("odd uid", "")):
            series = ImagingSeries.objects.create(study=study, uid=name, modality="CR", body_part=body_part)
            ImagingInstance.objects.create(series=series, uid="5", file="imaging/x.dcm", size=1)


def _sign(said: dict[str, Any], visit: Any, number: int) -> Prescription:
    prescription = Prescription.objects.create(
        patient=said["patient"], author=said["recorded_by"], appointment=visit, number=f"EX{number:06d}"
    )
    PrescriptionItem.objects.create(
        prescription=prescription, position=1, medicine=medicine(), dose=Decimal("1.5"), frequency=Frequency.TWICE,
        times=["08:00", "20:00"], starts_on=date(2024, 1, 1), days=7, quantity=21, instructions="After food",
    )  # fmt: skip
    Prescription.objects.filter(pk=prescription.pk).update(
        status=PrescriptionStatus.SIGNED, signed_at=timezone.now() - timedelta(days=number)
    )
    return prescription


def _unseen(said: dict[str, Any], service: Any, amoxicillin: Medicine) -> None:
    """Drafts, and what a patient does not see yet."""
    patient, doctor = said["patient"], said["recorded_by"]
    draft = Prescription.objects.create(patient=patient, author=doctor, number="DRAFT1", note=HIDDEN)
    PrescriptionItem.objects.create(
        prescription=draft, position=1, medicine=amoxicillin, dose=1, frequency="od", starts_on=date(2024, 1, 1),
        instructions=HIDDEN,
    )  # fmt: skip
    LabReport.objects.create(
        patient=patient, doctor=doctor, entered_by=doctor, title=HIDDEN, collected_at=timezone.now()
    )
    now = timezone.now()
    ImagingReport.objects.create(
        patient=patient,
        service=service,
        status="reported",
        acquired_at=now,
        reported_by=doctor,
        findings=HIDDEN,
    )
    ImagingReport.objects.create(
        patient=patient, service=service, status="authorised", acquired_at=now, reported_by=doctor,
        authorised_by=doctor, authorised_at=now, findings="Unreleased words",
    )  # fmt: skip
    visit = make_past_visit(patient, doctor, service, days_ago=9)
    VisitNote.objects.create(appointment=visit, author=doctor, text=HIDDEN)
    make_document(patient, doctor, seed=5000, title="Unreleased words", is_released=False)
