"""The dashboard: periods, the rows behind each number, files, and a bounded number of queries."""

import csv
import io
import re
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from itertools import pairwise
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from django_tasks_db.models import DBTaskResult
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from insights.domain.figures import doses, periods, reading, sums
from insights.domain.figures.cells import Card, Cell
from insights.domain.figures.periods import By, Period, Preset
from insights.domain.figures.sources import Narrowing
from insights.models import DoseFigures
from insights.tests.figures import Life
from records.domain import adherence_report
from records.models import Intake
from records.tests.factories_doses import make_course, make_intake
from scheduling.models import Appointment
from scheduling.tests.factories import make_appointment

DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))
PAGE = "/figures/"


@given(first=DAYS, length=st.integers(0, 36_600), wanted=st.sampled_from(["", *By.values]))
def test_pieces_cover_a_period_without_gap(first: date, length: int, wanted: str) -> None:
    period = Period(first, min(first + timedelta(days=length), date(2199, 12, 31)))
    by = periods.allowed(period, wanted)
    found = periods.pieces(period, by)
    assert len(found) <= 301
    assert found[0].first == period.first
    assert found[-1].last == period.last
    for piece, following in pairwise(found):
        assert piece.last + timedelta(days=1) == following.first
        assert periods.begin(piece.last, by) == periods.begin(piece.first, by)
    before = period.before
    assert before.last + timedelta(days=1) == period.first
    assert abs(before.days - period.days) <= 3 or period.first.day == 1


@pytest.mark.parametrize(
    ("name", "expected", "before"),
    [
        (Preset.TODAY, ("2028-03-31", "2028-03-31"), ("2028-03-30", "2028-03-30")),
        (Preset.LAST_7, ("2028-03-25", "2028-03-31"), ("2028-03-18", "2028-03-24")),
        (Preset.THIS_MONTH, ("2028-03-01", "2028-03-31"), ("2028-02-01", "2028-02-29")),
        (Preset.LAST_MONTH, ("2028-02-01", "2028-02-29"), ("2028-01-01", "2028-01-31")),
        (Preset.LAST_YEAR, ("2027-01-01", "2027-12-31"), ("2026-01-01", "2026-12-31")),
    ],
)
def test_presets_and_what_they_are_compared_with(
    name: str, expected: tuple[str, str], before: tuple[str, str]
) -> None:
    found = periods.preset(name, date(2028, 3, 31))
    assert (str(found.first), str(found.last)) == expected
    assert (str(found.before.first), str(found.before.last)) == before


def test_a_period_with_days_to_come_is_under_way() -> None:
    today = date(2028, 3, 10)
    assert periods.preset(Preset.TODAY, today).is_under_way(today)
    assert periods.preset(Preset.THIS_MONTH, today).is_under_way(today)
    assert not periods.preset(Preset.LAST_30, today).is_under_way(today)
    assert not periods.preset(Preset.LAST_MONTH, today).is_under_way(today)


@pytest.fixture
def manager_client(client: Any, manager: Any) -> Any:
    client.force_login(manager)
    return client


def life(patient: Any, doctor: Any, service: Any, steps: int) -> None:
    lived = Life(3, [patient], [doctor], [service])
    for _step in range(steps):
        lived.step()


SHOWN = "from=2026-01-20&to=2026-02-20"


