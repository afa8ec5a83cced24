"""What may be filled in for a medicine, and how one product is known again. Pure."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.core.errors import Invalid
from records.domain.medicines import words
from records.domain.medicines.values import FIELDS, clean

PARACETAMOL = {"generic": "Paracetamol", "form": "tablet", "strength": "500 mg"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Paracetamol", "", "tablet", "500 mg"), (" PARACETAMOL ", " ", "Tablet", "500mg")),
        (("Levothyroxine", "", "tablet", "50 micrograms"), ("levothyroxine", "", "tablet", "50 mcg")),
        (("Amoxicillin", "", "syrup", "125 mg/5 ml"), ("amoxicillin", "", "syrup", "125MG / 5ml")),
        (("A", "", "tablet", "5 mg + 10 mg"), ("a", "", "tablet", "5mg+10mg")),
    ],
)
def test_one_product_in_two_spellings_has_one_key(one: Any, other: Any) -> None:
    assert words.key_of(*one) == words.key_of(*other)


def test_what_makes_another_product_makes_another_key() -> None:
    keys = {
        words.key_of("Paracetamol", brand, form, strength)
        for brand in ("", "Cetamol")
        for form in ("tablet", "syrup")
        for strength in ("500 mg", "650 mg", "5 ml")
    }
    assert len(keys) == 12


@pytest.mark.parametrize(
    ("strength", "unit", "mg"),
    [
        ("500 mg", "tablet", "500"),
        ("1 g", "vial", "1000"),
        ("50 micrograms", "tablet", "0.05"),
        ("125 mg/5 ml", "ml", "25"),
        ("10 mg/ml", "ml", "10"),
        ("100mcg/dose", "puff", "0.1"),
        ("125 mg/5 ml", "bottle", None),
        ("400 mg + 80 mg", "tablet", None),
        ("600 mg (1 million IU)", "vial", None),
        ("5 mg/0 ml", "ml", None),
        ("1%", "application", None),
    ],
)
def test_mg_in_one_is_reckoned_only_where_it_is_beyond_doubt(
    strength: str, unit: str, mg: str | None
) -> None:
    assert words.mg_in_one(strength, unit) == (Decimal(mg) if mg else None)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("generic", ""),
        ("generic", "x" * 161),
        ("generic", "Para\x00cetamol"),
        ("strength_mg", "0"),
        ("strength_mg", "-5"),
        ("strength_mg", "5"),  # the strength says 500
        ("max_daily_mg", "1e9"),
        ("max_daily_mg", "10000000000"),
        ("max_daily_mg", "4,000"),
        ("max_daily_mg", "NaN"),
        ("max_daily_mg", "४०००"),
        ("max_daily_mg_per_kg", "much"),
        ("min_age_months", "1.5"),
        ("min_age_months", "-1"),
        ("renal_caution_below", "201"),
        ("atc", "N02BE1"),
        ("atc", "paracetamol"),
        ("routes", "oral, sideways"),
        ("pregnancy", "E"),
    ],
)
def test_a_wrong_value_is_refused_at_its_field(field: str, wrong: str) -> None:
    with pytest.raises(Invalid) as refused:
        clean({**PARACETAMOL, field: wrong})
    assert list(refused.value.fields) == [field]


@pytest.mark.parametrize(
    ("form", "unit"),
    [
        ("Tablet, prolonged-release", "tablet"),
        ("chewable tablet", "tablet"),
        ("Oral suspension", "ml"),
        ("solution for injection", "ml"),
        ("powder for injection", "vial"),
        ("eye drops", "drop"),
        ("cream", "application"),
        ("inhaler", "puff"),
        ("something new", "dose"),
    ],
)
def test_the_unit_goes_by_the_form_when_nobody_says_it(form: str, unit: str) -> None:
    assert clean({**PARACETAMOL, "form": form})["unit"] == unit
    assert clean({**PARACETAMOL, "form": form, "unit": "box"})["unit"] == "box"


def test_what_is_not_said_stays_as_it_was() -> None:
    before = clean({**PARACETAMOL, "max_daily_mg": "4000", "routes": "po; iv", "atc": " n02be01 "})
    assert (before["strength_mg"], before["routes"], before["atc"]) == (500, ["oral", "iv"], "N02BE01")
    after = clean({**PARACETAMOL, "max_daily_mg_per_kg": "7,5"}, before)
    assert (after["max_daily_mg"], after["max_daily_mg_per_kg"]) == (4000, Decimal("7.5"))
    assert after["routes"] == ["oral", "iv"]


def test_kidney_limits_go_one_below_the_other() -> None:
    with pytest.raises(Invalid) as refused:
        clean({**PARACETAMOL, "renal_caution_below": "30", "renal_avoid_below": "60"})
    assert "renal_avoid_below" in refused.value.fields


@given(st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=40) | st.floats() | st.integers()))
def test_whatever_is_filled_in_is_stored_right_or_refused(raw: dict[str, Any]) -> None:
    values: dict[str, Any] = {}
    wrong: set[str] = set()
    try:
        values = clean({**PARACETAMOL, **raw})
    except Invalid as refused:
        wrong = set(refused.fields)
    assert wrong <= set(FIELDS)
    if values:
        assert clean({name: values[name] for name in FIELDS}) == values
        assert len(values["key"]) <= 400
        assert len(values["search_text"]) <= 500
