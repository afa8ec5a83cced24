"""Quantity and times of day."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.domain import dosing
from records.enums import Frequency

F = Frequency
MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("dose", "frequency", "days", "wanted"),
    [
        ("1", F.THRICE, 7, 21),
        ("0.5", F.TWICE, 7, 7),
        ("0.5", F.DAILY, 7, 4),
        ("7.5", F.EVERY_8_HOURS, 5, 113),
        ("2", F.ONCE, None, 2),
        ("2", F.ONCE, 10, 2),
        ("1", F.EVERY_OTHER_DAY, 7, 4),
        ("1", F.WEEKLY, 14, 2),
        ("1", F.WEEKLY, 15, 3),
        ("1", F.NIGHTLY, 1, 1),
        ("1", F.EVERY_6_HOURS, 730, 2920),
        ("1", F.DAILY, None, None),
        ("1", F.AS_NEEDED, 7, None),
    ],
)
def test_quantity(dose: str, frequency: str, days: int | None, wanted: int | None) -> None:
    found = dosing.quantity(Decimal(dose), frequency, dosing.usual_times(frequency), MONDAY, days)
    assert found == wanted


def test_what_is_taken_as_needed_lasts_when_it_is_said_how_often_at_most() -> None:
    most = ["08:00", "14:00", "20:00"]
    assert dosing.quantity(Decimal("0.5"), F.AS_NEEDED, most, MONDAY, 5) == 8
    assert dosing.quantity(Decimal(1), F.AS_NEEDED, most, MONDAY, None) is None
    assert [dosing.most_times(*said) for said in ((F.AS_NEEDED, most), (F.AS_NEEDED, []), (F.TWICE, []))] == [
        3,
        None,
        1,
    ]


def test_a_month_without_that_day_has_its_last() -> None:
    start = date(2027, 1, 31)
    dosed = [
        start + timedelta(n) for n in range(120) if dosing.falls_on(F.MONTHLY, start, start + timedelta(n))
    ]
    assert dosed == [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30)]


def test_every_frequency_has_times() -> None:
    assert set(dosing.USUAL_TIMES) == set(F.values)
    for frequency in F.values:
        times = dosing.usual_times(frequency)
        assert times == dosing.clean_times(times)


def test_times_are_put_in_order() -> None:
    assert dosing.clean_times(["20:00", "8:00", "08:00"]) == ["08:00", "20:00"]


@pytest.mark.parametrize("times", [["24:00"], ["8"], ["noon"], [8], [None], [f"{h}:00" for h in range(13)]])
def test_what_is_no_time_is_refused(times: list[object]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        dosing.clean_times(times)


@given(
    dose=st.decimals("0.001", "10000", places=3),
    frequency=st.sampled_from(F.values),
    days=st.integers(1, dosing.MAX_DAYS),
    start=st.dates(date(2020, 1, 1), date(2030, 1, 1)),
)
def test_the_quantity_lasts_and_is_not_a_unit_too_much(
    dose: Decimal, frequency: str, days: int, start: date
) -> None:
    times = dosing.usual_times(frequency)
    needed = dosing.quantity(dose, frequency, times, start, days)
    count = dosing.dose_count(frequency, times, start, days)
    if needed is None or count is None:
        assert frequency == F.AS_NEEDED
        return
    assert dose * count <= needed < dose * count + 1
    # The days are those on which a dose falls, no other.
    if frequency != F.ONCE:
        planned = [d for d in range(-3, days) if dosing.falls_on(frequency, start, start + timedelta(d))]
        assert count == len(planned) * len(times)