@pytest.mark.django_db
def test_each_link_leads_to_as_many_rows_as_the_number_says(
    manager_client: Any, patient: Any, doctor: Any, other_doctor: Any, service: Any
) -> None:
    life(patient, doctor, service, 60)
    life(patient, other_doctor, service, 20)
    sums.sum_marked()
    for narrowed in ("", f"&doctor={doctor.pk}", "&mode=video&by=week"):
        answer = manager_client.get(f"{PAGE}?{SHOWN}{narrowed}")
        assert answer.status_code == 200
        links = re.findall(
            r'<td class="num[^>]*><a [^>]*href="([^"]+)">([\d,.]+)</a>', answer.content.decode()
        )
        counts = [(unescape(url), int(number)) for url, number in links if "." not in number]
        # Means are no numbers of rows.
        counts = [(url, number) for url, number in counts if not re.search("/(waited|measured)/", url)]
        assert len(counts) > 20
        for url, number in counts[::3]:
            assert manager_client.get(url).context["page_obj"].paginator.count == number, url


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("from=2026-03-02&to=2026-03-01", "before the first"),
        ("period=own", "choose a day"),
        ("from=2026-03-02", "choose a day"),
        ("from=1500-01-01&to=2026-03-01", "1900"),
        ("from=9999-12-31&to=9999-12-31", "1900"),
        ("from=2026-02-30&to=2026-03-01", "valid date"),
        ("period=nonsense", "Choose one of the list."),
        ("doctor=nonsense", "Choose one of the list."),
        ("service=nonsense", "Choose one of the list."),
        ("by=hour", "Choose one of the list."),
    ],
)
def test_what_makes_no_sense_is_said_beside_its_field(manager_client: Any, query: str, said: str) -> None:
    answer = manager_client.get(f"{PAGE}?{query}")
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "stat-value" not in answer.content.decode()
    assert manager_client.get(f"/figures/behind/booked/?{query}").status_code == 302


@pytest.mark.parametrize(
    ("kind", "now", "then", "change"),
    [
        ("count", 110, 1, "+10,900 %"),
        ("count", 1, 2, "-50 %"),
        ("share", 75.26, 100.0, "-24.7"),
        # Shares are compared in points, those of doses as of visits.
        ("percent", 98, 90, "+8"),
        ("percent", 98, 98, "0"),
        ("money", Decimal(5), Decimal(0), ""),
    ],
)
def test_a_card_says_how_it_differs(kind: str, now: Any, then: Any, change: str) -> None:
    assert Card("Doses taken, %", Cell(now, kind), Cell(then, kind)).change == change


def test_numbers_are_grouped_as_the_language_does() -> None:
    amount = Cell(Decimal("1164880.5"), "money")
    assert amount.shown == "1,164,880.50"
    with translation.override("ne"):
        assert amount.shown == "11,64,880.50"


