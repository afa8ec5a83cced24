"""Slots from a doctor's rules: properties over any zone, around the days on which clocks change."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.domain.slots import (
    EDGE_MINUTES,
    DayInterval,
    Rules,
    Slot,
    WeeklyInterval,
    free_slots,
    is_free,
)

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

Interval = WeeklyInterval | DayInterval

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
    days = st.integers(0, 3).map(lambda offset: first_day + timedelta(days=offset))
    whole_days = st.lists(days.map(lambda day: (day, day)), max_size=1)
    single = st.builds(lambda day, row: DayInterval(day, row.starts, row.ends, row.modes), days, intervals())
    resource = st.lists(visits, max_size=6)
    return {
        "rules": Rules(
            zone=zone,
            hours=draw(st.lists(intervals(), max_size=8)),
            breaks=draw(st.lists(intervals(), max_size=4)),
            openings=draw(st.lists(single, max_size=3)),
            holidays=draw(whole_days),
            days_off=draw(whole_days),
            parts_off=draw(st.lists(single, max_size=2)),
            slot_minutes=draw(st.sampled_from([5, 7, 10, 15, 20, 30, 45, 60])),
            buffer_before_minutes=draw(st.sampled_from([0, 0, 5, 8])),
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
        "needs": draw(st.lists(st.lists(resource, max_size=3), max_size=2)),
        "mode": draw(st.sampled_from([None, "video", "in_person"])),
    }


def minutes_of(slot: Slot) -> Iterator[datetime]:
    moment = slot.starts_at.astimezone(UTC)
    while moment < slot.ends_at:
        yield moment
        moment += timedelta(minutes=1)


def open_hours(rules: Rules) -> list[Interval]:
    return [*rules.hours, *rules.openings]


def closed_hours(rules: Rules) -> list[Interval]:
    return [*rules.breaks, *rules.parts_off]


def inside(interval: Interval, local: datetime) -> bool:
    wall = local.time().replace(second=0, microsecond=0)
    on_day = (
        interval.weekday == local.weekday()
        if isinstance(interval, WeeklyInterval)
        else interval.day == local.date()
    )
    return on_day and interval.starts <= wall < interval.ends


def holds(rules: Rules, interval: Interval, day: date) -> bool:
    """A holiday ends the weekly hours, not an opening."""
    on_holiday = any(first <= day <= last for first, last in rules.holidays)
    return isinstance(interval, DayInterval) or not on_holiday


@settings(max_examples=500)
@given(situations())
def test_no_slot_breaks_a_rule(situation: dict) -> None:  # type: ignore[type-arg]
    rules: Rules = situation["rules"]
    now, mode, minutes = situation["now"], situation["mode"], situation["minutes"]
    found = list(free_slots(**situation))

    assert found == list(free_slots(**situation)), "the same question has the same answer"
    starts = [slot.starts_at.astimezone(UTC) for slot in found]
    assert starts == sorted(set(starts)), "in order, each once"
    pause = timedelta(minutes=rules.buffer_before_minutes + rules.buffer_minutes)
    for slot in found:
        start, end = slot.starts_at.astimezone(UTC), slot.ends_at.astimezone(UTC)
        assert end - start == timedelta(minutes=minutes)
        assert int(slot.starts_at.timestamp()) % (EDGE_MINUTES * 60) == 0
        assert start >= now + timedelta(minutes=rules.notice_minutes)
        day = slot.starts_at.date()
        assert situation["first_day"] <= day <= situation["last_day"]
        assert day <= now.astimezone(rules.zone).date() + timedelta(days=rules.horizon_days)
        assert not any(first <= day <= last for first, last in rules.days_off)
        assert all(end + pause <= begins or ends + pause <= start for begins, ends in situation["taken"])
        assert is_free(start, minutes, situation["busy"])
        for group in situation["needs"]:
            assert any(is_free(start, minutes, resource) for resource in group), "one is free all the time"
        within = [
            hours
            for hours in open_hours(rules)
            if (mode is None or mode in hours.modes) and holds(rules, hours, day)
        ]
        for moment in minutes_of(slot):
            local = moment.astimezone(rules.zone)
            within = [hours for hours in within if inside(hours, local)]
            assert not any(inside(closed, local) for closed in closed_hours(rules))
        assert within, "one interval of hours holds the whole slot"


@settings(max_examples=300)
@given(situations())
def test_nothing_free_is_left_out(situation: dict) -> None:  # type: ignore[type-arg]
    """What stands in the way takes away exactly the slots that it overlaps, and no others."""
    rules: Rules = situation["rules"]
    pause = timedelta(minutes=rules.buffer_before_minutes + rules.buffer_minutes)
    nothing_closed = replace(rules, breaks=(), parts_off=(), days_off=())
    nothing_taken = {"taken": (), "busy": (), "needs": ()}
    open_ones = list(free_slots(**{**situation, **nothing_taken, "rules": nothing_closed}))

    def stays(slot: Slot) -> bool:
        start, end = slot.starts_at.astimezone(UTC), slot.ends_at.astimezone(UTC)
        return (
            all(end + pause <= begins or ends + pause <= start for begins, ends in situation["taken"])
            and is_free(start, situation["minutes"], situation["busy"])
            and not any(first <= slot.starts_at.date() <= last for first, last in rules.days_off)
            and not any(
                inside(closed, moment.astimezone(rules.zone))
                for closed in closed_hours(rules)
                for moment in minutes_of(slot)
            )
            and all(
                any(is_free(start, situation["minutes"], resource) for resource in group)
                for group in situation["needs"]
            )
        )

    assert list(free_slots(**situation)) == [slot for slot in open_ones if stays(slot)]


@settings(max_examples=100)
@given(situations())
def test_every_place_on_the_grid_that_keeps_the_rules_is_offered(situation: dict) -> None:  # type: ignore[type-arg]
    """Without anything in the way, the slots are exactly what minute-by-minute counting finds."""
    rules: Rules = situation["rules"]
    plain = Rules(
        zone=rules.zone,
        hours=rules.hours,
        openings=rules.openings,
        holidays=rules.holidays,
        slot_minutes=rules.slot_minutes,
        horizon_days=5,
    )
    first_day, last_day, mode = situation["first_day"], situation["last_day"], situation["mode"]
    now = datetime.combine(first_day, time(), tzinfo=UTC) - timedelta(hours=15)
    found = {
        slot.starts_at.astimezone(UTC)
        for slot in free_slots(
            plain, minutes=situation["minutes"], first_day=first_day, last_day=last_day, now=now, mode=mode
        )
    }
    expected = set()
    for hours in open_hours(plain):
        if mode is not None and mode not in hours.modes:
            continue
        for run in runs(plain, hours, first_day, last_day):
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
    rules: Rules, hours: Interval, first_day: date, last_day: date
) -> Iterator[tuple[datetime, datetime]]:
    """Each unbroken stretch of UTC minutes whose wall clock lies within these hours of these days."""
    moment = datetime.combine(first_day, time(), tzinfo=UTC) - timedelta(hours=16)
    end = datetime.combine(last_day, time(), tzinfo=UTC) + timedelta(hours=40)
    start = None
    while moment <= end:
        local = moment.astimezone(rules.zone)
        day = local.date()
        open_now = first_day <= day <= last_day and inside(hours, local) and holds(rules, hours, day)
        if open_now and start is None:
            start = moment
        elif not open_now and start is not None:
            yield start, moment
            start = None
        moment += timedelta(minutes=1)
