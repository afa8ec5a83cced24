"""The quote before booking and on the visit, as part of a page and in the API."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest

from billing.domain import quoting
from billing.models import Authorisation, Quote
from billing.tests.aid import make_membership, make_plan
from scheduling.models import Appointment
from scheduling.tests.factories import clinic_time, make_appointment

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(patient: Any, other_patient: Any, doctor: Any, manager: Any) -> SimpleNamespace:
    return SimpleNamespace(patient=patient, other_patient=other_patient, doctor=doctor, manager=manager)


@pytest.fixture
def asked(doctor: Any, service: Any) -> dict[str, str]:
    return {
        "doctor": str(doctor.pk),
        "service": str(service.pk),
        "starts_at": clinic_time(2, 10).isoformat(),
    }


@pytest.fixture
def insured(patient: Any) -> Any:
    plan = make_plan(
        co_payment_kind="percent", co_payment=Decimal(10), annual_limit=Decimal(500), needs_authorisation=True
    )
    return make_membership(patient, plan)


def test_the_api_answers_as_the_formula_says(
    api: Any, patient: Any, manager: Any, insured: Any, asked: dict[str, str]
) -> None:
    body = api(patient).get("/api/quote/", asked).json()
    amounts = ("charge", "covered", "co_payment", "shortfall", "to_pay", "currency")
    assert [body[name] for name in amounts] == ["800.00", "420.00", "80.00", "300.00", "380.00", "NPR"]
    assert (body["authorisation_open"], body["membership"]) == (True, str(insured.pk))
    assert "not a guarantee" in body["warning"]
    assert "Only NPR 500.00 of this year's benefit is left." in body["sentences"]["covered"]
    assert "10%" in body["sentences"]["co_payment"]
    assert api(manager).get("/api/quote/", {**asked, "patient": str(patient.pk)}).json() == body
    assert not Quote.objects.exists()
    assert not Authorisation.objects.exists()


def test_without_medical_aid_it_says_why(api: Any, patient: Any, asked: dict[str, str]) -> None:
    body = api(patient).get("/api/quote/", asked).json()
    assert (body["covered"], body["to_pay"], body["plan"], body["warning"]) == ("0.00", "800.00", None, "")
    assert body["standing"] == "No medical aid is on file, so nothing is covered."
    make_membership(patient, verified=False)
    body = api(patient).get("/api/quote/", asked).json()
    assert "waits to be checked" in body["standing"]
    assert (body["membership"], body["to_pay"]) == (None, "800.00")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"doctor": ""}, "doctor"),
        ({"doctor": "00000000-0000-4000-8000-000000000000"}, "doctor"),
        ({"service": "x"}, "service"),
        ({"service": "00000000-0000-4000-8000-000000000000"}, "service"),
        ({"starts_at": "tomorrow"}, "starts_at"),
        ({"starts_at": "9999-12-31T23:59:00Z"}, "starts_at"),
        ({"starts_at": "0001-01-01T00:00:00+05:45"}, "starts_at"),
        ({"starts_at": "0001-01-01T00:00:00"}, "starts_at"),
        ({"patient": "x"}, "patient"),
    ],
)
def test_bad_questions(
    client: Any, patient: Any, asked: dict[str, str], change: dict[str, str], field: str
) -> None:
    client.force_login(patient)
    answer = client.get("/api/quote/", {**asked, **change})
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert client.get("/quote/", {**asked, **change}).status_code in (400, 422)


def test_nobody_asks_for_somebody_else(api: Any, cast: SimpleNamespace, asked: dict[str, str]) -> None:
    for_patient = {**asked, "patient": str(cast.patient.pk)}
    assert api().get("/api/quote/", asked).status_code == 401
    assert api(cast.other_patient).get("/api/quote/", for_patient).status_code == 403
    assert api(cast.doctor).get("/api/quote/", for_patient).status_code == 403
    assert api(cast.manager).get("/api/quote/", asked).json()["fields"].keys() == {"patient"}
    assert api(cast.manager).get("/api/quote/", {**asked, "patient": str(cast.doctor.pk)}).status_code == 400


@pytest.fixture
def visit(patient: Any, doctor: Any, service: Any, insured: Any) -> Appointment:
    made = make_appointment(patient, doctor, service)
    quoting.freeze(made, actor=patient)
    return made


def test_the_frozen_quote_on_the_visit(
    client: Any, api: Any, visit: Appointment, cast: SimpleNamespace
) -> None:
    insured = cast.patient.medical_aid_memberships.get()
    insured.plan.cover_percent = 0
    insured.plan.save()
    for person, status in (
        (cast.patient, 200),
        (cast.manager, 200),
        (cast.doctor, 403),
        (cast.other_patient, 404),
    ):
        client.force_login(person)
        assert client.get(f"/quote/{visit.pk}/").status_code == status
        answer = api(person).get(f"/api/appointments/{visit.pk}/quote/")
        assert answer.status_code == status
    client.force_login(cast.patient)
    assert "/quote/" in client.get(f"/appointments/{visit.pk}/").content.decode()
    part = client.get(f"/quote/{visit.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert "80% of the price" in part
    assert "not a guarantee" in part
    assert "<html" not in part
    Authorisation.objects.update(status="granted")
    body = api(cast.patient).get(f"/api/appointments/{visit.pk}/quote/").json()
    assert (body["authorisation_open"], body["warning"], body["covered"]) == (False, "", "420.00")
    client.force_login(cast.doctor)
    assert "/quote/" not in client.get(f"/appointments/{visit.pk}/").content.decode()


def test_the_review_page_asks_for_it(
    client: Any, patient: Any, doctor: Any, service: Any, asked: dict[str, str]
) -> None:
    client.force_login(patient)
    query = urlencode({"service": service.pk, "mode": "video", "at": asked["starts_at"]})
    page = client.get(f"/book/{doctor.pk}/review/?{query}")
    url = page.content.decode().partition('hx-get="/quote/')[2].partition('"')[0].replace("&amp;", "&")
    part = client.get(f"/quote/{url}", headers={"HX-Request": "true"})
    assert part.status_code == 200
    assert "NPR 800.00" in part.content.decode()
