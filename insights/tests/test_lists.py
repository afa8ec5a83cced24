"""Every list of the staff as a file: the rows of its page, with the page's filters, for whoever has the page."""

import io
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook
from pypdf import PdfReader

from accounts.enums import ActivityVerb
from accounts.models import Activity
from accounts.tests.factories import make_doctor, make_patient
from billing.domain import payments
from billing.tests.aid import make_claim, make_membership, make_plan
from clinic.core import pdf
from insights.domain import exports
from insights.domain.lists.registry import LISTS, listed
from insights.enums import ExportKind
from insights.models import Export
from insights.tests.factories import make_export
from scheduling.tests.factories import clinic_time, make_appointment, make_waiting
from scheduling.tests.imaging import QUESTION, make_radiologist, make_referral, make_scan

pytestmark = pytest.mark.django_db
NEW = "/exports/new/"
FORMULA = "=cmd|' /C calc'!A0"
ALLOWED = {
    "appointments": {"patient", "doctor", "manager"},
    "payments": {"manager"},
    "claims": {"manager"},
    "people": {"manager", "admin"},
    "waiting": {"manager"},
    "referrals": {"doctor", "manager"},
    "figures": {"manager"},
}
# The figures are tables, not rows.
ROWS = sorted(set(ALLOWED) - {"figures"})


def rows(content: bytes) -> list[dict[str, Any]]:
    header, *lines = load_workbook(io.BytesIO(content)).active.values  # type: ignore[union-attr]
    return [dict(zip(header, line, strict=True)) for line in lines]


@pytest.fixture
def sheet(client: Any) -> Any:
    def taken(user: Any, address: str) -> list[dict[str, Any]]:
        client.force_login(user)
        answer = client.post(f"{NEW}?{address}", {"format": "xlsx"})
        assert answer.status_code == 200
        return rows(answer.content)

    return taken


@pytest.fixture
def clinic(request: pytest.FixtureRequest) -> SimpleNamespace:
    names = ("manager", "doctor", "patient", "other_patient", "service")
    cast = {name: request.getfixturevalue(name) for name in names}
    return SimpleNamespace(**cast, scan=make_scan(make_radiologist()), plan=make_plan())


def fill(kind: str, number: int, clinic: SimpleNamespace) -> None:
    doctor, service = clinic.doctor, clinic.service
    patient = make_patient(f"p{number}@test.clinic", first_name=FORMULA, last_name=f"Rai {number}")
    if kind == "waiting":
        make_waiting(patient, doctor, service)
    elif kind == "referrals":
        make_referral(patient, doctor, clinic.scan)
    elif kind == "claims":
        membership = make_membership(patient, clinic.plan)
        starts_at = clinic_time(-40 - number, 10)
        make_claim(patient, doctor, service, membership=membership, status="ready", starts_at=starts_at)
    elif kind != "people":
        visit = make_appointment(patient, doctor, service, starts_at=clinic_time(2 + number, 10))
        payments.raise_for(visit, actor=patient)


@pytest.mark.parametrize("kind", sorted(ALLOWED))
def test_each_list_is_for_those_who_have_its_page(
    client: Any, kind: str, request: pytest.FixtureRequest
) -> None:
    assert set(ALLOWED) == set(LISTS) == set(ExportKind.values)
    for name in ("patient", "doctor", "manager", "admin"):
        user = request.getfixturevalue(name)
        client.force_login(user)
        expected = 200 if name in ALLOWED[kind] else 403
        assert client.get(f"{NEW}?kind={kind}").status_code == expected
        assert client.post(f"{NEW}?kind={kind}", {"format": "xlsx"}).status_code == expected


