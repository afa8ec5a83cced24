"""What holds of the safety check whatever is planned for whomever."""

import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from records.domain import safety
from records.domain.safety import (
    AllergyFact,
    Creatinine,
    InteractionFact,
    Knowledge,
    MedicineFacts,
    PlannedItem,
    Subject,
)
from records.domain.safety.kidney import ckd_epi, schwartz

TODAY = date(2026, 6, 1)
ROOT = Path(__file__).parents[2]
CODES = (
    "N02BE01", "N02AJ06", "M01AE01", "M01AB05", "B01AC06", "N02BA01", "J01CA04", "J01CR02", "J01DB01", "J01EE01",
    "B01AA03", "C09AA02", "C09CA01", "A10BA02", "L04AX03", "J04AC01", "C01AA05", "N05BA01", "D10BA01", "S01ED01", "",
    "j01c",
)  # fmt: skip
NAMES = ("Paracetamol", "Ibuprofen + paracetamol", "Something else", "")
decimals = st.decimals(allow_nan=True, allow_infinity=True)
amounts = (
    st.none() | st.sampled_from([Decimal(n) for n in ("0", "0.5", "1", "2", "8", "500", "1e9")]) | decimals
)
days = st.none() | st.dates() | st.just(TODAY)
words = st.sampled_from(["penicillin", "Aspirin", "dust", "", "%(x)s", "पेनिसिलिन"]) | st.text(max_size=20)
medicines = st.builds(
    MedicineFacts,
    id=st.sampled_from("abcdef"),
    generic=st.sampled_from(NAMES) | words,
    atc=st.sampled_from(CODES) | st.text(max_size=7),
    strength_mg=amounts,
    strength=st.sampled_from(["500 mg + 8 mg", "5 mg/0 ml", ""]) | st.text(max_size=20),
    unit=st.sampled_from(["tablet", "ml", "drop", "", "zzz"]),
    pregnancy=st.sampled_from(["A", "X", "N", "", "?"]),
    max_daily_mg=amounts,
    max_daily_mg_per_kg=amounts,
    min_age_months=st.none() | st.integers(0, 300),
    renal_caution_below=st.none() | st.integers(0, 200),
    renal_avoid_below=st.none() | st.integers(0, 200),
)
items = st.builds(
    PlannedItem,
    key=st.uuids().map(str),
    medicine_id=st.sampled_from("abcdefg"),
    dose=amounts,
    frequency=st.sampled_from(["once", "od", "tds", "q6h", "weekly", "prn", "", "never"]),
    times=st.lists(st.just("08:00"), max_size=6).map(tuple),
    as_needed=st.booleans(),
    route=st.sampled_from(["oral", "iv", "skin", "", "?"]),
    starts_on=days,
    days=st.none() | st.integers(-5, 10**9),
)
interactions = st.builds(
    InteractionFact,
    st.sampled_from(CODES) | st.text(max_size=4),
    st.sampled_from(CODES) | st.text(max_size=4),
    st.sampled_from(["minor", "moderate", "severe", "forbidden", "?"]),
    words,
)
subjects = st.builds(
    Subject,
    today=st.just(TODAY),
    born_on=days,
    gender=st.sampled_from(["female", "male", "other", ""]),
    weight_kg=amounts,
    weighed_on=days,
    height_cm=amounts,
    pregnant=st.sampled_from([True, False, None]),
    creatinine=st.none() | st.builds(Creatinine, amounts.filter(lambda value: value is not None), st.dates()),
    allergies=st.lists(
        st.builds(AllergyFact, st.uuids().map(str), words, st.sampled_from(CODES)), max_size=3
    ),
    taking=st.lists(items, max_size=3),
)
catalogues = st.builds(
    Knowledge,
    st.lists(medicines, max_size=6).map(lambda rows: {row.id: row for row in rows}),
    st.lists(interactions, max_size=4),
)
plans = st.lists(items, max_size=4)
some_dose = st.decimals(Decimal("0.01"), 10**9, places=2) | st.sampled_from(
    [Decimal(n) for n in (1, 2, 4, 8, 20)]
)
dose_pairs = st.tuples(some_dose, some_dose)


def graded(subject: Subject, planned: list[PlannedItem], knowledge: Knowledge) -> dict[str, safety.Finding]:
    found = safety.check(subject, planned, knowledge)
    assert len({finding.key for finding in found}) == len(found)
    return {finding.key: finding for finding in found}


