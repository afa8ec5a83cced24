"""Where visits stand against the clock."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from scheduling.domain.timeline import Place, moments
from scheduling.enums import UPCOMING, AppointmentStatus
from scheduling.models import Appointment

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
_S = AppointmentStatus


def visit(minutes: int, status: str) -> Appointment:
    """A half-hour visit that starts so many minutes from now."""
    starts_at = NOW + timedelta(minutes=minutes)
    return Appointment(status=status, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=30))


def placed(*visits: Appointment) -> list[tuple[str, int]]:
    return [(moment.place, moment.minutes) for moment in moments(visits, NOW)]


def test_a_day_in_order() -> None:
    assert placed(
        visit(-120, _S.COMPLETED),
        visit(-90, _S.NO_SHOW),
        visit(-40, _S.IN_PROGRESS),
        visit(-12, _S.CHECKED_IN),
        visit(0, _S.CONFIRMED),
        visit(20, _S.CONFIRMED),
        visit(50, _S.PENDING_CONFIRMATION),
    ) == [
        (Place.DONE, 0),
        (Place.DONE, 0),
        (Place.NOW, 10),
        (Place.LATE, 12),
        (Place.NOW, 0),
        (Place.NEXT, 0),
        (Place.LATER, 0),
    ]


def test_who_is_called_in_is_now_and_no_longer_next() -> None:
    called = visit(20, _S.CHECKED_IN)
    called.called_at = NOW
    assert placed(called, visit(30, _S.CHECKED_IN)) == [(Place.NOW, 0), (Place.NEXT, 0)]


@given(st.lists(st.tuples(st.integers(-600, 600), st.sampled_from(_S.values)), max_size=12))
def test_every_open_visit_ahead_is_next_or_later_and_one_is_next(entries: list[tuple[int, str]]) -> None:
    visits = [visit(minutes, status) for minutes, status in sorted(entries)]
    found = moments(visits, NOW)
    assert [moment.visit for moment in found] == visits
    for moment in found:
        is_open = moment.visit.status in UPCOMING
        assert (moment.place == Place.DONE) is not is_open
        assert moment.minutes >= 0
        if moment.place in (Place.NEXT, Place.LATER):
            assert moment.visit.starts_at > NOW
    ahead = [m for m in found if m.visit.starts_at > NOW and m.visit.status in UPCOMING - {_S.IN_PROGRESS}]
    assert any(moment.place == Place.NEXT for moment in ahead) or not ahead
