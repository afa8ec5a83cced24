"""Exports that no spreadsheet program can be made to run."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from clinic.core.sheets import MAX_TEXT, download, safe_cell, workbook

FORMULAS = [
    "=1+1",
    "+1",
    "-2+3",
    "@SUM(A1)",
    '=HYPERLINK("http://evil.example","Asha")',
    "=cmd|' /C calc'!A0",
    "  =1+1",
    "\t=1",
    "\r=1",
    "\n=1",
    "\x00=1",
    "＝1+1",
    "|calc",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_looks_like_a_formula_becomes_text(text: str) -> None:
    assert safe_cell(text).startswith("'")
    sheet: Any = load_workbook(workbook("People", ["name"], [[text]])).active
    assert (sheet["A2"].data_type, str(sheet["A2"].value)[0]) == ("s", "'")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (7, 7),
        (-7, -7),
        (True, True),
        (Decimal("-12.50"), Decimal("-12.50")),
        ("आशा Gurung", "आशा Gurung"),
        ("a\x07b", "ab"),
        ("half \ud800", "half ?"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (datetime(2026, 1, 1, 18, 30, tzinfo=UTC), datetime(2026, 1, 2, 0, 15)),
        ("x" * (MAX_TEXT + 5), "x" * MAX_TEXT),
    ],
)
def test_all_else_stays_what_it_is(value: Any, expected: Any) -> None:
    assert safe_cell(value) == expected


@given(st.text(alphabet=st.characters(), max_size=40))
def test_any_text_can_be_exported(text: str) -> None:
    sheet: Any = load_workbook(workbook("Any", ["text"], [[text]])).active
    assert sheet["A2"].data_type != "f"


def test_a_download_is_a_file_with_a_header_row() -> None:
    answer = download("activity.xlsx", ["when", "=who"], ([number, "x"] for number in range(3)))
    assert answer["Content-Disposition"] == 'attachment; filename="activity.xlsx"'
    assert "no-store" in answer["Cache-Control"]
    sheet: Any = load_workbook(workbook("a/b:c*", ["when", "=who"], [[1, "x"]])).active
    assert [cell.value for cell in sheet[1]] == ["when", "'=who"]
    assert sheet.max_row == 2
