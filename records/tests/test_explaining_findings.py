"""What is certain of a source, from plain values."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.domain.explaining import findings
from records.domain.explaining.facts import (
    Allergic,
    Measured,
    Prescribed,
    Reported,
    Scanned,
    Taken,
    Warned,
    Written,
)

WHOLE = Taken(
    "1",
    "Amoxicillin 500 mg",
    "1 capsule",
    Decimal(1),
    "capsule",
    ("08:00",),
    days=5,
    instructions="With food.",
)
RX = Prescribed("p", "RX-1", [WHOLE], today=date(2026, 1, 1), valid_until=date(2026, 2, 1))
HB = Measured("h", "Haemoglobin", "9.1", "g/dL", "12–15.5", "low")
SCAN = Scanned(
    "s",
    "MRI",
    [("technique", "T1"), ("findings", "A cyst."), ("impression", "Cyst."), ("recommendation", "None.")],
)
LETTER = Written("d", "Letter", "letter", ["Seen today."])


def keys(found: list[Any]) -> list[str]:
    return [one.key for one in found]


@pytest.mark.parametrize(
    ("change", "key", "grade"),
    [
        ({"dose": None}, "no_dose:1", "severe"),
        ({"dose": Decimal(0)}, "no_dose:1", "severe"),
        ({"unit": ""}, "no_unit:1", "caution"),
        ({"days": None}, "no_end:1", "info"),
        ({"times": ()}, "no_times:1", "info"),
        ({"instructions": ""}, "no_instructions:1", "info"),
        ({"is_stopped": True}, "stopped:1", "severe"),
    ],
)
def test_what_an_item_lacks(change: dict[str, Any], key: str, grade: str) -> None:
    assert findings.of_prescription(RX) == []
    [found] = findings.of_prescription(replace(RX, items=[replace(WHOLE, **change)]))
    assert (found.key, found.grade, found.source.kind, found.source.id) == (
        key,
        grade,
        "prescription_item",
        "1",
    )
    assert "Amoxicillin 500 mg" in found.text


def test_a_course_without_end_is_none_when_needed_or_once() -> None:
    changes: list[dict[str, Any]] = [{"as_needed": True}, {"once": True}]
    for change in changes:
        assert (
            findings.of_prescription(replace(RX, items=[replace(WHOLE, days=None, times=(), **change)])) == []
        )


def test_warnings_name_their_source_and_come_first() -> None:
    warned = [
        Warned("allergy:x", "severe", "Allergic to it.", "WHO", ("1",)),
        Warned("d", "info", "Two.", "", ("1", "2")),
    ]
    found = findings.of_prescription(replace(RX, items=[replace(WHOLE, unit="")], warnings=warned))
    assert keys(found) == ["safety:allergy:x", "no_unit:1", "safety:d"]
    assert (found[0].text, found[0].source.label) == ("Allergic to it. (WHO)", "Amoxicillin 500 mg")
    assert found[2].source.kind == "prescription"


def test_a_prescription_that_is_over_says_so() -> None:
    assert keys(findings.of_prescription(replace(RX, status="stopped"))) == ["over"]
    assert keys(findings.of_prescription(replace(RX, today=date(2026, 2, 2)))) == ["expired"]
    assert keys(findings.of_prescription(replace(RX, allergies_known=False))) == ["no_allergies"]


@pytest.mark.parametrize(
    ("change", "key", "grade", "word"),
    [
        ({}, "flag:h", "caution", "below the normal range (12–15.5)"),
        ({"flag": "high"}, "flag:h", "caution", "above"),
        ({"flag": "critical_low"}, "flag:h", "severe", "at once"),
        ({"flag": "abnormal", "is_number": False}, "flag:h", "caution", "not the normal answer"),
        ({"flag": "", "normal": ""}, "no_range:h", "info", "9.1 g/dL"),
        ({"flag": "normal"}, "normal", "info", "1 result is normal"),
    ],
)
def test_results(change: dict[str, Any], key: str, grade: str, word: str) -> None:
    [found] = findings.of_lab_report(Reported("r", "Blood", [replace(HB, **change)], comment="Fine."))
    assert (found.key, found.grade) == (key, grade)
    assert word in found.text


def test_what_a_lab_report_lacks() -> None:
    assert "no_unit:h" in keys(findings.of_lab_report(Reported("r", "Blood", [replace(HB, unit="")])))
    assert "no_unit:h" not in keys(
        findings.of_lab_report(Reported("r", "B", [replace(HB, unit="", is_number=False)]))
    )
    assert keys(findings.of_lab_report(Reported("r", "Blood", [], status="amended"))) == ["replaced", "empty"]


def test_a_scan_without_impression() -> None:
    assert findings.of_imaging_report(SCAN) == []
    assert keys(findings.of_imaging_report(replace(SCAN, sections=[("findings", "A cyst.")], is_critical=True))) == [
        "critical", "no_impression", "no_recommendation", "no_technique",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"lines": None}, ["no_text"]),
        ({"lines": [" "]}, ["no_text"]),
        ({"is_picture": True, "is_cut": True}, ["read_off", "cut"]),
        ({"category": "imaging"}, ["no_impression"]),
        ({"category": "imaging", "lines": ["IMPRESSION: normal"]}, []),
        ({"category": "prescription"}, ["no_dose"]),
        ({"category": "prescription", "lines": ["Tab Amlod 5 mg 1-0-0"]}, []),
        ({"category": "laboratory", "lines": ["Glucose: 5.4", "Hb 9.1 g/dL"]}, ["no_unit"]),
        ({"lines": ["Given penicillin"], "allergies": [Allergic("a", "Penicillin G")]}, ["allergy:a"]),
    ],
)
def test_a_document(change: dict[str, Any], expected: list[str]) -> None:
    assert keys(findings.of_document(replace(LETTER, **change))) == expected


@given(
    st.lists(
        st.builds(
            Measured,
            st.text(),
            st.text(),
            st.text(),
            st.text(),
            st.text(),
            st.sampled_from(["", "low", "critical_high", "normal", "abnormal"]),
            st.booleans(),
        )
    )
)
def test_any_values_are_taken_and_each_finding_is_there_once(rows: list[Measured]) -> None:
    found = findings.of_lab_report(Reported("r", "Blood", rows))
    assert len(set(keys(found))) == len(found)
    ranks = [{"severe": 0, "caution": 1, "info": 2}[one.grade] for one in found]
    assert ranks == sorted(ranks)
