"""The API of payments: shapes, codes, and strangers who find nothing."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from billing.domain import payments
from billing.enums import PaymentStatus
from billing.models import Payment
from billing.tests.factories import people_of, picture
from scheduling.tests.factories import clinic_time

pytestmark = pytest.mark.django_db

S = PaymentStatus
MakePayment = Callable[..., Payment]
Api = Callable[..., Any]


def url(payment: Payment, action: str = "") -> str:
    return f"/api/payments/{payment.pk}/{action}"


def test_the_shape_of_a_payment(api: Api, due: Payment) -> None:
    patient, doctor = people_of(due)
    body = api(patient).get(url(due)).json()
    assert body["id"] == str(due.pk)
    assert (body["status"], body["amount"], body["currency"]) == ("due", "800.00", "NPR")
    assert (body["covered"], body["co_payment"], body["shortfall"]) == ("0.00", "0.00", "0.00")
    assert (body["reference"], body["qr_payload"]) == (due.reference, due.qr_payload)
    assert (body["appointment"], body["doctor"]) == (str(due.appointment_id), str(doctor.pk))
    assert body["hold_expires_at"].endswith("+05:45")
    assert body["attempts"] == []
    picture_of_code = api(patient).get(body["qr_svg_url"], HTTP_ACCEPT="image/svg+xml")
    assert picture_of_code["Content-Type"] == "image/svg+xml"
    assert picture_of_code.content.startswith(b"<svg")


def test_submit_confirm_and_confirm_again(api: Api, due: Payment, manager: Any) -> None:
    patient, _doctor = people_of(due)
    answer = api(patient).post(url(due, "submit/"), {"bank_reference": "FT24 1234 5678"})
    assert (answer.status_code, answer.json()["status"]) == (200, "submitted")
    assert answer.json()["attempts"][0]["bank_reference"] == "FT24 1234 5678"
    answer = api(manager).post(url(due, "confirm/"))
    assert (answer.status_code, answer.json()["status"]) == (200, "confirmed")
    assert answer.json()["attempts"][0]["decided_by_name"] == manager.name
    again = api(manager).post(url(due, "confirm/"))
    assert (again.status_code, again.json()["code"]) == (409, "already_confirmed")
    assert again.json()["confirmed_by"] == manager.name
    assert due.history.filter(to_status=S.CONFIRMED).count() == 1


def test_who_approved_first_is_not_told_to_the_patient(
    api: Api, settings: Any, submitted: Payment, patient: Any, manager: Any
) -> None:
    settings.SECOND_APPROVAL_FROM = 800
    payments.confirm(submitted.pk, actor=manager)
    for person, expected in ((manager, str(manager.pk)), (patient, None)):
        (attempt,) = api(person).get(url(submitted)).json()["attempts"]
        assert attempt["first_approval_by"] == expected


def test_multipart_with_a_picture(api: Api, due: Payment, manager: Any) -> None:
    patient, doctor = people_of(due)
    answer = api(patient).post(
        url(due, "submit/"), {"bank_reference": "FT2412345678", "proof": picture()}, format="multipart"
    )
    assert answer.status_code == 200
    proof_url = answer.json()["attempts"][0]["proof_url"]
    for person in (patient, manager):
        proof = api(person).get(proof_url)
        assert (proof.status_code, proof["Content-Type"]) == (200, "image/jpeg")
        assert b"".join(proof.streaming_content)[:3] == b"\xff\xd8\xff"
    assert api(doctor).get(proof_url).status_code == 404


def test_reject_and_submit_again(api: Api, submitted: Payment, manager: Any) -> None:
    patient, _doctor = people_of(submitted)
    assert api(manager).post(url(submitted, "reject/")).status_code == 400
    answer = api(manager).post(url(submitted, "reject/"), {"reason": "ab"})
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["reason"])
    answer = api(manager).post(url(submitted, "reject/"), {"reason": "No such transfer"})
    assert (answer.status_code, answer.json()["status"]) == (200, "rejected")
    assert answer.json()["attempts"][0]["reason"] == "No such transfer"
    assert api(patient).post(url(submitted, "submit/"), {"bank_reference": "NEW12345"}).status_code == 200


def test_refund(api: Api, payment_in: MakePayment, manager: Any) -> None:
    payment = payment_in(S.REFUND_DUE)
    assert api(manager).post(url(payment, "refund/")).json()["status"] == "refunded"
    assert api(manager).post(url(payment, "refund/")).json()["code"] == "invalid_transition"


def test_duplicates_are_conflicts(api: Api, payment_in: MakePayment, patient: Any) -> None:
    first, second = payment_in(), payment_in()
    client = api(patient)
    client.post(
        url(first, "submit/"), {"bank_reference": "FT2412345678", "proof": picture()}, format="multipart"
    )
    answer = client.post(url(second, "submit/"), {"bank_reference": "ft-2412345678"})
    assert (answer.status_code, answer.json()["code"]) == (409, "duplicate_reference")
    assert list(answer.json()["fields"]) == ["bank_reference"]
    answer = client.post(
        url(second, "submit/"), {"bank_reference": "OTHER12345", "proof": picture()}, format="multipart"
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "duplicate_proof")


def test_a_late_submit(api: Api, payment_in: MakePayment, patient: Any) -> None:
    payment = payment_in(appointment={"hold_expires_at": clinic_time(-1, 10)})
    answer = api(patient).post(url(payment, "submit/"), {"bank_reference": "FT2412345678"})
    assert (answer.status_code, answer.json()["code"]) == (409, "expired")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"bank_reference": ""},
        {"bank_reference": None},
        {"bank_reference": "abc"},
        {"bank_reference": "x" * 500},
        {"bank_reference": "FT\x00241234"},
        {"bank_reference": ["FT2412345678"]},
        {"bank_reference": {"a": 1}},
        {"bank_reference": "FT2412345678", "proof": "not a file"},
        ["FT2412345678"],
        "FT2412345678",
    ],
)
def test_bad_json_is_answered_kindly(api: Api, due: Payment, body: Any) -> None:
    answer = api(due.appointment.patient).post(url(due, "submit/"), body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    due.refresh_from_db()
    assert due.status == S.DUE


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("p.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415),
        ("p.png", b"<html><script>alert(1)</script></html>", 415),
        ("p.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 40, 415),
        ("p\x00.png", b"\x00\x00\x00", 415),
        ("x" * 400 + ".png", b"hello", 415),
        ("p.png", b"", 400),
    ],
)
def test_bad_pictures(api: Api, due: Payment, name: str, content: bytes, status: int) -> None:
    body = {"bank_reference": "FT2412345678", "proof": SimpleUploadedFile(name, content, "image/png")}
    answer = api(due.appointment.patient).post(url(due, "submit/"), body, format="multipart")
    assert (answer.status_code, answer.json()["code"]) == (
        status,
        "invalid" if status == 400 else "unsupported_type",
    )
    assert "proof" in answer.json()["fields"]


def test_an_oversized_picture(api: Api, due: Payment, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 100
    answer = api(due.appointment.patient).post(
        url(due, "submit/"), {"bank_reference": "FT2412345678", "proof": picture()}, format="multipart"
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_outsiders_find_nothing(
    api: Api, payment_in: MakePayment, other_patient: Any, other_doctor: Any, admin: Any
) -> None:
    payment = payment_in(S.SUBMITTED)
    attempt = payment.attempts.get()
    doctor = payment.appointment.doctor
    for person in (other_patient, doctor, other_doctor, admin):
        client = api(person)
        assert client.get("/api/payments/").json()["results"] == []
        for address in (url(payment), url(payment, "qr/"), url(payment, f"proof/{attempt.pk}/")):
            assert client.get(address).status_code == 404
        for action in ("submit", "confirm", "reject", "refund"):
            answer = client.post(
                url(payment, f"{action}/"), {"bank_reference": "FT2412345678", "reason": "because"}
            )
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    anonymous = api()
    assert anonymous.get("/api/payments/").status_code == 401
    assert anonymous.get(url(payment)).status_code == 401
    assert anonymous.post(url(payment, "confirm/")).status_code == 401
    payment.refresh_from_db()
    assert payment.status == S.SUBMITTED


def test_yours_but_not_allowed(api: Api, due: Payment, manager: Any) -> None:
    patient, _doctor = people_of(due)
    for action in ("confirm", "reject", "refund"):
        answer = api(patient).post(url(due, f"{action}/"), {"reason": "because"})
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    answer = api(manager).post(url(due, "submit/"), {"bank_reference": "FT2412345678"})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


def test_unknown_and_malformed_ids(api: Api, manager: Any) -> None:
    assert api(manager).get(f"/api/payments/{uuid4()}/").status_code == 404
    assert api(manager).get("/api/payments/12/").status_code == 404


def test_the_list(api: Api, payment_in: MakePayment, patient: Any, other_patient: Any, manager: Any) -> None:
    mine, waiting = payment_in(), payment_in(S.SUBMITTED)
    theirs = payment_in(patient=other_patient)

    def ids(person: Any, query: str = "") -> set[str]:
        return {row["id"] for row in api(person).get(f"/api/payments/{query}").json()["results"]}

    assert ids(patient) == {str(mine.pk), str(waiting.pk)}
    assert ids(manager) == {str(mine.pk), str(waiting.pk), str(theirs.pk)}
    assert ids(manager, "?status=submitted") == {str(waiting.pk)}
    assert api(manager).get("/api/payments/?status=nonsense").json()["code"] == "invalid"
    assert api(manager).get("/api/payments/?cursor=nonsense").status_code == 404


def test_the_list_costs_the_same_for_one_and_thirty(
    api: Api, many_payments: Callable[[int], None], manager: Any, django_assert_max_num_queries: Any
) -> None:
    counts = []
    for number in (1, 30):
        many_payments(number)
        with django_assert_max_num_queries(8) as seen:
            body = api(manager).get("/api/payments/?page_size=50").json()
        assert len(body["results"]) == number
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_uploads_are_limited_and_plain_references_are_not(
    api: Api, payment_in: MakePayment, patient: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from billing.api.payments import UploadThrottle

    monkeypatch.setattr(UploadThrottle, "THROTTLE_RATES", {"upload": "2/hour"})
    payment = payment_in()
    client = api(patient)

    def send(**body: Any) -> int:
        return client.post(url(payment, "submit/"), {"bank_reference": "x"}, **body).status_code

    assert [send(format="multipart") for _ in range(3)] == [400, 400, 429]
    assert [send() for _ in range(4)] == [400] * 4


def test_a_broken_rule_in_between_undoes_everything(
    api: Api, submitted: Payment, manager: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise payments.InvalidTransition

    monkeypatch.setattr(payments.progress, "paid", refuse)
    assert api(manager).post(url(submitted, "confirm/")).status_code == 409
    submitted.refresh_from_db()
    assert submitted.status == S.SUBMITTED
    assert submitted.attempts.get().outcome == "pending"
    assert not manager.notifications.exists()
