"""Whose pictures: what is written otherwise passes, another person never, and what can't be compared is for somebody to
decide."""

import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.domain.imaging.identity import Outcome, Person, compare, compare_names, compare_sexes

SAME, DIFFERENT, UNCOMPARABLE, MISSING = (
    Outcome.SAME,
    Outcome.DIFFERENT,
    Outcome.UNCOMPARABLE,
    Outcome.MISSING,
)
ASHA = Person("Asha Gurung", date(1990, 5, 17), "female", ("7c1d",))


@pytest.mark.parametrize(
    ("portal", "file", "expected"),
    [
        ("Asha Gurung", "GURUNG^ASHA", SAME),
        ("Asha Gurung", "Aasha^Gurung^^Ms^", SAME),
        ("Sita Sharma", "SHARMA^SEETA", SAME),
        ("Sita Sharma", "Sharma^Sita Devi", SAME),
        ("Bikash Rai", "RAI^VIKAS", SAME),
        ("Laxmi Shrestha", "SHRESTHA^LAKSHMI", SAME),
        ("Ram Bahadur Thapa", "THAPA^RAMBAHADUR", SAME),
        ("Rambahadur Thapa", "THAPA RAM BAHADUR", SAME),
        ("Krishna Wagle", "VAGLE^KRISNA", SAME),
        ("José O'Neil", "ONEIL^JOSE", SAME),
        ("आशा गुरुङ", "गुरुङ^आशा", SAME),
        ("Asha Gurung", "GURUNG^ASHA=गुरुङ^आशा", SAME),
        ("Asha Gurung", "=गुरुङ^आशा", UNCOMPARABLE),
        ("आशा गुरुङ", "GURUNG^ASHA", UNCOMPARABLE),
        ("Sita Sharma", "SHARMA^GITA", DIFFERENT),
        ("Sita Sharma", "SHARMA", DIFFERENT),
        ("Sita Sharma", "S^S", DIFFERENT),
        ("आशा गुरुङ", "गुरुङ^उषा", DIFFERENT),
        ("Sita Sharma", "^^^^", MISSING),
        ("Sita Sharma", "MRS", MISSING),
        ("", "SHARMA^SITA", MISSING),
    ],
)
def test_names(portal: str, file: str, expected: Outcome) -> None:
    assert compare_names(portal, file) == expected


@pytest.mark.parametrize(
    ("portal", "file", "expected"),
    [("female", "F", SAME), ("male", "F", DIFFERENT), ("", "F", MISSING), ("male", "O", UNCOMPARABLE)],
)
def test_sexes(portal: str, file: str, expected: Outcome) -> None:
    assert compare_sexes(portal, file) == expected


@pytest.mark.parametrize(
    ("found", "passes"),
    [
        (Person("GURUNG^ASHA", date(1990, 5, 17), "F", ("7/42",)), True),
        (Person("GURUNG^ASHA", date(1990, 5, 17)), True),
        (Person("GURUNG^ASHA", None, "F", ("7C1D",)), True),
        # Their own number and birth date stand for a name in another script.
        (Person("गुरुङ^आशा", date(1990, 5, 17), "F", ("7c1d",)), True),
        (Person("गुरुङ^आशा", date(1990, 5, 17), "F"), False),
        # One thing alone is anybody's.
        (Person("GURUNG^ASHA", None, "F"), False),
        (Person("", date(1990, 5, 17), "F"), False),
        (Person("ANONYMOUS"), False),
        (Person(), False),
        # One thing that differs is enough.
        (Person("GURUNG^ASHA", date(1990, 5, 18), "F", ("7c1d",)), False),
        (Person("GURUNG^ASHA", date(1990, 5, 17), "M", ("7c1d",)), False),
        (Person("RAI^ASHA", date(1990, 5, 17), "F", ("7c1d",)), False),
    ],
)
def test_who_passes(found: Person, passes: bool) -> None:
    assert compare(ASHA, found).is_the_patient is passes


LATIN = st.text(st.sampled_from("abcdefghijklmnoprstuvwyz"), min_size=2, max_size=9).filter(
    lambda word: word not in ("mr", "mrs", "ms", "mis", "dr", "prof", "smt", "shri", "sri")
)
NAMES = st.lists(LATIN, min_size=2, max_size=4)
ANY_TEXT = st.text(max_size=60)


@given(NAMES, st.randoms(use_true_random=False), st.sampled_from(["^", " ", "^^", ", "]), st.booleans())
def test_order_case_and_separators_change_nothing(
    parts: list[str], chance: random.Random, between: str, upper: bool
) -> None:
    shuffled = [*parts]
    chance.shuffle(shuffled)
    written = between.join(shuffled)
    assert compare_names(" ".join(parts), written.upper() if upper else written) in (SAME, MISSING)


@given(ANY_TEXT, ANY_TEXT)
def test_any_text_is_compared_both_ways_alike(one: str, other: str) -> None:
    assert compare_names(one, other) == compare_names(other, one)


@given(ANY_TEXT, st.dates(), st.text(max_size=5), st.integers(1, 40_000))
def test_another_birth_date_never_passes(name: str, born: date, sex: str, days: int) -> None:
    try:
        other = born + timedelta(days=days)
    except OverflowError:
        return
    patient, found = Person(name, born, sex, ("1",)), Person(name, other, sex, ("1",))
    assert not compare(patient, found).is_the_patient
