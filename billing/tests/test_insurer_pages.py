"""Management's pages of authorisations and claims, and what the patient sees of them."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import make_patient
from billing.enums import ClaimStatus, PaymentKind
from billing.models import Authorisation, Payment
from billing.tests.aid import make_authorisation, make_claim, make_membership, make_plan
from scheduling.tests.factories import clinic_time

pytestmark = pytest.mark.django_db

S = ClaimStatus


@pytest.fixture
def desk(client: Any, manager: Any) -> Any:
    client.force_login(manager)
    return client


@pytest.fixture
def sent(patient: Any, doctor: Any, service: Any) -> Any:
    return make_claim(patient, doctor, service, status=S.SUBMITTED)


def test_an_authorisation_is_granted_on_its_page(desk: Any, patient: Any, service: Any) -> None:
    membership = make_membership(patient)
    answer = desk.post(f"/memberships/{membership.pk}/authorisation/", {"service": service.pk})
    asked = Authorisation.objects.get()
    url = f"/authorisations/{asked.pk}/"
    assert answer["Location"] == url
    wrong = desk.post(f"{url}grant/", {"number": "AU 77", "amount": "a lot"})
    assert wrong.status_code == 422
    assert 'value="AU 77"' in wrong.content.decode()
    assert desk.post(f"{url}grant/", {"number": "AU 77", "amount": "1,200"}).status_code == 302
    asked.refresh_from_db()
    assert (asked.status, asked.amount) == ("granted", 1200)
    page = desk.get("/authorisations/?status=granted").content.decode()
    assert "AU 77" in page
    assert "No answer is awaited" in desk.get("/authorisations/").content.decode()
    late = desk.post(f"{url}again/")
    assert late["Location"] == url


def test_a_claim_from_the_queue_to_the_shortfall(desk: Any, patient: Any, doctor: Any, service: Any) -> None:
    claim = make_claim(patient, doctor, service)
    url = f"/claims/{claim.pk}/"
    assert patient.name in desk.get("/claims/").content.decode()
    assert desk.post(f"{url}submit/", {"number": "CL 5"}).status_code == 302
    other = {"outcome": "other", "actual": "450", "reason": "Above the tariff"}
    # Nothing happens before it was looked over.
    look = desk.post(f"{url}answer/", other)
    assert "NPR 150.00" in look.content.decode()
    claim.refresh_from_db()
    assert claim.status == S.SUBMITTED
    assert desk.post(f"{url}answer/", {**other, "sure": "1"}).status_code == 302
    payment = Payment.objects.get(kind=PaymentKind.SHORTFALL)
    page = desk.get(url).content.decode()
    assert payment.reference in page
    assert "Above the tariff" in page
    late = desk.post(f"{url}answer/", {"outcome": "expected", "sure": "1"})
    assert late.status_code == 409
    assert "Nothing was changed" in late.content.decode()


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({}, "outcome"),
        ({"outcome": "other"}, "actual"),
        ({"outcome": "other", "actual": "many"}, "actual"),
        ({"outcome": "other", "actual": "-5"}, "actual"),
        ({"outcome": "other", "actual": "1000.01"}, "actual"),
        ({"outcome": "other", "actual": "99999999999999"}, "actual"),
        ({"outcome": "nothing"}, "reason"),
        ({"outcome": "expected", "reason": "x" * 300}, "reason"),
    ],
)
def test_a_wrong_answer_is_said_at_its_field(desk: Any, sent: Any, typed: dict[str, str], field: str) -> None:
    answer = desk.post(f"/claims/{sent.pk}/answer/", typed)
    assert answer.status_code == 422
    assert field in answer.context["answer_form"].errors
    sent.refresh_from_db()
    assert sent.status == S.SUBMITTED


def test_many_are_looked_over_and_marked(desk: Any, patient: Any, doctor: Any, service: Any) -> None:
    membership = make_membership(patient)
    rows = [
        make_claim(patient, doctor, service, membership=membership, starts_at=clinic_time(-3 - number, 9))
        for number in range(3)
    ]
    ids = [row.pk for row in rows]
    look = desk.post("/claims/chosen/sent/", {"claim": [*ids, "nonsense"]})
    assert "NPR 1,800.00" in look.content.decode()
    assert desk.post("/claims/chosen/sent/", {"claim": ids, "sure": "1"}).status_code == 302
    for row in rows:
        row.refresh_from_db()
        assert row.status == S.SUBMITTED
    for actual, row in zip(("600", "450"), rows, strict=False):
        desk.post(f"/claims/{row.pk}/answer/", {"outcome": "other", "actual": actual, "sure": "1"})
    done = desk.post("/claims/chosen/paid/", {"claim": ids, "sure": "1", "reference": "RTGS 5"}, follow=True)
    assert "2 claims are marked as paid" in done.content.decode()
    assert "has not answered" in done.content.decode()
    assert desk.post("/claims/chosen/nonsense/", {"claim": ids}).status_code == 404
    totals = desk.get("/claims/totals/").content.decode()
    assert "-150.00" in totals
    assert desk.get("/claims/totals/?first_day=nonsense").status_code == 422


def test_what_the_patient_sees(client: Any, patient: Any, doctor: Any, service: Any, manager: Any) -> None:
    from billing.domain import claims

    claim = make_claim(patient, doctor, service, status=S.SUBMITTED)
    charge = Payment.objects.get()
    claims.answer(claim.pk, actual=Decimal(450), reason="Above the tariff", actor=manager)
    extra = Payment.objects.get(kind=PaymentKind.SHORTFALL)
    client.force_login(patient)
    visit = client.get(f"/appointments/{claim.appointment_id}/").content.decode()
    for payment in (charge, extra):
        assert f"/payments/{payment.pk}/" in visit
    assert "NPR 150.00 is left to pay" in visit
    assert "Above the tariff" in client.get(f"/quote/{claim.appointment_id}/").content.decode()
    assert "Above the tariff" in client.get("/medical-aid/claims/").content.decode()
    assert f"/payments/{extra.pk}/" in client.get("/home/").content.decode()
    assert "Not covered by the medical aid" in client.get("/payments/").content.decode()
    assert "what your medical aid did not pay" in client.get(f"/payments/{extra.pk}/").content.decode()
    body = client.get(f"/api/appointments/{claim.appointment_id}/").json()
    assert (body["payment"], body["payments"]) == (str(extra.pk), [str(charge.pk), str(extra.pk)])
    assert (
        client.get(f"/api/appointments/{claim.appointment_id}/quote/").json()["claim"]["actual"] == "450.00"
    )
    # Once nothing is left to pay, the visit's own payment counts again.
    claims.appeal(claim.pk, reason="Annex 2", actor=manager)
    body = client.get(f"/api/appointments/{claim.appointment_id}/").json()
    assert body["payment"] == str(charge.pk)
    assert "Nothing to pay for now" in client.get(f"/payments/{extra.pk}/").content.decode()
    assert f"/payments/{extra.pk}/" not in client.get("/home/").content.decode()


def test_a_doctor_sees_no_money(client: Any, patient: Any, doctor: Any, service: Any, manager: Any) -> None:
    from billing.domain import claims

    claim = make_claim(patient, doctor, service, status=S.SUBMITTED)
    claims.answer(claim.pk, actual=Decimal(450), reason="Above the tariff", actor=manager)
    client.force_login(doctor)
    page = client.get(f"/appointments/{claim.appointment_id}/").content.decode()
    assert "/payments/" not in page
    assert "150.00" not in page


def test_the_queue_is_narrowed(
    desk: Any, patient: Any, other_patient: Any, doctor: Any, service: Any
) -> None:
    gold, silver = make_plan("Gold"), make_plan("Silver")
    mine = make_claim(
        patient, doctor, service, membership=make_membership(patient, gold, number="HH 777"), number="CL 1"
    )
    make_claim(
        other_patient,
        doctor,
        service,
        membership=make_membership(other_patient, silver),
        starts_at=clinic_time(-9, 9),
    )
    for search in ({"q": "hh-777"}, {"q": "cl 1"}, {"q": patient.first_name}, {"plan": str(gold.pk)}):
        found = desk.get("/claims/", search).context["page_obj"].object_list
        assert list(found) == [mine], search
    assert len(desk.get("/claims/", {"plan": "nonsense"}).context["page_obj"]) == 2
    assert desk.get("/claims/", {"q": "%_", "page": "x", "status": "x"}).status_code == 200


def test_lists_are_paged_in_a_constant_number_of_queries(
    desk: Any, client: Any, patient: Any, doctor: Any, service: Any
) -> None:
    def one(number: int) -> None:
        someone = patient if number == 0 else make_patient(f"m{number}@test.clinic")
        membership = make_membership(someone, make_plan(f"Plan {number}"))
        make_claim(someone, doctor, service, membership=membership, starts_at=clinic_time(-3 - number, 9))
        make_authorisation(membership, service)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            for url in ("/claims/", "/authorisations/", "/claims/totals/"):
                assert desk.get(url).status_code == 200
        return len(queries)

    one(0)
    count()
    few = count()
    for number in range(1, 30):
        one(number)
    assert count() == few
    assert len(desk.get("/claims/?page=2").context["page_obj"]) == 5
    assert len(desk.get("/authorisations/?page=2").context["page_obj"]) == 10
