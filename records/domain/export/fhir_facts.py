"""What is known of a patient, as FHIR R4: the person, conditions, allergies, vaccinations, family, social, vitals."""

from collections.abc import Callable, Iterator
from typing import Any

from accounts.models import User
from records.enums import AllergySeverity, Relation, SocialTopic
from records.models import Allergy, Condition, FamilyHistory, Immunisation, SocialHistory, VitalSigns

from .collect import Record
from .fhir_parts import ATC, ICD10, LOINC, TERMINOLOGY, Json, coded, concept, moment, part_id, quantity, to

_RELATIONS = {
    Relation.MOTHER: "MTH",
    Relation.FATHER: "FTH",
    Relation.SIBLING: "SIB",
    Relation.CHILD: "CHILD",
    Relation.GRANDPARENT: "GRPRN",
    Relation.OTHER: "FAMMEMB",
}
_SOCIAL = {
    SocialTopic.TOBACCO: "72166-2",
    SocialTopic.ALCOHOL: "11331-6",
    SocialTopic.DRUGS: "11343-1",
    SocialTopic.WORK: "11341-5",
}
# Field -> (LOINC, display, UCUM).
_VITALS = {
    "pulse": ("8867-4", "Heart rate", "/min"),
    "temperature": ("8310-5", "Body temperature", "Cel"),
    "breaths": ("9279-1", "Respiratory rate", "/min"),
    "oxygen": ("2708-6", "Oxygen saturation in Arterial blood", "%"),
    "weight": ("29463-7", "Body weight", "kg"),
    "height": ("8302-2", "Body height", "cm"),
    "glucose": ("15074-8", "Glucose [Moles/volume] in Blood", "mmol/L"),
}
_PRESSURE = {
    "systolic": ("8480-6", "Systolic blood pressure"),
    "diastolic": ("8462-4", "Diastolic blood pressure"),
}


# A reference to a person, who is then in the bundle.
Refer = Callable[[User], Json]


def person(record: Record, organisation: Any) -> Json:
    patient, profile = record.patient, record.profile
    known = profile is not None
    return {
        "resourceType": "Patient",
        "id": str(patient.pk),
        "active": patient.is_active,
        "name": [
            {
                "use": "official",
                "family": patient.last_name,
                "given": [patient.first_name],
                "text": patient.name,
            }
        ],
        "telecom": [
            {"system": "phone", "value": str(patient.phone or "")} if patient.phone else {},
            {"system": "email", "value": patient.email},
        ],
        "gender": profile.gender if known else None,
        "birthDate": moment(profile.date_of_birth) if known else None,
        "address": [{"text": profile.address}] if known else None,
        "contact": [
            {
                "relationship": [coded("v2-0131", "C", "Emergency Contact")],
                "name": {"text": profile.emergency_contact_name},
                "telecom": [{"system": "phone", "value": str(profile.emergency_contact_phone or "")}]
                if profile.emergency_contact_phone
                else None,
            }
        ]
        if known and profile.emergency_contact_name
        else None,
        "communication": [{"language": concept("", ("urn:ietf:bcp:47", patient.language, ""))}],
        "managingOrganization": to(organisation),
    }


def facts(record: Record, refer: Refer) -> Iterator[Json]:
    for condition in record.conditions:
        yield _condition(condition, refer)
    for allergy in record.allergies:
        yield _allergy(allergy, refer)
    for vaccination in record.immunisations:
        yield _immunisation(vaccination)
    for relative in record.family:
        yield _relative(relative)
    for said in record.social:
        yield _social(said, refer)
    for measured in record.vitals:
        yield from _vitals(measured, refer)
    yield from _said_by_patient(record)


def _condition(row: Condition, refer: Refer) -> Json:
    return {
        "resourceType": "Condition",
        "id": str(row.pk),
        "clinicalStatus": coded("condition-clinical", row.status),
        "verificationStatus": coded("condition-ver-status", "confirmed"),
        "category": [coded("condition-category", "problem-list-item")],
        "code": concept(row.name, (ICD10, row.icd10, "")),
        "subject": to(row.patient_id),
        "onsetDateTime": moment(row.began_on),
        # A date of its end belongs to what is no longer active (con-4).
        "abatementDateTime": moment(row.ended_on) if row.status != "active" else None,
        "recordedDate": moment(row.created_at),
        "recorder": refer(row.recorded_by),
        "note": _note(row.note),
    }


