"""Known days of two calendars."""

from datetime import date

import pytest
from django.utils import translation

from clinic.core import bikram


@pytest.mark.parametrize(
    ("day", "known"),
    [
        # New Year 2083, the earthquake of 2072, Constitution Day, and a day that older tables have a day late.
        (date(2026, 4, 14), (2083, 1, 1)),
        (date(2015, 4, 25), (2072, 1, 12)),
        (date(2015, 9, 20), (2072, 6, 3)),
        (date(2026, 11, 21), (2083, 8, 5)),
    ],
)
def test_known_days(day: date, known: tuple[int, int, int]) -> None:
    assert bikram.parts(day) == known


def test_written_in_words_and_nothing_outside_of_the_known_years() -> None:
    with translation.override("en"):
        assert bikram.written(date(2026, 11, 21)) == "5 Mangsir 2083 BS"
    assert bikram.written(date(1850, 1, 1)) == ""
