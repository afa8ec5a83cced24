"""What was done for a patient, as FHIR R4: visits, prescriptions and doses, lab reports, notes, documents."""

import base64
from collections.abc import Iterator
from typing import Any

from records.domain.dose_lines import said_reason
from records.enums import Frequency, IntakeOutcome, LabReportStatus, PrescriptionStatus, ResultFlag
from records.models import Document, Intake, LabReport, LabResult, Prescription, PrescriptionItem, VisitNote
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment

from .collect import Record, parts_of
from .fhir_facts import Refer
from .fhir_imaging import imaging
from .fhir_parts import (
    ATC,
    LOINC,
    TERMINOLOGY,
    Json,
    coded,
    concept,
    moment,
    narrative,
    quantity,
    to,
)

# So many bytes of files travel inside the bundle, the newest first; of the others it says where they are.
FILES_INSIDE = 25 * 1024 * 1024

_A = AppointmentStatus
_ENCOUNTER = {
    _A.CONFIRMED: "planned",
    _A.PENDING_CONFIRMATION: "planned",
    _A.CHECKED_IN: "arrived",
    _A.IN_PROGRESS: "in-progress",
    _A.COMPLETED: "finished",
}
_P = PrescriptionStatus
_MEDICATION = {
    _P.SIGNED: "active",
    _P.DISPENSED: "completed",
    _P.STOPPED: "stopped",
    _P.REPLACED: "stopped",
}
_ROUTES = {"im": "IM", "iv": "IV"}
# How often -> (frequency, period, unit of the period).
_TIMING: dict[str, tuple[int, int, str]] = {
    Frequency.DAILY: (1, 1, "d"),
    Frequency.NIGHTLY: (1, 1, "d"),
    Frequency.TWICE: (2, 1, "d"),
    Frequency.THRICE: (3, 1, "d"),
    Frequency.FOUR: (4, 1, "d"),
    Frequency.EVERY_6_HOURS: (1, 6, "h"),
    Frequency.EVERY_8_HOURS: (1, 8, "h"),
    Frequency.EVERY_12_HOURS: (1, 12, "h"),
    Frequency.EVERY_OTHER_DAY: (1, 2, "d"),
    Frequency.WEEKLY: (1, 1, "wk"),
    Frequency.MONTHLY: (1, 1, "mo"),
}
_FLAGS = {
    ResultFlag.NORMAL: "N",
    ResultFlag.LOW: "L",
    ResultFlag.HIGH: "H",
    ResultFlag.CRITICAL_LOW: "LL",
    ResultFlag.CRITICAL_HIGH: "HH",
    ResultFlag.ABNORMAL: "A",
}


def care(record: Record, refer: Refer) -> Iterator[Json]:
    visits = {visit.pk for visit in record.visits}
    for visit in record.visits:
        yield _encounter(visit, refer)
    for prescription in record.prescriptions:
        yield from _requests(prescription, refer, visits)
    items = {item.pk for prescription in record.prescriptions for item in prescription.items.all()}  # type: ignore[attr-defined]
    for intake in record.intakes:
        if intake.item_id in items:
            yield _administration(intake, record)
    for report in record.labs:
        yield from _report(report, refer, visits)
    for scan in record.imaging:
        yield from imaging(scan, refer, visits)
    for note in record.notes:
        yield _composition(note, refer, visits)
    inside = _inside(record.documents)
    for document in record.documents:
        yield _document(document, refer, document.pk in inside)


def _encounter(visit: Appointment, refer: Refer) -> Json:
    is_video = visit.mode == "video"
    return {
        "resourceType": "Encounter",
        "id": str(visit.pk),
        "status": _ENCOUNTER.get(AppointmentStatus(visit.status), "cancelled"),
        "class": {
            "system": f"{TERMINOLOGY}/v3-ActCode",
            "code": "VR" if is_video else "AMB",
            "display": "virtual" if is_video else "ambulatory",
        },
        "type": [concept(visit.service.name)],
        "subject": to(visit.patient_id),
        "participant": [{"individual": refer(visit.doctor)}],
        "period": {"start": moment(visit.starts_at), "end": moment(visit.ends_at)},
        "reasonCode": [concept(visit.reason)] if visit.reason else None,
    }


def _requests(prescription: Prescription, refer: Refer, visits: set[Any]) -> Iterator[Json]:
    for item in prescription.items.all():  # type: ignore[attr-defined]
        status = _MEDICATION[PrescriptionStatus(prescription.status)]
        replaced = prescription.status == PrescriptionStatus.REPLACED
        yield {
            "resourceType": "MedicationRequest",
            "id": str(item.pk),
            "groupIdentifier": {"value": prescription.number},
            "status": "stopped" if item.stopped_at else status,
            "statusReason": concept(item.stop_reason or ("replaced" if replaced else "")),
            "intent": "order",
            "medicationCodeableConcept": _medicine(item),
            "subject": to(prescription.patient_id),
            "encounter": to(prescription.appointment_id) if prescription.appointment_id in visits else None,
            "authoredOn": moment(prescription.signed_at),
            "requester": refer(prescription.author),
            "dosageInstruction": [_dosage(item)],
            "dispenseRequest": {
                "quantity": {"value": float(item.quantity), "unit": item.medicine.unit}
                if item.quantity is not None
                else None,
                "expectedSupplyDuration": {
                    "value": item.days,
                    "unit": "d",
                    "system": "http://unitsofmeasure.org",
                    "code": "d",
                }
                if item.days
                else None,
            },
            "note": [{"text": prescription.note}] if prescription.note else None,
        }


def _medicine(item: PrescriptionItem) -> Json:
    return concept(str(item.medicine), (ATC, item.medicine.atc, item.medicine.generic))


