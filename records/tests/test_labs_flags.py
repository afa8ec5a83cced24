"""Which range holds for whom, and what a result is by it."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.domain.labs.flags import Limits, age_in_days, fitting, flag_of
from records.domain.labs.parse import Reading

D = Decimal
LIMITS = Limits(low=D(10), high=D(20), critical_low=D(5), critical_high=D(30))
SCALE = ["critical_low", "low", "normal", "high", "critical_high"]


@pytest.mark.parametrize(
    ("comparator", "value", "flag"),
    [
        ("", "4.9", "critical_low"),
        ("", "5", "low"),
        ("", "9.99", "low"),
        ("", "10", "normal"),
        ("", "20", "normal"),
        ("", "20.01", "high"),
        ("", "30", "high"),
        ("", "30.1", "critical_high"),
        ("<", "5", "critical_low"),
        ("<=", "5", "low"),  # 5 itself is not critical
        ("<", "10", "low"),
        ("<=", "10", ""),  # 10 is normal, less is not
        ("<", "15", ""),
        (">", "30", "critical_high"),
        (">=", "30", "high"),
        (">", "20", "high"),
        (">=", "20", ""),
        (">", "15", ""),
    ],
)
def test_flags(comparator: str, value: str, flag: str) -> None:
    assert flag_of(Reading(comparator, D(value)), LIMITS) == flag


def test_below_the_limit_of_detection_is_normal_where_less_is_impossible() -> None:
    troponin = Limits(high=D("0.04"))
    assert flag_of(Reading("<", D("0.01")), troponin) == "normal"
    assert flag_of(Reading("<", D(15)), Limits(low=D(0), high=D(20)), possible_low=D(0)) == "normal"


def test_words() -> None:
    assert flag_of(Reading(text="Reactive"), None, normal="Non-reactive") == "abnormal"
    assert flag_of(Reading(text="Non-reactive"), None, normal="Non-reactive") == "normal"
    assert flag_of(Reading(text="2-4"), None) == ""
    assert flag_of(Reading(value=D(7)), None) == ""
    assert flag_of(Reading(value=D(7)), Limits()) == ""


WOMEN = Limits(low=D(12), high=D(15), gender="female", age_from=6570)
MEN = Limits(low=D(13), high=D(17), gender="male", age_from=6570)
CHILD = Limits(low=D(11), high=D(14), age_from=365, age_to=6570)
INFANT = Limits(low=D(9), high=D(20), age_from=0, age_to=365)
ANY = Limits(low=D(8), high=D(21))
HB = [WOMEN, MEN, CHILD, INFANT]


@pytest.mark.parametrize(
    ("gender", "age", "expected"),
    [
        ("female", 6570, WOMEN),
        ("male", 20_000, MEN),
        ("male", 6569, CHILD),
        ("", 364, INFANT),
        ("female", None, Limits(low=D(9), high=D(20))),
        ("", None, Limits(low=D(9), high=D(20))),
        ("other", 20_000, Limits(low=D(12), high=D(17))),
        ("", 20_000, Limits(low=D(12), high=D(17))),
    ],
)
def test_whose_range(gender: str, age: int | None, expected: Limits | None) -> None:
    assert fitting(HB, gender=gender, age=age) == expected


def test_the_narrowest_holds_and_the_own_sex_goes_first() -> None:
    assert fitting([ANY, CHILD], gender="male", age=400) == CHILD
    assert fitting([ANY, WOMEN], gender="female", age=9000) == WOMEN
    assert fitting([ANY, WOMEN], gender="male", age=9000) == ANY
    assert fitting([ANY, CHILD], gender="male", age=None) == ANY


def test_without_a_birthday_what_is_critical_at_any_age_is_still_critical() -> None:
    newborn = Limits(low=D("3.7"), high=D("5.9"), critical_high=D("6.5"), age_to=30)
    later = Limits(low=D("3.5"), high=D("5.1"), critical_high=D(6), age_from=30)
    potassium = fitting([newborn, later], gender="female", age=None)
    assert potassium == Limits(low=D("3.5"), high=D("5.9"), critical_high=D("6.5"))
    assert flag_of(Reading(value=D("7.2")), potassium) == "critical_high"
    # Nobody knows what is normal at the ages that have no range.
    assert fitting([later], gender="female", age=None) == Limits(critical_high=D(6))
    assert fitting([WOMEN, CHILD], gender="female", age=None) is None


def test_ages() -> None:
    assert age_in_days(date(2026, 11, 20), date(2026, 11, 21)) == 1
    assert age_in_days(None, date(2026, 11, 21)) is None
    assert age_in_days(date(2027, 1, 1), date(2026, 11, 21)) is None


numbers = st.decimals(min_value=0, max_value=40, places=2)


@given(numbers, numbers)
def test_more_is_never_flagged_lower(one: Decimal, other: Decimal) -> None:
    low, high = sorted((one, other))
    assert SCALE.index(flag_of(Reading(value=low), LIMITS)) <= SCALE.index(
        flag_of(Reading(value=high), LIMITS)
    )


@given(numbers, numbers, st.sampled_from(["<", "<=", ">", ">="]))
def test_a_comparator_never_says_more_than_each_value_it_stands_for(
    limit: Decimal, value: Decimal, comparator: str
) -> None:
    holds = {"<": value < limit, "<=": value <= limit, ">": value > limit, ">=": value >= limit}[comparator]
    flag = flag_of(Reading(comparator, limit), LIMITS)
    if not holds or not flag:
        return
    own = flag_of(Reading(value=value), LIMITS)
    if flag in ("normal", "critical_low", "critical_high"):
        assert own == flag
    else:
        # "low" means low at least; "high" high at least.
        assert flag in own
