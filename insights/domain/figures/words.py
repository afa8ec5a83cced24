"""Periods in words."""

from django.utils.formats import date_format

from .periods import By, Period


def named(piece: Period, by: By) -> str:
    """A piece of a period in words."""
    if by == By.YEAR:
        return str(piece.first.year)
    if by == By.MONTH:
        return date_format(piece.first, "M Y")
    if piece.days == 1:
        return date_format(piece.first, "j M Y")
    same = piece.first.replace(day=1) == piece.last.replace(day=1)
    begin = "j" if same else "j M" if piece.first.year == piece.last.year else "j M Y"
    return f"{date_format(piece.first, begin)} – {date_format(piece.last, 'j M Y')}"
