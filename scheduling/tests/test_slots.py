"""Slots from weekly rules: properties over any zone, and the days on which clocks change."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduling.domain.slots import EDGE_MINUTES, Rules, Slot, WeeklyInterval, free_slots
from scheduling.enums import CELL_MINUTES

KATHMANDU = ZoneInfo("Asia/Kathmandu")
# Changes of an hour, of half an hour and of two; at midnight; over the date line; none at all.
ZONES = [
    "Asia/Kathmandu",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Asia/Beirut",
    "Africa/Cairo",
    "Pacific/Chatham",
    "Pacific/Apia",
    "America/St_Johns",
    "Antarctica/Troll",
    "UTC",
]
# Days around which at least one of these zones changes its clock.
CHANGES = [
    date(2011, 12, 29),
    date(2026, 3, 8),
    date(2026, 3, 28),
    date(2026, 4, 4),
    date(2026, 4, 23),
    date(2026, 9, 5),
    date(2026, 10, 4),
    date(2026, 10, 24),
    date(2026, 10, 29),
    date(2026, 11, 1),
]

times = st.builds(lambda minute: time(minute // 60, minute % 60), st.integers(0, 24 * 60 - 1))
modes = st.frozensets(st.sampled_from(["video", "in_person"]), min_size=1)


@st.composite
def intervals(draw: st.DrawFn) -> WeeklyInterval:
    starts, ends = sorted((draw(times), draw(times)))
    return WeeklyInterval(draw(st.integers(0, 6)), starts, ends, draw(modes))


@st.composite
def situations(draw: st.DrawFn) -> dict[str, object]:
    first_day = draw(st.sampled_from(CHANGES)) + timedelta(days=draw(st.integers(-1, 1)))
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    midnight = datetime.combine(first_day, time(), tzinfo=UTC)
    moments = st.integers(-24 * 60, 4 * 24 * 60).map(lambda minute: midnight + timedelta(minutes=minute))
    visits = st.tuples(moments, st.integers(1, 180)).map(
        lambda pair: (pair[0], pair[0] + timedelta(minutes=pair[1]))
    )
    off = draw(st.lists(st.integers(0, 3), max_size=1))
    return {
        "rules": Rules(
            zone=zone,
            hours=draw(st.lists(intervals(), min_size=1, max_size=8)),
            breaks=draw(st.lists(intervals(), max_size=4)),
            days_off=[(first_day + timedelta(days=day), first_day + timedelta(days=day)) for day in off],
            slot_minutes=draw(st.sampled_from([5, 7, 10, 15, 20, 30, 45, 60])),
            buffer_minutes=draw(st.sampled_from([0, 0, 5, 10, 13])),
            notice_minutes=draw(st.sampled_from([0, 60, 600])),
            horizon_days=draw(st.integers(0, 5)),
        ),
        "minutes": draw(st.sampled_from([5, 15, 30, 50, 90])),
        "first_day": first_day,
        "last_day": first_day + timedelta(days=draw(st.integers(0, 2))),
        "now": draw(moments) + timedelta(seconds=draw(st.sampled_from([0, 0, 1, 59]))),
        "taken": draw(st.lists(visits, max_size=5)),
        "busy": draw(st.lists(visits, max_size=3)),
        "mode": draw(st.sampled_from([None, "video", "in_person"])),
    }


def minutes_of(slot: Slot) -> Iterator[datetime]:
    moment = slot.starts_at.astimezone(UTC)
    while moment < slot.ends_at:
        yield moment
        moment += timedelta(minutes=1)


def inside(interval: WeeklyInterval, local: datetime) -> bool:
    wall = local.time().replace(second=0, microsecond=0)
    return interval.weekday == local.weekday() and interval.starts <= wall < interval.ends


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(situations())
def test_no_slot_breaks_a_rule(situation: dict) -> None:  # type: ignore[type-arg]
    rules: Rules = situation["rules"]
    now, mode = situation["now"], situation["mode"]
    found = list(free_slots(**situation))

    assert found == list(free_slots(**situation)), "the same question has the same answer"
    starts = [slot.starts_at.astimezone(UTC) for slot in found]
    assert starts == sorted(set(starts)), "in order, each once"
    buffer = timedelta(minutes=rules.buffer_minutes)
    for slot in found:
        assert (slot.ends_at - slot.starts_at).total_seconds() != 0
        assert slot.ends_at.astimezone(UTC) - slot.starts_at.astimezone(UTC) == timedelta(
            minutes=situation["minutes"]
        )
        assert int(slot.starts_at.timestamp()) % (EDGE_MINUTES * 60) == 0
        assert slot.starts_at >= now + timedelta(minutes=rules.notice_minutes)
        day = slot.starts_at.date()
        assert situation["first_day"] <= day <= situation["last_day"]
        assert day <= now.astimezone(rules.zone).date() + timedelta(days=rules.horizon_days)
        assert not any(first <= day <= last for first, last in rules.days_off)
        for start, end in situation["taken"]:
            assert slot.ends_at + buffer <= start or end + buffer <= slot.starts_at
        for start, end in situation["busy"]:
            assert slot.ends_at <= start or end <= slot.starts_at
        within = [hours for hours in rules.hours if mode is None or mode in hours.modes]
        for moment in minutes_of(slot):
            local = moment.astimezone(rules.zone)
            within = [hours for hours in within if inside(hours, local)]
            assert not any(inside(pause, local) for pause in rules.breaks)
        assert within, "one interval of hours holds the whole slot"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(situations())
def test_every_place_on_the_grid_that_keeps_the_rules_is_offered(situation: dict) -> None:  # type: ignore[type-arg]
    """Without anything in the way, the slots are exactly what minute-by-minute counting finds."""
    rules: Rules = situation["rules"]
    plain = Rules(zone=rules.zone, hours=rules.hours, slot_minutes=rules.slot_minutes, horizon_days=5)
    first_day, last_day, mode = situation["first_day"], situation["last_day"], situation["mode"]
    now = datetime.combine(first_day, time(), tzinfo=UTC) - timedelta(hours=15)
    found = {
        slot.starts_at.astimezone(UTC)
        for slot in free_slots(
            plain, minutes=situation["minutes"], first_day=first_day, last_day=last_day, now=now, mode=mode
        )
    }
    expected = set()
    for hours in plain.hours:
        if mode is not None and mode not in hours.modes:
            continue
        for run in runs(hours, plain.zone, first_day, last_day):
            start = run[0]
            while start.minute % EDGE_MINUTES:
                start += timedelta(minutes=1)
            while start + timedelta(minutes=situation["minutes"]) <= run[1]:
                if start >= now:
                    expected.add(start)
                start += timedelta(minutes=plain.step)
    last = now.astimezone(plain.zone).date() + timedelta(days=plain.horizon_days)
    assert found == {start for start in expected if start.astimezone(plain.zone).date() <= last}


def runs(
    hours: WeeklyInterval, zone: tzinfo, first_day: date, last_day: date
) -> Iterator[tuple[datetime, datetime]]:
    """Each unbroken stretch of UTC minutes whose wall clock lies within these hours of these days."""
    moment = datetime.combine(first_day, time(), tzinfo=UTC) - timedelta(hours=16)
    end = datetime.combine(last_day, time(), tzinfo=UTC) + timedelta(hours=40)
    start = None
    while moment <= end:
        local = moment.astimezone(zone)
        open_now = first_day <= local.date() <= last_day and inside(hours, local)
        if open_now and start is None:
            start = moment
        elif not open_now and start is not None:
            yield start, moment
            start = None
        moment += timedelta(minutes=1)


def week(zone: str, starts: time, ends: time, **fields: object) -> Rules:
    hours = [WeeklyInterval(day, starts, ends, frozenset({"video", "in_person"})) for day in range(7)]
    return Rules(zone=ZoneInfo(zone), hours=hours, **{"slot_minutes": 30, **fields})  # type: ignore[arg-type]


def walls(rules: Rules, day: date, minutes: int = 30, **fields: object) -> list[str]:
    now = datetime.combine(day, time(), tzinfo=UTC) - timedelta(days=2)
    found = free_slots(rules, minutes=minutes, first_day=day, last_day=day, now=now, **fields)  # type: ignore[arg-type]
    return [f"{slot.starts_at:%H:%M%z}" for slot in found]


def test_an_ordinary_day() -> None:
    assert walls(week("Asia/Kathmandu", time(9), time(11)), date(2026, 5, 4)) == [
        "09:00+0545",
        "09:30+0545",
        "10:00+0545",
        "10:30+0545",
    ]


def test_the_hour_that_spring_skips_is_not_offered() -> None:
    assert walls(week("Europe/Berlin", time(1), time(4)), date(2026, 3, 29)) == [
        "01:00+0100",
        "01:30+0100",
        "03:00+0200",
        "03:30+0200",
    ]


def test_the_hour_that_autumn_repeats_is_offered_twice() -> None:
    assert walls(week("Europe/Berlin", time(2), time(3)), date(2026, 10, 25)) == [
        "02:00+0200",
        "02:30+0200",
        "02:00+0100",
        "02:30+0100",
    ]


def test_working_hours_after_a_change_keep_to_the_wall_clock() -> None:
    for day in (date(2026, 3, 28), date(2026, 3, 29), date(2026, 3, 30)):
        assert [wall[:5] for wall in walls(week("Europe/Berlin", time(9), time(10)), day)] == [
            "09:00",
            "09:30",
        ]


def test_a_day_that_the_date_line_swallowed_has_no_slots() -> None:
    assert walls(week("Pacific/Apia", time(9), time(17)), date(2011, 12, 30)) == []


def test_a_midnight_that_does_not_exist() -> None:
    """Beirut's spring day of 2026 begins at 01:00."""
    assert walls(week("Asia/Beirut", time(0), time(2)), date(2026, 3, 29)) == ["01:00+0300", "01:30+0300"]


