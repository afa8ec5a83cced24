"""What may be typed into a cell of the grid, and what it is taken for."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.domain.labs.parse import Reading, Refused, Spec, parse, shown

NUMBER = Spec(unit="g/dL", possible_low=Decimal("0.5"), possible_high=Decimal(30))
WIDE = Spec(unit="10*3/uL", possible_low=Decimal(0), possible_high=Decimal(1_000_000))
VIRUS = Spec(kind="choice", choices=("Non-reactive", "Reactive"))
STRIP = Spec(kind="choice", choices=("Negative", "Trace", "1+", "2+", "3+", "4+"))


@pytest.mark.parametrize(
    ("typed", "spec", "comparator", "value"),
    [
        ("12.5", NUMBER, "", "12.5"),
        ("12,5", NUMBER, "", "12.5"),
        (" १२.५ ", NUMBER, "", "12.5"),
        ("१२,५ g/dl", NUMBER, "", "12.5"),
        ("12.5 gm%", NUMBER, "", "12.5"),
        ("<0.6", NUMBER, "<", "0.6"),
        ("< 0,6 g/dL", NUMBER, "<", "0.6"),
        ("≤10", NUMBER, "<=", "10"),
        ("=>10", NUMBER, ">=", "10"),
        (">20", NUMBER, ">", "20"),
        (".9", NUMBER, "", "0.9"),
        ("+7", NUMBER, "", "7"),
        ("0,125", WIDE, "", "0.125"),
        ("2,50,000", WIDE, "", "250000"),
        ("1,234.5", WIDE, "", "1234.5"),
        ("12 500", WIDE, "", "12500"),
        ("250 x10^9/L", WIDE, "", "250"),
        ("250 ×10³/µL", WIDE, "", "250"),
        ("−2.5", Spec(possible_low=Decimal(-30)), "", "-2.5"),
    ],
)
def test_numbers(typed: str, spec: Spec, comparator: str, value: str) -> None:
    assert parse(typed, spec) == Reading(comparator=comparator, value=Decimal(value))


@pytest.mark.parametrize(
    ("typed", "spec", "code"),
    [
        ("neg", NUMBER, "number"),
        ("12..5", NUMBER, "number"),
        ("12..", NUMBER, "number"),
        ("1.234,5", WIDE, "number"),
        ("7 8", NUMBER, "number"),
        ("><5", NUMBER, "number"),
        ("1e3", NUMBER, "unit"),
        ("1,234", WIDE, "thousands"),
        ("12.5 mmol/L", NUMBER, "unit"),
        ("12.34567", NUMBER, "decimals"),
        ("0.1", NUMBER, "impossible_low"),
        ("<0.1", NUMBER, "impossible_low"),
        ("125", NUMBER, "impossible_high"),
        ("9" * 40, Spec(), "impossible_high"),
        ("-3", NUMBER, "impossible_low"),
        ("perhaps", VIRUS, "choice"),
        ("12", STRIP, "choice"),
        ("x" * 200, Spec(kind="text"), "too_long"),
    ],
)
def test_refused(typed: str, spec: Spec, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        parse(typed, spec)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("typed", "spec", "text"),
    [
        ("neg", VIRUS, "Non-reactive"),
        ("NEG.", VIRUS, "Non-reactive"),
        ("non reactive", VIRUS, "Non-reactive"),
        ("+ve", VIRUS, "Reactive"),
        ("nil", STRIP, "Negative"),
        ("tr", STRIP, "Trace"),
        ("++", STRIP, "2+"),
        ("२+", STRIP, "2+"),
        ("not detected", STRIP, "Negative"),
        ("2–4 /HPF", Spec(kind="text"), "2-4 /HPF"),
    ],
)
def test_words(typed: str, spec: Spec, text: str) -> None:
    assert parse(typed, spec) == Reading(text=text)


def test_an_empty_cell_is_no_result() -> None:
    assert parse(" \u200b\u00a0", NUMBER) is None


@given(st.text(max_size=60))
def test_whatever_is_typed_is_read_or_refused(typed: str) -> None:
    for spec in (NUMBER, WIDE, VIRUS, STRIP, Spec(), Spec(kind="text")):
        try:
            reading = parse(typed, spec)
        except Refused:
            continue
        if reading is not None and reading.value is not None:
            assert spec.possible_low is None or reading.value >= spec.possible_low
            assert spec.possible_high is None or reading.value <= spec.possible_high
            assert len(str(abs(reading.value)).partition(".")[2].rstrip("0")) <= 4


@given(
    st.decimals(min_value=0, max_value=10**6, places=4),
    st.sampled_from(["", "<", "<=", ">", ">="]),
    st.integers(0, 4),
)
def test_what_is_shown_reads_as_the_same(value: Decimal, comparator: str, decimals: int) -> None:
    assert parse(shown(comparator, value, decimals), Spec()) == Reading(comparator=comparator, value=value)


def test_no_place_is_added_after_a_comparator() -> None:
    assert shown("", Decimal("5.0000"), 1) == "5.0"
    assert shown("", Decimal("5.2500"), 1) == "5.25"
    assert shown("<", Decimal("10.0000"), 1) == "<10"
    assert shown(">=", Decimal("100.0000"), 0) == "≥100"
