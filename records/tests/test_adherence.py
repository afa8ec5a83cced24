"""Figures of doses taken. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.domain import adherence
from records.domain.adherence import Share, Told
from records.domain.doses import Dose

AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
DOSE = Dose(AT, UUID(int=1), AT.date(), time(8))
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("told", "after", "state"),
    [
        (None, -HOUR, "ahead"),
        (None, 0 * HOUR, "open"),
        (None, 1.9 * HOUR, "open"),
        (None, 2 * HOUR, "missed"),
        (Told("taken", AT - HOUR), -HOUR, "taken"),
        (Told("taken", AT + 2 * HOUR), 9 * HOUR, "taken"),
        (Told("taken", AT + 2.1 * HOUR), 9 * HOUR, "late"),
        (Told("taken", None), 9 * HOUR, "taken"),
        (Told("skipped"), 0 * HOUR, "skipped"),
    ],
)
def test_the_state_of_a_dose(told: Told | None, after: timedelta, state: str) -> None:
    assert adherence.state_of(DOSE, told, AT + after) == state


def test_what_is_open_or_ahead_spoils_no_figure() -> None:
    share = adherence.share_of(["taken", "open", "ahead", "late", "missed", "skipped"])
    assert (share.planned, share.taken, share.percent) == (4, 2, 50)
    assert adherence.share_of(["open", "ahead"]).percent is None


@pytest.mark.parametrize(("taken", "missed", "percent"), [(0, 7, 0), (1, 999, 1), (999, 1, 99), (7, 0, 100)])
def test_all_and_none_are_said_of_all_and_none_only(taken: int, missed: int, percent: int) -> None:
    assert Share(on_time=taken, missed=missed).percent == percent


STATES = st.lists(st.tuples(st.integers(0, 3), st.sampled_from(adherence.DOSE_STATES)))


@given(STATES)
def test_groups_add_up_to_the_whole(found: list[tuple[int, str]]) -> None:
    total = adherence.share_of(state for _, state in found)
    assert sum(adherence.by(found).values(), Share()) == total
    assert total.percent is None or 0 <= total.percent <= 100


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 60))
def test_weeks_run_from_sunday_and_end_with_this_one(day: date, count: int) -> None:
    weeks = adherence.weeks_until(day, count)
    assert len(weeks) == count
    assert all(week.weekday() == 6 for week in weeks)
    assert weeks[-1] <= day < weeks[-1] + timedelta(days=7)
