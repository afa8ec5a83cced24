"""Our references catch slips of the pen; bank references are compared in one form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.domain.references import (
    ALPHABET,
    bare,
    check_character,
    is_reference,
    new_reference,
    normal_bank_reference,
    shown_bank_reference,
)
from clinic.core.errors import Invalid

bodies = st.text(st.sampled_from(ALPHABET), min_size=7, max_size=7)


def test_a_new_reference_is_short_and_unambiguous() -> None:
    made = {new_reference() for _number in range(200)}
    assert len(made) == 200
    for reference in made:
        assert is_reference(reference)
        assert not set(reference) & set("01ILO")
        assert len(reference) == 8


@given(bodies, st.integers(0, 7), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_noticed(body: str, at: int, other: str) -> None:
    reference = body + check_character(body)
    changed = reference[:at] + other + reference[at + 1 :]
    assert is_reference(changed) == (changed == reference)


@given(bodies, st.integers(0, 6))
def test_two_swapped_characters_are_noticed(body: str, at: int) -> None:
    reference = body + check_character(body)
    swapped = reference[:at] + reference[at + 1] + reference[at] + reference[at + 2 :]
    assert is_reference(swapped) == (swapped == reference)


@pytest.mark.parametrize(
    "typed",
    [
        "FT24-1234 5678",
        "ft2412345678",
        " FT 2412345678\n",
        "ＦＴ２４１２３４５６７８",
        "FT\u200b24–12345678",
        "FT२४१२३४५६७८",
    ],
)
def test_ways_to_type_the_same_reference(typed: str) -> None:
    assert normal_bank_reference(typed) == "FT2412345678"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "---",
        "123",
        "A" * 41,
        "FT_1234",
        "FT/1234",
        "सन्दर्भ",
        "FT\x001234",
        "🙂🙂🙂🙂",
        "<b>1234</b>",
    ],
)
def test_what_is_no_bank_reference(typed: str) -> None:
    with pytest.raises(Invalid) as refusal:
        normal_bank_reference(typed)
    assert refusal.value.fields["bank_reference"] == [refusal.value.detail]


@given(st.text())
def test_any_text_is_normalised_once_or_refused(typed: str) -> None:
    try:
        key = normal_bank_reference(typed)
    except Invalid:
        return
    assert 4 <= len(key) <= 40
    assert normal_bank_reference(key) == key == bare(key)
    assert len(shown_bank_reference(typed, key)) <= 40


def test_shown_as_typed_but_tidy() -> None:
    assert shown_bank_reference("  ft24 - 1234 ", "FT241234") == "ft24 - 1234"
    assert shown_bank_reference("A " * 30, "A" * 30) == "A" * 30