def _dosage(item: PrescriptionItem) -> Json:
    repeat: Json = {}
    if item.frequency in _TIMING:
        frequency, period, unit = _TIMING[item.frequency]
        repeat = {"frequency": frequency, "period": period, "periodUnit": unit}
    elif item.frequency == Frequency.ONCE:
        repeat = {"count": 1}
    if item.times and repeat.get("periodUnit") == "d":
        repeat["timeOfDay"] = [f"{time}:00" for time in item.times]
    if item.days:
        repeat["boundsPeriod"] = {"start": moment(item.starts_on)}
    return {
        "text": item.instructions or str(Frequency(item.frequency).label),
        "timing": {"repeat": repeat, "code": concept(str(Frequency(item.frequency).label))},
        "asNeededBoolean": True if item.as_needed else None,
        "route": concept(item.get_route_display()),
        "doseAndRate": [{"doseQuantity": {"value": float(item.dose), "unit": item.medicine.unit}}],
    }


def _administration(intake: Intake, record: Record) -> Json:
    taken = intake.outcome == IntakeOutcome.TAKEN
    return {
        "resourceType": "MedicationAdministration",
        "id": str(intake.pk),
        "status": "completed" if taken else "not-done",
        "statusReason": [concept(said_reason(intake.reason))] if intake.reason else None,
        "medicationCodeableConcept": _medicine(intake.item),
        "subject": to(record.patient.pk),
        "effectiveDateTime": moment(intake.taken_at) or moment(intake.day),
        "performer": [{"actor": to(record.patient.pk)}],
        "request": to(intake.item_id),
    }


def _report(report: LabReport, refer: Refer, visits: set[Any]) -> Iterator[Json]:
    results = list(report.results.all())  # type: ignore[attr-defined]
    for result in results:
        yield _result(report, result)
    loinc = report.panel.loinc if report.panel else ""
    settled = report.status in (LabReportStatus.FINAL, LabReportStatus.RELEASED)
    corrected = report.replaces_id is not None
    yield {
        "resourceType": "DiagnosticReport",
        "id": str(report.pk),
        "status": ("corrected" if corrected else "final") if settled else "preliminary",
        "category": [coded("v2-0074", "LAB", "Laboratory")],
        "code": concept(report.title, (LOINC, loinc, "")),
        "subject": to(report.patient_id),
        "encounter": to(report.appointment_id) if report.appointment_id in visits else None,
        "effectiveDateTime": moment(report.collected_at),
        "issued": moment(report.released_at or report.final_at),
        "performer": [{"display": report.laboratory}] if report.laboratory else None,
        "resultsInterpreter": [refer(report.doctor)],
        "result": [to(result.pk) for result in results],
        "conclusion": report.comment,
    }


def _result(report: LabReport, result: LabResult) -> Json:
    parameter = result.parameter
    limits = {
        "low": quantity(result.low, result.unit) if result.low is not None else None,
        "high": quantity(result.high, result.unit) if result.high is not None else None,
    }
    return {
        "resourceType": "Observation",
        "id": str(result.pk),
        "status": "final",
        "category": [coded("observation-category", "laboratory")],
        "code": concept(parameter.name, (LOINC, parameter.loinc, "")),
        "subject": to(report.patient_id),
        "effectiveDateTime": moment(report.collected_at),
        "valueQuantity": quantity(result.value, result.unit, result.comparator)
        if result.value is not None
        else None,
        "valueString": result.text if result.value is None else None,
        "interpretation": [
            coded("v3-ObservationInterpretation", _FLAGS[ResultFlag(result.flag)]),
        ]
        if result.flag
        else None,
        "referenceRange": [limits] if limits["low"] or limits["high"] else None,
        "note": [{"text": result.text}] if result.text and result.value is not None else None,
    }


def _composition(note: VisitNote, refer: Refer, visits: set[Any]) -> Json:
    addenda = list(note.addenda.all())  # type: ignore[attr-defined]
    return {
        "resourceType": "Composition",
        "id": str(note.pk),
        "status": "amended" if addenda else "final",
        "type": concept("Progress note", (LOINC, "11506-3", "Progress note")),
        "subject": to(note.appointment.patient_id),
        "encounter": to(note.appointment_id) if note.appointment_id in visits else None,
        "date": moment(note.signed_at),
        "author": [refer(note.author)],
        "title": note.appointment.service.name,
        "section": [
            *({"title": title, "text": narrative(text)} for title, text in parts_of(note)),
            *(
                {
                    "title": f"Addendum {added.created_at.isoformat()}",
                    "author": [refer(added.author)],
                    "text": narrative(added.text),
                }
                for added in addenda
            ),
        ],
    }


def _inside(documents: list[Document]) -> set[Any]:
    """Whose files fit into the bundle, the newest first."""
    room, chosen = FILES_INSIDE, set()
    for document in reversed(documents):
        if document.file and document.size <= room:
            room -= document.size
            chosen.add(document.pk)
    return chosen


def _document(document: Document, refer: Refer, inside: bool) -> Json:
    data = None
    if inside:
        try:
            with document.file.open("rb") as file:
                data = base64.b64encode(file.read()).decode()
        except FileNotFoundError:
            data = None
    return {
        "resourceType": "DocumentReference",
        "id": str(document.pk),
        "status": "current",
        "type": concept(document.get_category_display()),
        "subject": to(document.patient_id),
        "date": moment(document.created_at),
        "author": [refer(document.recorded_by)],
        "description": document.title,
        "content": [
            {
                "attachment": {
                    "contentType": document.content_type,
                    "title": document.name,
                    "creation": moment(document.dated_on),
                    "size": document.size,
                    # Where it can be had by who may: the portal asks again.
                    "url": f"/documents/{document.pk}/file/" if document.file and not data else None,
                    "data": data,
                }
            }
        ],
    }