@pytest.mark.django_db
def test_queries_are_as_many_for_a_day_and_a_hundred_years(
    manager_client: Any, patient: Any, doctor: Any, service: Any
) -> None:
    def asked(query: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert manager_client.get(f"{PAGE}?{query}").status_code == 200
        return len(queries)

    asked(SHOWN)
    life(patient, doctor, service, 5)
    sums.sum_marked()
    few = asked(SHOWN)
    life(patient, doctor, service, 60)
    sums.sum_marked()
    assert asked(SHOWN) <= few
    for query in ("from=1930-01-01&to=2029-12-31", "from=2026-02-01&to=2026-02-01", f"{SHOWN}&by=week"):
        assert asked(query) <= few, query
    Appointment.objects.first().save()  # type: ignore[union-attr]
    # A marked day is read from the tables: three sums twice, money being two.
    assert few < asked(SHOWN) <= few + 8
    with CaptureQueriesContext(connection) as queries:
        manager_client.get(f"/figures/behind/booked/?{SHOWN}")
    assert len(queries) <= 8


@pytest.mark.django_db
def test_a_slow_answer_asks_for_the_sums_once(
    manager_client: Any, patient: Any, doctor: Any, service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    life(patient, doctor, service, 20)
    monkeypatch.setattr(reading, "MOST_RAW_DAYS", 1)
    cache.delete("figures:being-summed")
    for _look in range(2):
        assert "being summed up" in manager_client.get(f"{PAGE}?{SHOWN}").content.decode()
    assert DBTaskResult.objects.filter(task_path="insights.tasks.sum_figures").count() == 1
    sums.sum_marked()
    assert "being summed up" not in manager_client.get(f"{PAGE}?{SHOWN}").content.decode()


@pytest.mark.django_db
def test_an_empty_clinic_and_one_with_one_visit(
    manager_client: Any, patient: Any, doctor: Any, service: Any
) -> None:
    empty = manager_client.get(f"{PAGE}?from=1926-01-01&to=2026-12-31")
    assert "Nothing in these days" in empty.content.decode()
    doctor.first_name = '<b>Ram</b> & "Sita"' + "अतिदीर्घनाम" * 5
    doctor.save()
    make_appointment(patient, doctor, service)
    one = manager_client.get(f"{PAGE}?period=own&from={timezone.localdate()}&to=2126-12-31").content.decode()
    assert "&lt;b&gt;Ram&lt;/b&gt; &amp; " in one
    assert "<b>Ram" not in one


@pytest.mark.django_db
def test_the_same_tables_as_files(manager_client: Any, patient: Any, doctor: Any, service: Any) -> None:
    service.name = "=HYPERLINK(1)"
    service.save()
    life(patient, doctor, service, 40)
    sums.sum_marked()
    # A way of paying narrows the rows behind a number, not the tables: no file may say that it does.
    address = f"/exports/new/?kind=figures&{SHOWN}&method=cash"
    tables = manager_client.get(f"{PAGE}?{SHOWN}").context["tables"]
    assert manager_client.get(address).status_code == 200
    answers = {name: manager_client.post(address, {"format": name}) for name in ("xlsx", "csv", "pdf")}
    assert {answer.status_code for answer in answers.values()} == {200}
    book = load_workbook(io.BytesIO(answers["xlsx"].content))
    assert len(book.sheetnames) == len(tables)
    lines = list(csv.reader(io.StringIO(answers["csv"].content.decode("utf-8-sig"))))
    wide = [line for line in lines if len(line) > 1]
    for table in tables:
        assert [title for title, _kind in table.header] in lines
        for row in table.rows:
            assert [row[0].value, "" if row[1].stored is None else str(row[1].stored)] in [
                [line[0].removeprefix("'"), line[1]] for line in wide
            ]
    assert any(line and line[0].startswith("'=HYPERLINK") for line in lines)
    assert ["Paid by", "Cash"] not in lines
    assert answers["pdf"].content.startswith(b"%PDF")
    assert manager_client.post(f"{address}&mode=99", {"format": "xlsx"}).status_code == 422


@pytest.mark.django_db
def test_doses_are_summed_as_the_patient_sees_them(patient: Any, other_patient: Any, doctor: Any) -> None:
    with time_machine.travel("2026-03-20T06:00:00Z", tick=False):
        item = make_course(patient, doctor)
        other = make_course(other_patient, doctor)
    with time_machine.travel("2026-03-31T06:00:00Z", tick=False):
        make_intake(item, date(2026, 3, 23), "08:00")
        assert doses.sum_due() > 0
        assert doses.sum_due() == 0
        period = Period(date(2026, 3, 22), date(2026, 3, 28))
        _compare_doses(period, patient, other_patient)
        # Told later, of a day that was summed.
        make_intake(other, date(2026, 3, 24), "20:00")
        assert doses.sum_due() == 1
        _compare_doses(period, patient, other_patient)
        Intake.objects.get(item=other).delete()
        assert doses.sum_due() == 1
        _compare_doses(period, patient, other_patient)
        assert DoseFigures.objects.filter(day__gt=date(2026, 3, 28)).count() == 0
        # Written past the signals.
        Intake.objects.update(outcome="skipped")
        assert doses.sum_due() == 0
        call_command("sum_figures", "--all", stdout=io.StringIO())
        _compare_doses(period, patient, other_patient)


def _compare_doses(period: Period, *patients: Any) -> None:
    found = reading.find(period, Narrowing(), by=By.WEEK).doses
    told = [adherence_report.of_patient(each, weeks=2).by_week[period.first] for each in patients]
    assert found == told[0] + told[1]
    assert found.planned > 0
