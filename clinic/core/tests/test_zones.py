"""Two clocks beside each other: when they differ, on which day, and in summer time."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import translation

from clinic.core import zones

# 2026-11-25 10:00 in Kathmandu (UTC+05:45).
MORNING = datetime(2026, 11, 25, 4, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("", "25 Nov 2026, 10:00"),
        ("Asia/Kathmandu", "25 Nov 2026, 10:00"),
        ("Asia/Katmandu", "25 Nov 2026, 10:00"),
        ("Nowhere/Land", "25 Nov 2026, 10:00"),
        ("../../etc/passwd", "25 Nov 2026, 10:00"),
        ("Europe/Berlin", "25 Nov 2026, 10:00 clinic time (05:15 your time)"),
        ("America/New_York", "25 Nov 2026, 10:00 clinic time (Tue 24 Nov, 23:15 your time)"),
        ("Pacific/Kiritimati", "25 Nov 2026, 10:00 clinic time (18:15 your time)"),
    ],
)
def test_both_times_stand_where_they_differ(zone: str, said: str) -> None:
    assert zones.spoken(MORNING, zone) == said


def test_summer_time_counts_on_its_own_day() -> None:
    """Berlin leaves summer time on 25 October 2026 at 01:00 UTC: the same clinic hour is another one there."""
    before, after = datetime(2026, 10, 25, 0, 15, tzinfo=UTC), datetime(2026, 10, 26, 0, 15, tzinfo=UTC)
    assert zones.spoken(before, "Europe/Berlin") == "25 Oct 2026, 06:00 clinic time (02:15 your time)"
    assert zones.spoken(after, "Europe/Berlin") == "26 Oct 2026, 06:00 clinic time (01:15 your time)"


def test_zones_that_agree_in_winter_only(settings: Any) -> None:
    """London and Reykjavik: one clock in January, two in July."""
    winter, summer = datetime(2026, 1, 15, 12, tzinfo=UTC), datetime(2026, 7, 15, 12, tzinfo=UTC)
    settings.TIME_ZONE = "Europe/London"
    assert zones.own_time(winter, "Atlantic/Reykjavik") is None
    assert zones.spoken(summer, "Atlantic/Reykjavik") == "15 Jul 2026, 13:00 clinic time (12:00 your time)"


def test_it_is_said_in_the_language_of_the_reader() -> None:
    with translation.override("ne"):
        assert "Tue" not in zones.spoken(MORNING, "America/New_York")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("asia/kathmandu", "Asia/Kathmandu"),
        ("  new york ", "America/New_York"),
        ("Kathmandu", "Asia/Kathmandu"),
        ("Asia/Katmandu", "Asia/Kathmandu"),
        ("utc", "UTC"),
        ("", ""),
        ("Atlantis", "Atlantis"),
    ],
)
def test_a_city_alone_will_do(typed: str, meant: str) -> None:
    assert zones.meant(typed) == meant


def test_the_list_to_choose_from_is_real() -> None:
    assert {"Asia/Kathmandu", "Europe/Berlin", "America/Argentina/Buenos_Aires"} <= set(zones.names())
    assert all(zones.own_time(MORNING, name) is None or name for name in zones.names())
    assert "Etc/GMT+5" not in zones.names()