def _allergy(row: Allergy, refer: Refer) -> Json:
    severity = row.severity if row.severity != AllergySeverity.UNKNOWN else None
    return {
        "resourceType": "AllergyIntolerance",
        "id": str(row.pk),
        "clinicalStatus": coded("allergyintolerance-clinical", "active"),
        "verificationStatus": coded("allergyintolerance-verification", "confirmed"),
        "code": concept(row.substance, (ATC, row.atc, "")),
        "patient": to(row.patient_id),
        "onsetDateTime": moment(row.noticed_on),
        "recordedDate": moment(row.created_at),
        "recorder": refer(row.recorded_by),
        "reaction": [{"manifestation": [concept(row.reaction or "unknown")], "severity": severity}]
        if row.reaction or severity
        else None,
        "note": _note(row.note),
    }


def _immunisation(row: Immunisation) -> Json:
    return {
        "resourceType": "Immunization",
        "id": str(row.pk),
        "status": "completed",
        "vaccineCode": concept(row.vaccine, (ATC, row.atc, "")),
        "patient": to(row.patient_id),
        "occurrenceDateTime": moment(row.given_on),
        "recorded": moment(row.created_at),
        "lotNumber": row.lot,
        "performer": [{"actor": {"display": row.given_by}}] if row.given_by else None,
        "protocolApplied": [{"doseNumberPositiveInt": row.dose_number}] if row.dose_number else None,
        "note": _note(row.note),
    }


def _relative(row: FamilyHistory) -> Json:
    age = {"value": row.age_at_onset, "unit": "a", "system": "http://unitsofmeasure.org", "code": "a"}
    return {
        "resourceType": "FamilyMemberHistory",
        "id": str(row.pk),
        "status": "completed",
        "patient": to(row.patient_id),
        "date": moment(row.created_at),
        "relationship": coded(
            "v3-RoleCode", _RELATIONS[Relation(row.relation)], str(Relation(row.relation).label)
        ),
        "condition": [
            {"code": concept(row.condition), "onsetAge": age if row.age_at_onset is not None else None}
        ],
        "note": _note(row.note),
    }


def _social(row: SocialHistory, refer: Refer) -> Json:
    topic = SocialTopic(row.topic)
    return {
        **_observation(row.pk, row.patient_id, "social-history"),
        "code": concept(str(topic.label), (LOINC, _SOCIAL.get(topic, ""), "")),
        "effectiveDateTime": moment(row.said_on),
        "performer": [refer(row.recorded_by)],
        "valueString": row.text,
        "note": _note(row.note),
    }


def _vitals(row: VitalSigns, refer: Refer) -> Iterator[Json]:
    common = {"effectiveDateTime": moment(row.measured_at), "performer": [refer(row.recorded_by)]}
    pressures = [
        {"code": concept(display, (LOINC, code, display)), "valueQuantity": quantity(value, "mm[Hg]")}
        for name, (code, display) in _PRESSURE.items()
        if (value := getattr(row, name)) is not None
    ]
    if pressures:
        yield {
            **_observation(part_id(row.pk, "pressure"), row.patient_id, "vital-signs"),
            "code": concept("Blood pressure", (LOINC, "85354-9", "Blood pressure panel")),
            **common,
            "component": pressures,
            "note": _note(row.note),
        }
    for name, (code, display, unit) in _VITALS.items():
        value = getattr(row, name)
        if value is not None:
            yield {
                **_observation(part_id(row.pk, name), row.patient_id, "vital-signs"),
                "code": concept(display, (LOINC, code, display)),
                **common,
                "valueQuantity": quantity(value, unit),
            }


def _said_by_patient(record: Record) -> Iterator[Json]:
    """What stands in the profile in the patient's own words, unconfirmed."""
    profile, patient = record.profile, record.patient
    if profile is None:
        return
    if profile.allergies:
        yield {
            "resourceType": "AllergyIntolerance",
            "id": str(part_id(patient.pk, "allergies")),
            "verificationStatus": coded("allergyintolerance-verification", "unconfirmed"),
            "clinicalStatus": coded("allergyintolerance-clinical", "active"),
            "code": concept(profile.allergies),
            "patient": to(patient.pk),
            "asserter": to(patient.pk),
        }
    if profile.conditions:
        yield {
            "resourceType": "Condition",
            "id": str(part_id(patient.pk, "conditions")),
            "verificationStatus": coded("condition-ver-status", "unconfirmed"),
            "clinicalStatus": coded("condition-clinical", "active"),
            "category": [coded("condition-category", "problem-list-item")],
            "code": concept(profile.conditions),
            "subject": to(patient.pk),
            "asserter": to(patient.pk),
        }


def _observation(pk: Any, patient: Any, category: str) -> Json:
    return {
        "resourceType": "Observation",
        "id": str(pk),
        "status": "final",
        "category": [concept("", (f"{TERMINOLOGY}/observation-category", category, ""))],
        "subject": to(patient),
    }


def _note(text: str) -> list[Json] | None:
    return [{"text": text}] if text else None
