"""Which doses are due on a day, on the patient's own clock. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.domain import doses
from records.domain.doses import Course
from records.enums import Frequency

ITEM = UUID(int=1)
KATHMANDU = ZoneInfo("Asia/Kathmandu")
BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = date(2026, 3, 2)


def course(frequency: str = "bd", times: str = "08:00 20:00", **fields: object) -> Course:
    values = {"starts_on": MONDAY, "days": None, **fields}
    return Course(ITEM, frequency, doses.times_from(times.split()), **values)  # type: ignore[arg-type]


def clocks(of: Course, day: date, zone: ZoneInfo = KATHMANDU) -> str:
    return " ".join(f"{dose.time:%H:%M}" for dose in doses.due_on(of, day, zone))


@pytest.mark.parametrize(
    ("of", "days_later", "expected"),
    [
        (course(), 0, "08:00 20:00"),
        (course(), -1, ""),
        (course(days=5), 4, "08:00 20:00"),
        (course(days=5), 5, ""),
        (course(times="20:00 08:00 08:00"), 1, "08:00 20:00"),
        (course("tds", times=""), 1, "08:00 14:00 20:00"),
        (course("once", times="09:00 10:00"), 0, "09:00"),
        (course("once", times="09:00"), 1, ""),
        (course("eod", times="07:30"), 1, ""),
        (course("eod", times="07:30"), 2, "07:30"),
        (course("weekly", times="07:30"), 6, ""),
        (course("weekly", times="07:30"), 7, "07:30"),
        (course("prn", times=""), 0, ""),
        (course(as_needed=True), 0, ""),
        (course("q6h", times=""), 3, "00:00 06:00 12:00 18:00"),
        (course("monthly", times="08:00", starts_on=date(2026, 1, 31)), -2, "08:00"),  # 28 February
        (course("od", times="nonsense 25:00 08:00+05:00 23:59"), 0, "23:59"),
    ],
)
def test_days_and_times(of: Course, days_later: int, expected: str) -> None:
    assert clocks(of, MONDAY + timedelta(days=days_later)) == expected


def test_nothing_is_due_before_it_was_signed_nor_after_it_was_stopped() -> None:
    noon = datetime(2026, 3, 2, 12, tzinfo=KATHMANDU)
    assert clocks(course(begins_at=noon), MONDAY) == "20:00"
    assert clocks(course(ends_at=noon), MONDAY) == "08:00"
    assert clocks(course(ends_at=noon), MONDAY + timedelta(days=1)) == ""
    # Stopped in the very minute of a dose: not any more.
    assert clocks(course(ends_at=noon.replace(hour=20)), MONDAY) == "08:00"


def test_a_time_the_clock_leaps_over_comes_as_much_later_and_only_once() -> None:
    spring = date(2026, 3, 29)  # 02:00 becomes 03:00 in Berlin
    (dose,) = doses.due_on(course("od", times="02:30"), spring, BERLIN)
    assert dose.at == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert f"{dose.at.astimezone(BERLIN):%H:%M}" == "03:30"


def test_an_hour_that_comes_twice_has_its_dose_once_at_the_first() -> None:
    autumn = date(2026, 10, 25)
    (dose,) = doses.due_on(course("od", times="02:30"), autumn, BERLIN)
    assert dose.at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_over_midnight_the_evening_dose_stays_with_its_day() -> None:
    of = course("od", times="23:30")
    late = datetime(2026, 3, 3, 0, 20, tzinfo=KATHMANDU)
    (dose,) = doses.due_on(of, MONDAY, KATHMANDU)
    assert (dose.day, late - dose.at) == (MONDAY, timedelta(minutes=50))
    following = doses.next_after([of], late, KATHMANDU)
    assert following is not None
    assert following.day == MONDAY + timedelta(days=1)


def test_the_next_dose_may_be_far_off_or_none() -> None:
    now = datetime(2026, 3, 2, 12, tzinfo=KATHMANDU)
    far = course("monthly", times="08:00", starts_on=date(2027, 1, 31))
    following = doses.next_after([course(days=1, times="08:00"), far], now, KATHMANDU)
    assert following is not None
    assert following.day == date(2027, 1, 31)
    assert doses.next_after([course(days=1, times="08:00")], now, KATHMANDU) is None
    assert doses.next_after([course(as_needed=True)], now, KATHMANDU) is None


TIMES = st.lists(st.times(timezones=st.none()).map(lambda t: t.replace(second=0, microsecond=0)), max_size=6)
COURSES = st.builds(
    Course,
    item=st.just(ITEM),
    frequency=st.sampled_from(Frequency.values),
    times=TIMES.map(lambda found: tuple(sorted(set(found)))),
    starts_on=st.dates(date(2025, 1, 1), date(2027, 12, 31)),
    days=st.none() | st.integers(1, 60),
    as_needed=st.booleans(),
)
ZONES = st.sampled_from(["Asia/Kathmandu", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]).map(
    ZoneInfo
)


@given(COURSES, st.dates(date(2025, 1, 1), date(2028, 1, 1)), ZONES)
def test_each_dose_is_known_once_and_lies_on_its_day(of: Course, day: date, zone: ZoneInfo) -> None:
    found = doses.due_on(of, day, zone)
    assert len({(dose.item, dose.day, dose.time) for dose in found}) == len(found)
    assert len(found) <= max(1, len(of.times), 4)
    for dose in found:
        assert dose.day == day
        # On the wall clock it is the planned time, or later by what the clock leapt (an hour at most).
        shown = dose.at.astimezone(zone).replace(tzinfo=None)
        assert timedelta() <= shown - datetime.combine(day, dose.time) <= timedelta(hours=1)
    if of.days and of.frequency != Frequency.ONCE:
        within = of.starts_on <= day < of.starts_on + timedelta(days=of.days)
        assert within or not found


@given(COURSES, st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)), ZONES)
def test_the_next_dose_is_the_first_of_those_that_follow(of: Course, now: datetime, zone: ZoneInfo) -> None:
    following = doses.next_after([of], now, zone, days=40)
    today = now.astimezone(zone).date()
    ahead = [
        dose
        for dose in doses.due_between([of], today - timedelta(days=1), today + timedelta(days=40), zone)
        if dose.at > now
    ]
    assert following == min(ahead, default=None)


def test_a_dose_at_midnight_begins_its_day() -> None:
    assert clocks(course("od", times="00:00"), MONDAY) == "00:00"
    (dose,) = doses.due_on(course("od", times="00:00"), MONDAY, KATHMANDU)
    assert dose.at.astimezone(KATHMANDU).time() == time(0)
