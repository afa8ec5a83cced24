"""Quiet hours: over midnight, over the change of clocks, in any zone."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.domain.quiet import is_quiet, until

NEW_YORK = ZoneInfo("America/New_York")
ZONES = st.sampled_from(
    [
        ZoneInfo(name)
        for name in ("Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe", "Europe/Berlin")
    ]
)
CLOCKS = st.times().map(lambda at: at.replace(second=0, microsecond=0))
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))


def local(*parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, tzinfo=NEW_YORK, fold=fold)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("starts", "ends", "now", "leaves"),
    [
        (time(22), time(7), local(2026, 11, 25, 21, 59), local(2026, 11, 25, 21, 59)),
        (time(22), time(7), local(2026, 11, 25, 22, 0), local(2026, 11, 26, 7, 0)),
        (time(22), time(7), local(2026, 11, 26, 6, 59), local(2026, 11, 26, 7, 0)),
        (time(22), time(7), local(2026, 11, 26, 7, 0), local(2026, 11, 26, 7, 0)),
        (time(13), time(14), local(2026, 11, 26, 13, 30), local(2026, 11, 26, 14, 0)),
        # The clock goes back: 01:30 comes twice; what comes in between the two waits for the second one.
        (time(22), time(1, 30), local(2026, 10, 31, 23, 0), local(2026, 11, 1, 1, 30)),
        (time(22), time(1, 30), local(2026, 11, 1, 1, 10, fold=1), local(2026, 11, 1, 1, 30, fold=1)),
        # The clock goes forward from 02:00 to 03:00: there is no 02:30.
        (time(22), time(2, 30), local(2026, 3, 7, 23, 0), local(2026, 3, 8, 3, 30)),
        # A night of nine hours on the clock is ten hours long.
        (time(22), time(7), local(2026, 10, 31, 22, 0), local(2026, 11, 1, 7, 0)),
    ],
)
def test_by_example(starts: time, ends: time, now: datetime, leaves: datetime) -> None:
    assert until(starts, ends, NEW_YORK, now.astimezone(UTC)) == leaves.astimezone(UTC)


@given(CLOCKS, CLOCKS, ZONES, MOMENTS)
def test_nothing_leaves_early_nor_waits_for_more_than_a_day(
    starts: time, ends: time, zone: ZoneInfo, now: datetime
) -> None:
    if starts == ends:
        return
    leaves = until(starts, ends, zone, now)
    if not is_quiet(starts, ends, zone, now):
        assert leaves == now
        return
    assert now < leaves <= now + timedelta(hours=25)
    # No later than when the quiet ends, but for the hour that the clock leaves out.
    late = leaves - timedelta(hours=1, minutes=1)
    assert late <= now or is_quiet(starts, ends, zone, late)