@pytest.mark.parametrize("kind", ROWS)
def test_the_rows_of_the_page_harmless_and_at_a_flat_cost(clinic: SimpleNamespace, kind: str) -> None:
    manager = clinic.manager
    filters = {"payments": "status=due", "referrals": "q=rai", "people": "q=%3Dcmd"}.get(kind, "")

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            listed(kind, manager, filters).make("xlsx", lambda _done: None)
        return len(asked)

    fill(kind, 0, clinic)
    one = cost()
    for number in range(1, 12):
        fill(kind, number, clinic)
    assert cost() == one <= 7
    made = rows(listed(kind, manager, filters).make("xlsx", lambda _done: None))
    assert len(made) == 12
    name = made[0]["Name" if kind == "people" else "Patient"]
    assert name.startswith("'=cmd|")
    assert not any(QUESTION in str(value) for row in made for value in row.values())
    if pdf.is_possible():
        content = listed(kind, manager, filters).make("pdf", lambda _done: None)
        text = PdfReader(io.BytesIO(content)).pages[0].extract_text()
        assert str(ExportKind(kind).label) in text
        assert "12 rows" in text


def test_the_filters_of_the_page_hold(sheet: Any, clinic: SimpleNamespace) -> None:
    manager, doctor, service = clinic.manager, clinic.doctor, clinic.service
    patient, other_patient = clinic.patient, clinic.other_patient
    first = make_appointment(patient, doctor, service)
    sent = payments.raise_for(first, actor=patient)
    payments.submit(sent.pk, bank_reference="FT 1234567", actor=patient)
    payments.raise_for(
        make_appointment(other_patient, doctor, service, starts_at=clinic_time(4, 10)), actor=other_patient
    )
    (row,) = sheet(manager, "kind=payments")
    assert (row["Patient"], row["Bank references"]) == ("Asha Gurung", "FT 1234567")
    assert [one["Patient"] for one in sheet(manager, "kind=payments&status=due")] == ["Bikash Rai"]
    assert sheet(manager, "kind=payments&status=due&q=asha") == []
    assert {one["Name"] for one in sheet(manager, "kind=people&role=doctor")} >= {"Dr. Sita Sharma"}
    assert {one["Name"] for one in sheet(manager, "kind=people")} == {"Asha Gurung", "Bikash Rai"}
    # Management has no list of admins: it gets what its page shows instead.
    assert {one["Name"] for one in sheet(manager, "kind=people&role=admin")} == {"Asha Gurung", "Bikash Rai"}
    make_referral(patient, doctor, clinic.scan)
    assert [one["Patient"] for one in sheet(doctor, "kind=referrals")] == ["Asha Gurung"]
    assert sheet(doctor, "kind=referrals&status=cancelled") == []
    assert sheet(make_doctor("third@test.clinic"), "kind=referrals&whose=all") == []
    line = Activity.objects.filter(verb=ActivityVerb.LIST_EXPORTED).latest("pk")
    assert line.reason == "referrals, xlsx, 0"


def test_a_large_one_is_made_by_the_worker_in_the_role_its_owner_still_has(
    client: Any, manager: Any, patient: Any, other_patient: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "SMALL", 1)
    client.force_login(manager)
    assert client.post(f"{NEW}?kind=people&q=a", {"format": "xlsx"}).url == reverse("exports")
    export = Export.objects.get()
    assert (export.kind, export.filters) == ("people", "q=a")
    assert exports.run(export.pk)
    export.refresh_from_db()
    assert len(rows(export.file.read())) == export.total == 2
    assert "People" in client.get(reverse("exports")).content.decode()
    # A doctor who once was a manager gets none of it.
    lost = make_export(manager, kind="payments")
    type(manager).objects.filter(pk=manager.pk).update(role="doctor")
    assert not exports.run(lost.pk)


@pytest.mark.parametrize(
    ("page", "kind"),
    [("people", "people"), ("waiting_list", "waiting"), ("referrals", "referrals"), ("claims", "claims")],
)
def test_the_page_links_to_its_file_with_its_filters(
    client: Any, clinic: SimpleNamespace, page: str, kind: str
) -> None:
    fill(kind, 0, clinic)
    client.force_login(clinic.manager)
    text = client.get(f"{reverse(page)}?q=rai").content.decode()
    assert f"{NEW}?q=rai&amp;kind={kind}" in text
