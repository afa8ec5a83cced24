"""Medicines out of a file: looked over first, wrong rows named and left out, the same file again changes nothing."""

import csv
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook

from accounts.models import User
from records.domain.medicines import importing, planning
from records.models import Medicine, MedicineImport
from records.tests.prescriptions import line, make_draft

pytestmark = pytest.mark.django_db
HEADER = ["Generic name", "Brand", "Form", "Strength", "ATC code", "Most a day in mg", "Colour"]
Rows = list[list[Any]]


def csv_file(rows: Rows, header: list[str] | None = None, **dialect: Any) -> SimpleUploadedFile:
    out = io.StringIO()
    csv.writer(out, **dialect).writerows([header or HEADER, *rows])
    return SimpleUploadedFile("list.csv", out.getvalue().encode())


def excel_file(rows: Rows, header: list[str] | None = None) -> SimpleUploadedFile:
    book = Workbook()
    for row in [header or HEADER, *rows]:
        book.worksheets[0].append(row)
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile("list.xlsx", out.getvalue())


def take_in(file: SimpleUploadedFile, manager: User) -> MedicineImport:
    return importing.apply(importing.upload(file, actor=manager).pk, actor=manager)


def test_three_bad_rows_among_5000(manager: User, django_assert_max_num_queries: Any) -> None:
    rows: Rows = [[f"Substance {n}", "", "tablet", f"{n + 1} mg", "N02BE01", "4000", ""] for n in range(5000)]
    rows[10][0] = ""
    rows[2000][5] = "-4"
    rows[4999][4] = "aspirin"
    waiting = importing.upload(csv_file(rows), actor=manager)
    plan = importing.look(waiting)
    assert [row.number for row in plan.of(planning.WRONG)] == [12, 2002, 5001]
    assert plan.unknown == ["Colour"]
    with django_assert_max_num_queries(150):  # SQLite takes some 40 rows at once
        done = importing.apply(waiting.pk, actor=manager)
    assert (done.added, done.changed, done.unchanged, done.refused) == (4997, 0, 0, 3)
    assert [problem[0] for problem in done.problems] == [12, 2002, 5001]
    assert Medicine.objects.count() == 4997
    again = take_in(csv_file(rows), manager)
    assert (again.added, again.changed, again.unchanged, again.refused) == (0, 0, 4997, 3)


@pytest.mark.parametrize("make", [csv_file, excel_file])
def test_csv_and_excel_say_the_same(make: Any, manager: User) -> None:
    rows: Rows = [["Ibuprofen", None, "tablet", "400 mg", "M01AE01", 2400.5, None], [None] * 7]
    assert take_in(make(rows), manager).added == 1
    medicine = Medicine.objects.get()
    assert (medicine.strength_mg, medicine.max_daily_mg, medicine.atc) == (400, 2400.5, "M01AE01")


def test_a_known_product_changes_and_an_empty_cell_erases_nothing(manager: User) -> None:
    take_in(csv_file([["Ibuprofen", "", "Tablet", "400 mg", "M01AE01", "2400", ""]]), manager)
    file = csv_file([["IBUPROFEN ", "", "tablet", "400mg", "", "3200", ""]], delimiter=";")
    waiting = importing.upload(file, actor=manager)
    (row,) = importing.look(waiting).of(planning.CHANGED)
    assert row.what == [("max_daily_mg", "2400", "3200")]
    assert importing.apply(waiting.pk, actor=manager).changed == 1
    medicine = Medicine.objects.get()
    assert (medicine.generic, medicine.form, medicine.atc) == ("Ibuprofen", "Tablet", "M01AE01")
    assert medicine.max_daily_mg == 3200


def test_one_product_twice_in_a_file_counts_once(manager: User) -> None:
    rows: Rows = [["Ibuprofen", "", "tablet", "400 mg"], ["ibuprofen", "", "tablet", "400MG"]]
    done = take_in(csv_file(rows), manager)
    assert (done.added, done.refused) == (1, 1)
    assert done.problems[0][0] == 3


def test_the_unit_of_what_was_prescribed_stays(patient: User, doctor: User, manager: User) -> None:
    header = ["generic", "form", "strength", "unit"]
    take_in(csv_file([["Amoxicillin", "capsule", "500 mg", "capsule"]], header), manager)
    make_draft(patient, doctor, line(Medicine.objects.get()))
    done = take_in(csv_file([["Amoxicillin", "capsule", "500 mg", "box"]], header), manager)
    assert (done.changed, done.refused) == (0, 1)
    assert Medicine.objects.get().unit == "capsule"


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 422),
        (b"Generic name,Form\nIbuprofen,tablet\n", 422),
        (b"Generic name,Form,Strength,generic\na,b,c,d\n", 422),
        (b"Generic name,Form,Strength\n", 422),
        (b"PK\x03\x04 not really", 415),
        (b"\xd0\xcf\x11\xe0old", 415),
        (b"%PDF-1.7\x00\x01", 415),
        (b'Generic name,Form,Strength\n"Ibuprofen', 200),
    ],
)
def test_what_is_no_list_is_refused_kindly(
    client: Client, manager: User, content: bytes, status: int
) -> None:
    client.force_login(manager)
    answer = client.post(
        reverse("medicine_imports"), {"file": SimpleUploadedFile("x.csv", content)}, follow=True
    )
    assert answer.status_code == status
    assert MedicineImport.objects.count() == (1 if status == 200 else 0)


def test_over_the_pages_it_is_taken_in_once(client: Client, manager: User) -> None:
    client.force_login(manager)
    rows: Rows = [["Ibuprofen", "", "tablet", "400 mg"], ["<b>Bad</b>", "", "tablet", ""]]
    look = client.post(reverse("medicine_imports"), {"file": csv_file(rows)}, follow=True)
    page = look.content.decode()
    assert "Ibuprofen" in page
    assert "&lt;b&gt;Bad" in page
    assert not Medicine.objects.exists()
    waiting = MedicineImport.objects.get()
    decide = reverse("medicine_import_decide", args=[waiting.pk])
    for _tab in range(2):
        answer = client.post(decide, {"do": "apply"}, follow=True)
        assert answer.status_code == 200
    assert Medicine.objects.count() == 1
    waiting.refresh_from_db()
    assert (waiting.added, waiting.refused, waiting.file.name) == (1, 1, "")


def test_the_excel_that_is_saved_comes_back_as_no_change(client: Client, manager: User) -> None:
    header = ["generic", "form", "strength", "routes", "pregnancy", "max daily mg per kg", "source"]
    take_in(csv_file([["-Odd", "cream", "1%", "skin; eye", "c", "0,25", "=1+1"]], header), manager)
    client.force_login(manager)
    answer = client.get(reverse("medicine_excel"))
    saved = SimpleUploadedFile("medicines.xlsx", b"".join(answer.streaming_content))  # type: ignore[attr-defined]
    assert take_in(saved, manager).unchanged == 1
