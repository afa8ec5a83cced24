"""Statements as banks write them: amounts, dates, encodings, what is refused. No database."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.domain.statements import cells, files, rows
from billing.domain.statements.layouts import BUILT_IN, Mapping, recognise
from clinic.core.errors import DomainError, Invalid, UnsupportedType

LAST = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("1,23,456.78", "123456.78", ""),
        ("123,456.78", "123456.78", ""),
        ("800", "800.00", ""),
        ("800.500", "800.50", ""),
        (".50", "0.50", ""),
        ("+800", "800.00", ""),
        ("NPR 1,200.00", "1200.00", "NPR"),
        ("Rs. 1,200/-", "1200.00", ""),
        ("रु १,२००.५०", "1200.50", ""),
        ("1'200.00", "1200.00", ""),
        ("1 200.00", "1200.00", ""),
        ("100 USD", "100.00", "USD"),
        ("₹ 500", "500.00", "INR"),
        ("(800.00)", "-800.00", ""),
        ("-800", "-800.00", ""),
        ("−800", "-800.00", ""),
        ("800-", "-800.00", ""),
        ("800.00 Dr", "-800.00", ""),
        ("800.00 Cr.", "800.00", ""),
        ("0.00", "0.00", ""),
    ],
)
def test_amounts(text: str, amount: str, currency: str) -> None:
    assert cells.amount(text) == (Decimal(amount), currency)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "amount"),
        ("abc", "amount"),
        ("=1+1", "amount"),
        ("=HYPERLINK(1)", "amount"),
        ("1,50", "amount"),
        ("1.234,56", "amount"),
        ("1,2,3", "amount"),
        ("12,34.00", "amount"),
        ("1.2.3", "amount"),
        ("(800", "amount"),
        ("$ 5", "amount"),
        ("1e5", "amount"),
        ("NaN", "amount"),
        ("1.005", "decimals"),
        ("99999999999", "too_much"),
    ],
)
def test_what_is_no_amount(text: str, code: str) -> None:
    with pytest.raises(cells.Unread) as refusal:
        cells.amount(text)
    assert refusal.value.code == code


def test_a_comma_for_decimals() -> None:
    assert cells.amount("1.234,56", decimal_mark=",") == (Decimal("1234.56"), "")
    with pytest.raises(cells.Unread):
        cells.amount("1,234.56", decimal_mark=",")


def _indian(whole: int) -> str:
    head, tail = divmod(whole, 1000)
    if not head:
        return str(tail)
    groups = []
    while head:
        head, pair = divmod(head, 100)
        groups.append(f"{pair:02d}" if head else str(pair))
    return ",".join([*reversed(groups), f"{tail:03d}"])


@given(st.integers(0, 999_999_999_999))
def test_every_way_to_group_says_the_same(hundredths: int) -> None:
    value = Decimal(hundredths) / 100
    whole, part = divmod(hundredths, 100)
    nepali = str.maketrans("0123456789", "०१२३४५६७८९")
    for text in (f"{value:.2f}", f"{value:,.2f}", f"{_indian(whole)}.{part:02d}"):
        assert cells.amount(text)[0] == value
        assert cells.amount(text.translate(nepali))[0] == value


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("2026-11-05", "ymd", date(2026, 11, 5)),
        ("2026/11/05 14:22:01", "ymd", date(2026, 11, 5)),
        ("2026-11-05T14:22", "ymd", date(2026, 11, 5)),
        ("20261105", "ymd", date(2026, 11, 5)),
        ("05/11/2026", "dmy", date(2026, 11, 5)),
        ("5.11.26", "dmy", date(2026, 11, 5)),
        ("05-Nov-2026", "dmy", date(2026, 11, 5)),
        ("05 November 2026", "dmy", date(2026, 11, 5)),
        ("2026-11-05", "dmy", date(2026, 11, 5)),
        ("11/05/2026", "mdy", date(2026, 11, 5)),
        ("Nov 5, 2026", "mdy", date(2026, 11, 5)),
        ("२०८३-०८-०६", "bs", date(2026, 11, 22)),
        ("06/08/2083", "bs", date(2026, 11, 22)),
    ],
)
def test_days(text: str, order: str, day: date) -> None:
    assert cells.day(text, order, last=LAST) == day


@pytest.mark.parametrize(
    ("text", "order", "code"),
    [
        ("", "ymd", "day"),
        ("Opening balance", "ymd", "day"),
        ("45321", "ymd", "day"),
        ("2026-02-30", "ymd", "day"),
        ("13/13/2026", "dmy", "day"),
        ("05/11/2026", "ymd", "day"),
        ("2083-13-01", "bs", "day"),
        ("1899-01-01", "ymd", "day"),
        ("2026-11-23", "ymd", "future"),
        ("05/12/2026", "dmy", "future"),
    ],
)
def test_what_is_no_day(text: str, order: str, code: str) -> None:
    with pytest.raises(cells.Unread) as refusal:
        cells.day(text, order, last=LAST)
    assert refusal.value.code == code


NEPAL = """Himalayan Example Bank Ltd.
Account,01234
Txn Date,Particulars,Cheque No,Debit,Credit,Balance
05/11/2026,FPQR ASHA GURUNG,FT 2412,,"1,23,456.78","2,00,000.00"
06/11/2026,CHARGES,,50.00,,"1,99,950.00"
07/11/2026,=HYPERLINK("http://x"),FT2,,-20.00,
08/11/2026,both,FT3,1.00,1.00,
,Total,,,800.00,
09/11/2026,nothing,FT4,0.00,0.00,
"""


def test_a_bank_of_nepal() -> None:
    delimiter = files.guess_delimiter(NEPAL)
    table = files.rows_of(NEPAL, delimiter)
    layout, at, columns = recognise(table, BUILT_IN)
    assert (delimiter, layout.key, at) == (",", "nepal", 3)
    mapping = Mapping("utf-8", delimiter, at, layout.date_format, layout.decimal_mark, columns)
    found = rows.read(table, mapping, currency="NPR", last=LAST)
    assert found.credits == [
        rows.Credit(4, date(2026, 11, 5), Decimal("123456.78"), "NPR", "FT 2412", "FPQR ASHA GURUNG")
    ]
    # Charges, and a deposit taken back.
    assert found.debits == 2
    assert [(one.number, one.code) for one in found.problems] == [(7, "both"), (8, "day"), (9, "nothing")]


def test_in_nepali() -> None:
    text = "मिति;विवरण;सन्दर्भ नं.;डेबिट;क्रेडिट\n२०८३/०८/०५;आशा गुरुङ;FT१२३४;;१,२००.००\n"
    table = files.rows_of(text, files.guess_delimiter(text))
    layout, at, columns = recognise(table, BUILT_IN)
    assert layout.key == "nepali"
    mapping = Mapping("utf-8", ";", at, layout.date_format, layout.decimal_mark, columns)
    (line,) = rows.read(table, mapping, currency="NPR", last=LAST).credits
    assert (line.booked_on, line.amount) == (date(2026, 11, 21), Decimal("1200.00"))


def test_one_column_for_both_directions() -> None:
    cells_of = ["5,CR,USD", "5,DR,", "-5,,", "5,?,", "5,,XXZ"]
    text = "Date,Amount,Dr/Cr,Currency\n" + "".join(f"2026-11-05,{row}\n" for row in cells_of)
    table = files.rows_of(text, ",")
    layout, at, columns = recognise(table, BUILT_IN)
    found = rows.read(table, Mapping(heading_row=at, columns=columns), currency="NPR", last=LAST)
    assert layout.key == "general"
    assert [line.currency for line in found.credits] == ["USD"]
    assert found.debits == 2
    assert [one.code for one in found.problems] == ["direction", "currency"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings(encoding: str) -> None:
    text = "Date;Amount;Description\n2026-11-05;800;आशा\n" + "2026-11-05;800;Asha\n" * 20
    content = text.encode(encoding)
    files.check(content)
    assert files.text_of(content, files.guess_encoding(content)).lstrip("\ufeff") == text


def test_an_old_encoding() -> None:
    content = "Date,Amount,Payer\n2026-11-05,800,Müller\n".encode("cp1252")
    assert "Müller" in files.text_of(content, files.guess_encoding(content))
    with pytest.raises(Invalid) as refusal:
        files.text_of(content, "utf-8")
    assert "encoding" in refusal.value.fields


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(delimiter: str) -> None:
    lines = [["Date", "Amount", "Reference"], ["05.11.2026", "12 345.50", "A-1"]] * 3
    assert files.guess_delimiter("\n".join(delimiter.join(line) for line in lines)) == delimiter


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"PK\x03\x04rest of a workbook", UnsupportedType),
        (b"\xd0\xcf\x11\xe0 an old workbook", UnsupportedType),
        (b"%PDF-1.7", UnsupportedType),
        (b"<html><table>", UnsupportedType),
        (b"\xef\xbb\xbf<?xml version='1.0'?>", UnsupportedType),
        (b"Date,Amount\n\x00\x01\x02" + b"a" * 500, UnsupportedType),
        (b"", Invalid),
        (b"\xef\xbb\xbf \n", Invalid),
    ],
)
def test_what_is_no_statement(content: bytes, error: type[DomainError]) -> None:
    with pytest.raises(error):
        files.check(content)


def test_too_many_rows_and_columns() -> None:
    files.rows_of("a,b\n" * files.MOST_ROWS, ",")
    with pytest.raises(Invalid):
        files.rows_of("a,b\n" * (files.MOST_ROWS + 1), ",")
    with pytest.raises(Invalid):
        files.rows_of("a" + ",b" * files.MOST_COLUMNS, ",")
    with pytest.raises(Invalid):
        files.rows_of('"' + "a" * 200_000, ",")


def test_lines_that_are_alike_are_counted() -> None:
    line = rows.Credit(2, date(2026, 11, 5), Decimal(800), "NPR", "FT 1", "Asha")
    respelt = rows.Credit(9, date(2026, 11, 5), Decimal(800), "NPR", "ft-1", "ASHA ")
    first, second = rows.keys([line, line], "bank")
    assert first != second
    assert rows.keys([respelt], "bank") == [first]