def test_buffer_keeps_both_sides_of_a_visit_free() -> None:
    visit = (datetime(2026, 5, 4, 10, tzinfo=KATHMANDU), datetime(2026, 5, 4, 10, 30, tzinfo=KATHMANDU))
    rules = week("Asia/Kathmandu", time(9), time(12), buffer_minutes=10)
    taken = walls(rules, date(2026, 5, 4), taken=[visit])
    assert [wall[:5] for wall in taken] == ["09:00", "11:00", "11:30"]
    busy = walls(rules, date(2026, 5, 4), busy=[visit])
    assert [wall[:5] for wall in busy] == ["09:00", "09:30", "10:30", "11:00", "11:30"]


def test_a_visit_that_began_before_the_hours_still_takes_their_first_slots() -> None:
    visit = (datetime(2026, 5, 4, 8, 30, tzinfo=KATHMANDU), datetime(2026, 5, 4, 9, 45, tzinfo=KATHMANDU))
    rules = week("Asia/Kathmandu", time(9), time(11))
    assert [wall[:5] for wall in walls(rules, date(2026, 5, 4), taken=[visit])] == ["10:00", "10:30"]


def test_a_second_too_late_is_too_late() -> None:
    rules = week("Asia/Kathmandu", time(9), time(10), notice_minutes=60)
    day = date(2026, 5, 4)

    def first(now: datetime) -> str:
        found = free_slots(rules, minutes=30, first_day=day, last_day=day, now=now)
        return f"{next(found).starts_at:%H:%M}"

    assert first(datetime(2026, 5, 4, 8, tzinfo=KATHMANDU)) == "09:00"
    assert first(datetime(2026, 5, 4, 8, 0, 1, tzinfo=KATHMANDU)) == "09:30"


@pytest.mark.parametrize("zone", ZONES)
def test_a_whole_year_keeps_to_the_wall_clock(zone: str) -> None:
    rules = week(zone, time(9), time(10), horizon_days=365)
    now = datetime(2026, 1, 1, tzinfo=ZoneInfo(zone))
    found = free_slots(rules, minutes=30, first_day=date(2026, 1, 1), last_day=date(2026, 12, 31), now=now)
    assert [f"{slot.starts_at:%H:%M}" for slot in found] == ["09:00", "09:30"] * 365


@pytest.mark.parametrize(("slot_minutes", "step"), [(0, 5), (5, 5), (7, 10), (15, 15), (32, 35)])
def test_the_grid_keeps_to_the_cells(slot_minutes: int, step: int) -> None:
    assert Rules(zone=UTC, hours=(), slot_minutes=slot_minutes).step == step


def test_the_edge_is_the_length_of_a_cell() -> None:
    assert EDGE_MINUTES == CELL_MINUTES
