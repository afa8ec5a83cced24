"""How the contract's REST rows refuse: one shape, the right status, on a running server."""

from typing import Any

import pytest

from accounts.models import User
from accounts.tests.factories import PASSWORD
from scheduling.models import Service

from .mobile import Client, logged_in, refused
from .test_contract_rest import choose

pytestmark = [pytest.mark.server, pytest.mark.django_db(transaction=True)]


def test_every_refusal_has_the_one_shape(server: Any, patient: User, doctor: User, service: Service) -> None:
    stranger, app = Client(server), logged_in(server, patient.email, PASSWORD)
    nobody = "00000000-0000-4000-8000-000000000000"
    for path in ("profile", "appointments", "payments", "conversations", "notifications", "visitnotes"):
        refused(stranger.get(f"/api/{path}/"), 401)
        refused(Client(server, "f" * 64).get(f"/api/{path}/"), 401)
    for path in (f"appointments/{nobody}/", f"payments/{nobody}/", f"doctors/{nobody}/slots/", "nothing/"):
        refused(app.get(f"/api/{path}"), 404, "not_found")
    refused(app.post(f"/api/calls/{nobody}/ice/"), 404, "not_found")
    refused(app.get(f"/api/conversations/{nobody}/messages/"), 404, "not_found")
    refused(app.delete("/api/profile/"), 405, "method_not_allowed")
    refused(app.get("/api/login/"), 405, "method_not_allowed")
    xml = app.post("/api/appointments/book/", content=b"<a/>", headers={"content-type": "application/xml"})
    refused(xml, 415, "unsupported_type")
    empty_form = {"content-type": "multipart/form-data; boundary=x"}
    refused(
        app.post("/api/appointments/book/", content=b"--x--\r\n", headers=empty_form), 400, "invalid", "mode"
    )
    for broken in (b"{", b"[" * 50_000, b'{"doctor": 1e999}', b"\xff\xfe", b'{"doctor": "\\u0000"}'):
        kind = {"content-type": "application/json"}
        refused(app.post("/api/appointments/book/", content=broken, headers=kind), 400, "invalid")


def test_what_is_handed_in_is_checked(server: Any, patient: User, doctor: User, service: Service) -> None:
    app = logged_in(server, patient.email, PASSWORD)
    visit = app.post("/api/appointments/book/", json=choose(app, doctor)).json()
    address = f"/api/payments/{visit['payment']}/submit/"
    for content, status, code in (
        (b"\x89PNG\r\n\x1a\n" + b"0" * (10 * 1024 * 1024), 413, "too_large"),
        (b"MZ not a picture", 415, "unsupported_type"),
    ):
        files = {"proof": ("receipt.png", content, "image/png")}
        refused(app.post(address, data={"bank_reference": "FT 9000"}, files=files), status, code)
    assert app.post(address, json={"bank_reference": "FT 9000"}).json()["status"] == "submitted"
    second = app.post("/api/appointments/book/", json=choose(app, doctor)).json()
    reused = app.post(f"/api/payments/{second['payment']}/submit/", json={"bank_reference": "ft-9000"})
    refused(reused, 409, "duplicate_reference")
    long = {"text": "x" * (13 * 1024 * 1024)}
    refused(app.post("/api/conversations/", json=long), 413, "too_large")


def test_guessing_passwords_is_slowed(server: Any, patient: User) -> None:
    stranger = Client(server)
    guess = {"email": patient.email, "password": "not this one"}
    for _guess in range(30):
        answer = stranger.post("/api/login/", json=guess)
        if answer.status_code == 429:
            break
        refused(answer, 401, "invalid_credentials")
    refused(answer, 429, "throttled")
    assert int(answer.headers["Retry-After"]) > 0
