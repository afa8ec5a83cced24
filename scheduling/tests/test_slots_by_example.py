"""Slots of single days: ordinary ones, those on which clocks change, and what stands in the way."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from scheduling.domain.slots import EDGE_MINUTES, DayInterval, Rules, WeeklyInterval, free_slots
from scheduling.enums import CELL_MINUTES
from scheduling.tests.test_slots import ZONES

KATHMANDU = ZoneInfo("Asia/Kathmandu")
BOTH = frozenset({"video", "in_person"})
DAY = date(2026, 5, 4)


def week(zone: str, starts: time, ends: time, **fields: object) -> Rules:
    hours = [WeeklyInterval(day, starts, ends, frozenset({"video", "in_person"})) for day in range(7)]
    return Rules(zone=ZoneInfo(zone), hours=hours, **{"slot_minutes": 30, **fields})  # type: ignore[arg-type]


def walls(rules: Rules, day: date, minutes: int = 30, **fields: object) -> list[str]:
    now = datetime.combine(day, time(), tzinfo=UTC) - timedelta(days=2)
    found = free_slots(rules, minutes=minutes, first_day=day, last_day=day, now=now, **fields)  # type: ignore[arg-type]
    return [f"{slot.starts_at:%H:%M%z}" for slot in found]


def test_an_ordinary_day() -> None:
    assert walls(week("Asia/Kathmandu", time(9), time(11)), DAY) == [
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
    taken = walls(rules, DAY, taken=[visit])
    assert [wall[:5] for wall in taken] == ["09:00", "11:00", "11:30"]
    busy = walls(rules, DAY, busy=[visit])
    assert [wall[:5] for wall in busy] == ["09:00", "09:30", "10:30", "11:00", "11:30"]


def test_a_pause_before_and_one_after_a_visit_add_up() -> None:
    """Between two visits lies the pause after the first and the one before the second."""
    visit = (datetime(2026, 5, 4, 10, tzinfo=KATHMANDU), datetime(2026, 5, 4, 10, 30, tzinfo=KATHMANDU))
    rules = week(
        "Asia/Kathmandu", time(9), time(12), slot_minutes=10, buffer_before_minutes=5, buffer_minutes=15
    )
    found = [wall[:5] for wall in walls(rules, DAY, taken=[visit])]
    assert [wall for wall in found if wall < "10:00"][-1] == "09:10"
    assert next(wall for wall in found if wall > "10:00") == "10:50"


def test_an_opening_adds_to_the_week_and_holds_on_a_holiday() -> None:
    evening = DayInterval(DAY, time(18), time(19), BOTH)
    rules = week("Asia/Kathmandu", time(9), time(10), openings=[evening])
    assert [wall[:5] for wall in walls(rules, DAY)] == ["09:00", "09:30", "18:00", "18:30"]
    closed = week("Asia/Kathmandu", time(9), time(10), openings=[evening], holidays=[(DAY, DAY)])
    assert [wall[:5] for wall in walls(closed, DAY)] == ["18:00", "18:30"]
    assert walls(closed, DAY + timedelta(days=1))


def test_a_day_off_is_stronger_than_an_opening_and_so_is_a_part_of_one() -> None:
    evening = DayInterval(DAY, time(18), time(19), BOTH)
    away = week("Asia/Kathmandu", time(9), time(10), openings=[evening], days_off=[(DAY, DAY)])
    assert walls(away, DAY) == []
    part = DayInterval(DAY, time(9, 15), time(18, 30))
    dentist = week("Asia/Kathmandu", time(9), time(10), openings=[evening], parts_off=[part])
    assert [wall[:5] for wall in walls(dentist, DAY)] == ["18:30"]


def test_two_scanners_that_are_each_free_for_half_of_it_do_not_help() -> None:
    rules = week("Asia/Kathmandu", time(9), time(10))

    def at(hour: int, minute: int) -> datetime:
        return datetime(2026, 5, 4, hour, minute, tzinfo=KATHMANDU)

    first, second = [(at(9, 0), at(9, 15))], [(at(9, 15), at(9, 30))]
    assert [wall[:5] for wall in walls(rules, DAY, needs=[[first, second]])] == ["09:30"]
    assert [wall[:5] for wall in walls(rules, DAY, needs=[[first, []]])] == ["09:00", "09:30"]
    assert [wall[:5] for wall in walls(rules, DAY, needs=[[[]], [first]])] == ["09:30"]
    assert walls(rules, DAY, needs=[[]]) == [], "a group without any resource"


def test_one_scanner_away_all_day_and_the_other_taken_twice() -> None:
    def at(hour: int, minute: int = 0) -> datetime:
        return datetime(2026, 5, 4, hour, minute, tzinfo=KATHMANDU)

    away, twice = [(at(8), at(18))], [(at(9, 30), at(10)), (at(10, 30), at(11))]
    rules = week("Asia/Kathmandu", time(9), time(11))
    for group in ([away, twice], [twice, away]):
        assert [wall[:5] for wall in walls(rules, DAY, needs=[group])] == ["09:00", "10:00"]


def test_a_visit_that_began_before_the_hours_still_takes_their_first_slots() -> None:
    visit = (datetime(2026, 5, 4, 8, 30, tzinfo=KATHMANDU), datetime(2026, 5, 4, 9, 45, tzinfo=KATHMANDU))
    rules = week("Asia/Kathmandu", time(9), time(11))
    assert [wall[:5] for wall in walls(rules, DAY, taken=[visit])] == ["10:00", "10:30"]


def test_a_second_too_late_is_too_late() -> None:
    rules = week("Asia/Kathmandu", time(9), time(10), notice_minutes=60)
    day = DAY

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
