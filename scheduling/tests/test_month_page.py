"""What the booking pages calculate: the month grid, addresses of moments, how times are spoken of, kept files."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from scheduling.domain import drafts, month
from scheduling.templatetags.scheduling import relative
from scheduling.tests.factories import clinic_time
from scheduling.views.picker import address_of, moment_of

DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))


@given(DAYS)
def test_a_month_holds_each_of_its_days_once_under_its_weekday(day: date) -> None:
    grid = month.weeks(day, {day: 3}, today=day)
    cells = [cell for week in grid for cell in week if cell]
    assert [cell.day for cell in cells] == [
        month.first_of(day) + timedelta(days=offset) for offset in range(month.last_of(day).day)
    ]
    for week in grid:
        assert len(week) == 7
        for column, cell in enumerate(week):
            assert cell is None or (cell.day.weekday() + 1) % 7 == column
    assert [cell.free for cell in cells if cell.day == day] == [3]
    assert [cell.day for cell in cells if cell.is_today] == [day]


@given(DAYS)
def test_months_follow_each_other(day: date) -> None:
    assert month.month_before(month.month_after(day)) == month.first_of(day)


@given(st.integers(-500, 500), st.integers(0, 1439))
def test_a_moment_comes_back_from_its_address(days: int, minutes: int) -> None:
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    moment = midnight + timedelta(days=days, minutes=minutes)
    assert moment_of(address_of(moment)) == moment


@pytest.mark.parametrize("text", [None, "", "soon", "2026-11-25", "2026-11-25T10:00", "9999-12-31T23:59Z"])
def test_what_is_no_moment_is_none(text: str | None) -> None:
    assert moment_of(text) is None


@given(st.text(max_size=30))
def test_no_text_breaks_the_reading_of_an_address(text: str) -> None:
    moment = moment_of(text)
    assert moment is None or timezone.is_aware(moment)


@pytest.mark.parametrize(
    ("moment", "spoken"),
    [
        ((2, 23, 55), "in 2 days"),
        ((1, 0, 5), "tomorrow"),
        ((-1, 23, 55), "yesterday"),
        ((-4, 9), "4 days ago"),
        ((0, 12, 35), "in 35 minutes"),
        ((0, 15), "in 3 hours"),
        ((0, 12), "now"),
        ((0, 11, 59), "1 minute ago"),
    ],
)
def test_times_are_spoken_of_by_the_clinics_calendar(
    moment: tuple[int, ...], spoken: str, time_machine: Any
) -> None:
    time_machine.move_to(clinic_time(0, 12), tick=False)
    assert relative(clinic_time(*moment)) == spoken


def test_files_that_were_never_booked_are_swept(settings: Any, time_machine: Any) -> None:
    def pdf() -> SimpleUploadedFile:
        return SimpleUploadedFile("a.pdf", b"%PDF-1.4 a", "application/pdf")

    time_machine.move_to(datetime(2026, 5, 1, 12, tzinfo=UTC))
    old = drafts.keep(pdf())
    stored = Path(settings.MEDIA_ROOT) / old["stored"]
    assert stored.exists()
    assert [upload.read() for upload in drafts.load([old])] == [b"%PDF-1.4 a"]
    time_machine.move_to(datetime(2026, 5, 4, 12, tzinfo=UTC))
    new = drafts.keep(pdf())
    assert not stored.exists()
    assert [upload.name for upload in drafts.load([old, new])] == ["a.pdf"]
    drafts.drop([new])
    assert drafts.load([new]) == []