@settings(max_examples=150, deadline=None)
@given(subjects, plans, catalogues, st.randoms())
def test_the_order_of_items_does_not_matter(subject: Any, planned: Any, knowledge: Any, chance: Any) -> None:
    mixed = list(planned)
    chance.shuffle(mixed)
    assert safety.check(subject, mixed, knowledge) == safety.check(subject, planned, knowledge)


@settings(max_examples=150, deadline=None)
@given(subjects, plans, items, catalogues)
def test_one_more_item_takes_no_finding_away(subject: Any, planned: Any, more: Any, knowledge: Any) -> None:
    before, after = graded(subject, planned, knowledge), graded(subject, [*planned, more], knowledge)
    for key, finding in before.items():
        assert key in after
        assert after[key].grade.rank >= finding.grade.rank


@settings(max_examples=150, deadline=None)
@given(subjects, plans, items, catalogues, dose_pairs)
def test_a_larger_dose_is_never_safer(
    subject: Any, planned: Any, item: Any, knowledge: Any, doses: Any
) -> None:
    less = graded(subject, [*planned, replace(item, dose=min(doses))], knowledge)
    more = graded(subject, [*planned, replace(item, dose=max(doses))], knowledge)
    for key, finding in less.items():
        if not key.startswith("dose:low:"):
            assert key in more
            assert more[key].grade.rank >= finding.grade.rank


@settings(max_examples=100, deadline=None)
@given(subjects, plans, catalogues)
def test_each_item_is_checked_or_said_not_to_be(subject: Any, planned: Any, knowledge: Any) -> None:
    found = graded(subject, planned, knowledge)
    for item in planned:
        if item.medicine_id not in knowledge.medicines:
            assert item.key in found[f"unknown:medicine:{item.medicine_id}"].items
    assert set(safety.needs_reason(found.values())) == {f for f in found.values() if f.grade == "severe"}
    for finding in found.values():
        assert set(finding.items) <= {item.key for item in planned}


@settings(max_examples=50, deadline=None)
@given(plans, catalogues, st.sampled_from(["weight_kg", "born_on", "creatinine"]))
def test_what_is_not_known_is_said(planned: Any, knowledge: Any, missing: str) -> None:
    """Silence about the weight, the age or the kidneys means that they are known, or that they do not matter."""
    known = Subject(
        TODAY,
        date(2020, 1, 1),
        "male",
        Decimal(20),
        TODAY,
        Decimal(110),
        False,
        Creatinine(Decimal(40), TODAY),
    )
    nothing: dict[str, Any] = {missing: None}
    blind = graded(replace(known, **nothing), planned, knowledge)
    kind = {
        "weight_kg": ("dose:", "weight"),
        "born_on": ("age:", "age"),
        "creatinine": ("kidney:", "kidney"),
    }[missing]
    lost = [key for key in graded(known, planned, knowledge) if key.startswith(kind[0]) and key not in blind]
    assert not lost or f"unknown:{kind[1]}" in blind or any(key.startswith("unknown:dose") for key in blind)


@pytest.mark.parametrize(
    ("umol", "age", "female", "expected"),
    # Reckoned by hand from the paper's formula; the second is the National Kidney Foundation's example of 2021.
    [(88.42, 50, False, 91.7), (88.42, 50, True, 68.6), (176.84, 70, False, 35.2), (44.21, 30, True, 129.6)],
)
def test_ckd_epi_2021(umol: float, age: float, female: bool, expected: float) -> None:
    assert ckd_epi(umol, age, female=female) == pytest.approx(expected, abs=0.6)


def test_bedside_schwartz() -> None:
    assert schwartz(88.42, 120) == pytest.approx(49.56, abs=0.01)


@given(st.floats(10, 2000), st.floats(18, 100), st.booleans())
def test_kidneys_get_worse_with_creatinine_and_age(umol: float, age: float, female: bool) -> None:
    assert ckd_epi(umol * 1.1, age, female=female) <= ckd_epi(umol, age, female=female)
    assert ckd_epi(umol, age + 1, female=female) <= ckd_epi(umol, age, female=female)


def test_the_package_knows_no_django() -> None:
    code = (
        "import sys, records.domain.safety; sys.exit(any(m.split('.')[0] == 'django' for m in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=ROOT).returncode == 0
