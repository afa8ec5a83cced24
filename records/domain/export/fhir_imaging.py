"""Scans as FHIR R4: the report, the study its pictures make up, and what each series of it is."""

import re
from collections.abc import Iterator
from typing import Any

from records.domain.imaging import writing
from records.models import ImagingReport, ImagingSeries, ImagingStudy

from .fhir_facts import Refer
from .fhir_parts import LOINC, Json, coded, concept, moment, to

DCM = "http://dicom.nema.org/resources/ontology/DCM"
# What a DICOM UID may look like; FHIR's ids of series must be such.
_UID = re.compile(r"[0-9]+(\.[0-9]+)*")


def imaging(report: ImagingReport, refer: Refer, visits: set[Any]) -> Iterator[Json]:
    studies = list(report.studies.all())  # type: ignore[attr-defined]
    for study in studies:
        yield _study(study, report, refer)
    readers = [person for person in (report.reported_by, report.authorised_by) if person is not None]
    addenda = list(report.addenda.all())  # type: ignore[attr-defined]
    yield {
        "resourceType": "DiagnosticReport",
        "id": str(report.pk),
        "status": "appended" if addenda else "final",
        "category": [coded("v2-0074", "RAD", "Radiology")],
        "code": concept(report.service.name, (LOINC, "18748-4", "Diagnostic imaging study")),
        "subject": to(report.patient_id),
        "encounter": to(report.appointment_id) if report.appointment_id in visits else None,
        "effectiveDateTime": moment(report.acquired_at),
        "issued": moment(report.released_at or report.authorised_at),
        "resultsInterpreter": list({person.pk: refer(person) for person in readers}.values()),
        "imagingStudy": [to(study.pk) for study in studies],
        "conclusion": "\n\n".join(
            [
                *(f"{label}\n{text}" for _name, label, text in writing.parts(report)),
                *(f"{added.created_at.isoformat()} {added.author.name}\n{added.text}" for added in addenda),
            ]
        ),
    }


def _study(study: ImagingStudy, report: ImagingReport, refer: Refer) -> Json:
    series = list(study.series.all())  # type: ignore[attr-defined]
    return {
        "resourceType": "ImagingStudy",
        "id": str(study.pk),
        "identifier": [{"system": "urn:dicom:uid", "value": f"urn:oid:{study.uid}"}],
        "status": "available",
        "modality": [_modality(study.modality)] if study.modality else None,
        "subject": to(report.patient_id),
        "started": moment(study.started_at),
        "referrer": refer(report.referral.referrer) if report.referral else None,
        "description": study.description,
        "numberOfSeries": len(series),
        "numberOfInstances": sum(map(_pictures, series)),
        "series": [_series(each) for each in series if _UID.fullmatch(each.uid)],
    }


def _series(series: ImagingSeries) -> Json:
    return {
        "uid": series.uid,
        "number": max(series.number, 0),
        # Every series has to have one; OT is DICOM's "other".
        "modality": _modality(series.modality or "OT"),
        "description": series.description,
        "numberOfInstances": _pictures(series),
        "bodySite": {"display": series.body_part} if series.body_part else None,
    }


def _pictures(series: ImagingSeries) -> int:
    return int(series.pictures)  # type: ignore[attr-defined]


def _modality(code: str) -> Json:
    return {"system": DCM, "code": code}
