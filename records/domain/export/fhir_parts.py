"""Small pieces of FHIR R4 as plain dicts."""

import html
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

Json = dict[str, Any]
_NOT_IN_STRINGS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")

TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
ATC = "http://www.whocc.no/atc"
ICD10 = "http://hl7.org/fhir/sid/icd-10"


def concept(text: str = "", *codings: tuple[str, str, str]) -> Json:
    """CodeableConcept; a coding is (system, code, display), and one without a code is left out."""
    return {
        "coding": [
            {"system": system, "code": code, "display": display} for system, code, display in codings if code
        ],
        "text": text,
    }


def coded(system: str, code: str, text: str = "") -> Json:
    """CodeableConcept of a code of HL7's own terminology."""
    return concept(text, (f"{TERMINOLOGY}/{system}", code, text))


def to(pk: Any) -> Json:
    """Reference to another entry of the same bundle."""
    return {"reference": f"urn:uuid:{pk}"}


def moment(value: datetime | date | None) -> str | None:
    return value.isoformat() if value else None


def part_id(pk: UUID, name: str) -> UUID:
    """Of one of several resources made of one row; always the same."""
    return uuid5(pk, name)


def quantity(value: Any, unit: str, comparator: str = "") -> Json:
    """FHIR has a comparator for less and more, and none for exactly. UCUM's empty unit is 1."""
    return {
        "value": float(value),
        "comparator": comparator or None,
        "unit": unit or None,
        "system": UCUM,
        "code": unit or "1",
    }


def narrative(text: str) -> Json:
    lines = "<br/>".join(html.escape(line, quote=False) for line in text.splitlines())
    return {"status": "additional", "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{lines}</p></div>'}


def clean(value: Any) -> Any:
    """Without what is empty, which FHIR does not allow, and without signs that its strings may not hold."""
    if isinstance(value, Mapping):
        pairs = ((name, clean(item)) for name, item in value.items())
        return {name: item for name, item in pairs if item not in (None, "", [], {})}
    if isinstance(value, list | tuple):
        return [item for item in (clean(item) for item in value) if item not in (None, "", [], {})]
    if isinstance(value, str):
        return _NOT_IN_STRINGS.sub("", value).strip()
    return value
