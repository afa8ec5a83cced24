"""The contract's REST rows on a running server, walked by a client that knows nothing but the contract."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import PASSWORD
from billing.tests.factories import picture_bytes
from scheduling.models import Service

from .mobile import (
    Client,
    Json,
    a_list,
    currency,
    exactly,
    flag,
    has,
    logged_in,
    money,
    number,
    one_of,
    or_null,
    page_of,
    refused,
    text,
    uuid,
    verify_address,
    when,
)

pytestmark = [pytest.mark.server, pytest.mark.django_db(transaction=True)]

EMAIL = "kamala@test.clinic"
NEW_PASSWORD = "namaste from pokhara"
APPOINTMENT: dict[str, Callable[[Any], bool]] = {
    "id": uuid,
    "mode": one_of("video", "in_person"),
    "starts_at": when,
    "ends_at": when,
    "reason": text,
    "doctor": uuid,
    "patient": uuid,
    "service": uuid,
    "payment": or_null(uuid),
    "history": a_list,
}
PAYMENT: dict[str, Callable[[Any], bool]] = {
    "id": uuid,
    "amount": money,
    "currency": currency,
    "reference": text,
    "qr_payload": text,
    "qr_svg_url": text,
    "covered": money,
    "co_payment": money,
    "shortfall": money,
}


@pytest.fixture
def server_environment() -> dict[str, str]:
    """Every video room is open at once, and there is a relay to hand out."""
    minutes = str(60 * 24 * 60)
    return {"CALL_OPENS_MINUTES_BEFORE": minutes, "TURN_URLS": "turn:turn.test:3478", "TURN_SECRET": "s"}


def test_from_registration_to_the_end_of_the_visit(
    server: Any, doctor: User, manager: User, service: Service
) -> None:
    app = _register_and_log_in(server)
    clinician = logged_in(server, doctor.email, PASSWORD)
    desk = logged_in(server, manager.email, PASSWORD)

    wish = choose(app, doctor)
    visit = _book(app, wish)
    payment = _pay(app, desk, visit)

    visit = app.get(f"/api/appointments/{visit['id']}/").json()
    has(visit, **APPOINTMENT, status=exactly("confirmed"), hold_expires_at=exactly(None))
    has(visit, call=uuid, conversation=uuid)
    steps = [
        has(step, from_status=text, to_status=text, at=when, reason=text, actor=or_null(uuid))
        for step in visit["history"]
    ]
    assert [step["to_status"] for step in steps] == [
        *("pending_payment", "pending_payment"),  # booked, then moved
        *("pending_confirmation", "pending_payment"),  # rejected once
        *("pending_confirmation", "confirmed"),
    ]
    assert [row["id"] for row in page_of(desk.get("/api/appointments/?status=confirmed"))] == [visit["id"]]
    day = visit["starts_at"][:10]
    assert len(page_of(app.get(f"/api/appointments/?from={day}&to={day}"))) == 1
    assert page_of(clinician.get("/api/appointments/?status=no_show")) == []

    _talk(app, clinician, doctor, visit)
    _ring(app, clinician, visit)
    _hear_news(app)

    ice = app.post(f"/api/calls/{visit['call']}/ice/")
    assert ice.status_code == 200
    has(ice.json(), ice_servers=a_list, ttl=number)
    has(ice.json()["ice_servers"][-1], urls=a_list, username=text, credential=text)

    refused(app.post(f"/api/appointments/{visit['id']}/start/"), 403)
    refused(clinician.post(f"/api/appointments/{visit['id']}/complete/"), 409, "invalid_transition")
    for step, status in (("check-in", "checked_in"), ("start", "in_progress"), ("complete", "completed")):
        done = clinician.post(f"/api/appointments/{visit['id']}/{step}/")
        assert (done.status_code, done.json()["status"]) == (200, status)
    refused(desk.post(f"/api/payments/{payment['id']}/confirm/"), 409, "already_confirmed")

    assert app.post("/api/logout/").status_code == 204
    refused(app.get("/api/profile/"), 401)


def _register_and_log_in(server: Any) -> Client:
    stranger = Client(server)
    person = {"email": EMAIL, "password": NEW_PASSWORD, "first_name": "Kamala", "last_name": "Tamang"}
    more = {"phone": "+977 9812345678", "date_of_birth": "1992-03-04", "gender": "female"}
    refused(stranger.post("/api/register/", json={"email": "x"}), 400, "invalid", "email", "password")
    grabbed = {**person, **more, "role": "admin", "is_staff": True, "is_superuser": True}
    assert stranger.post("/api/register/", json=grabbed).status_code == 201
    login = {"email": EMAIL, "password": NEW_PASSWORD}
    refused(stranger.post("/api/login/", json=login), 403, "email_not_verified")
    refused(stranger.post("/api/login/", json={**login, "password": "no"}), 401, "invalid_credentials")
    verify_address(server, server.mail_dir, EMAIL)
    answer = stranger.post("/api/login/", json=login)
    assert answer.status_code == 200
    body = has(answer.json(), token=text, expires_at=when)
    has(body["user"], id=uuid, email=exactly(EMAIL), name=exactly("Kamala Tamang"), role=exactly("patient"))

    app = Client(server, body["token"])
    profile = has(app.get("/api/profile/").json(), id=uuid, email=text, first_name=text, phone=text)
    assert profile["role"] == "patient"
    taken = app.patch("/api/profile/", json={"first_name": "कमला", "role": "admin", "email": "x@y.z"})
    assert taken.status_code == 200
    has(taken.json(), first_name=exactly("कमला"), role=exactly("patient"), email=exactly(EMAIL))
    full = {"first_name": "Kamala", "last_name": "Tamang", "phone": ""}
    assert app.put("/api/profile/", json=full).json()["name"] == "Kamala Tamang"
    refused(app.put("/api/profile/", json={"phone": ""}), 400, "invalid", "first_name")
    picture = {"photo": ("me.png", picture_bytes("teal"), "image/png")}
    shown = app.patch("/api/profile/", files=picture).json()
    assert app.get(shown["photo"]).headers["content-type"] == "image/jpeg"
    refused(stranger.get(shown["photo"]), 404)
    assert app.put("/api/profile/", json=shown).json() == shown
    return app


def choose(app: Client, doctor: User) -> Json:
    """A service, a doctor and a free time."""
    services = page_of(app.get("/api/services/?kind=consultation"))
    for service in services:
        has(service, id=uuid, name=text, kind=exactly("consultation"), minutes=number, price=money)
        has(service, currency=currency, modes=exactly(["video", "in_person"]))
    assert page_of(app.get("/api/services/?kind=imaging")) == []
    refused(app.get("/api/services/?kind=massage"), 400, "invalid", "kind")
    found = page_of(app.get("/api/doctors/", params={"search": "sharma", "specialty": "General medicine"}))
    assert [row["id"] for row in found] == [str(doctor.pk)]
    has(found[0], name=text, specialty=text, languages=a_list, fee=money, rating=or_null(money))
    assert page_of(app.get("/api/doctors/?search=nobody")) == []

    first = timezone.localdate() + timedelta(days=2)
    query = {"service": services[0]["id"], "from": str(first), "to": str(first + timedelta(days=30))}
    address = f"/api/doctors/{doctor.pk}/slots/"
    slots = app.get(address, params=query).json()["slots"]
    for slot in slots:
        has(slot, starts_at=when, ends_at=when)
    refused(app.get(address, params={**query, "to": str(first + timedelta(days=31))}), 400, "invalid", "to")
    refused(app.get(address, params={**query, "from": "tomorrow"}), 400, "invalid", "from")
    return {
        "doctor": str(doctor.pk),
        "service": services[0]["id"],
        "starts_at": slots[0]["starts_at"],
        "mode": "video",
        "reason": "घाँटी दुखेको",
    }


def _book(app: Client, wish: Json) -> Json:
    wrong = {**wish, "starts_at": "2020-01-01T10:00:00+05:45"}
    refused(app.post("/api/appointments/book/", json=wrong), 400, "invalid", "starts_at")
    answer = app.post("/api/appointments/book/", json=wish)
    assert answer.status_code == 201, answer.text
    visit = has(answer.json(), **APPOINTMENT, status=exactly("pending_payment"), hold_expires_at=when)
    has(visit, payment=uuid, call=exactly(None), conversation=exactly(None), reason=exactly("घाँटी दुखेको"))
    refused(app.post("/api/appointments/book/", json=wish), 409, "slot_taken")

    slots = app.get(f"/api/doctors/{wish['doctor']}/slots/", params={"service": wish["service"]})
    later = slots.json()["slots"][-1]["starts_at"]
    moved = app.put(f"/api/appointments/{visit['id']}/reschedule/", json={"starts_at": later})
    assert (moved.status_code, moved.json()["starts_at"]) == (200, later)
    second = app.post("/api/appointments/book/", json=wish).json()
    gone = app.request("DELETE", f"/api/appointments/{second['id']}/cancel/", json={"reason": "two of them"})
    assert (gone.status_code, gone.json()["status"]) == (200, "cancelled")
    again = app.delete(f"/api/appointments/{second['id']}/cancel/")
    refused(again, 409, "invalid_transition")
    return dict(moved.json())


def _pay(app: Client, desk: Client, visit: Json) -> Json:
    address = f"/api/payments/{visit['payment']}/"
    payment = has(app.get(address).json(), **PAYMENT, status=exactly("due"))
    assert payment["qr_payload"].startswith("000201")
    svg = app.get(payment["qr_svg_url"])
    assert (svg.status_code, svg.headers["content-type"]) == (200, "image/svg+xml")
    assert visit["payment"] in [row["id"] for row in page_of(app.get("/api/payments/"))]
    refused(app.post(f"{address}submit/", json={}), 400, "invalid", "bank_reference")
    refused(app.post(f"{address}confirm/"), 403)

    def submit(reference: str, picture: bytes) -> Json:
        files = {"proof": ("receipt.png", picture, "image/png")}
        sent = app.post(f"{address}submit/", data={"bank_reference": reference}, files=files)
        assert (sent.status_code, sent.json()["status"]) == (200, "submitted"), sent.text
        return dict(sent.json())

    submit("FT 1000 01", picture_bytes("salmon"))
    refused(desk.post(f"{address}reject/", json={}), 400, "invalid", "reason")
    back = desk.post(f"{address}reject/", json={"reason": "No such transfer."})
    assert (back.status_code, back.json()["status"]) == (200, "rejected")
    held = app.get(f"/api/appointments/{visit['id']}/").json()
    has(held, status=exactly("pending_payment"), hold_expires_at=when)
    submit("FT 1000 02", picture_bytes("seagreen"))
    confirmed = desk.post(f"{address}confirm/")
    has(confirmed.json(), **PAYMENT, status=exactly("confirmed"))
    refused(desk.post(f"{address}confirm/"), 409, "already_confirmed")
    refused(desk.post(f"{address}refund/"), 409, "invalid_transition")
    return dict(confirmed.json())


def _talk(app: Client, clinician: Client, doctor: User, visit: Json) -> None:
    shown = page_of(app.get("/api/conversations/"))
    assert visit["conversation"] in [has(row, id=uuid)["id"] for row in shown]
    opened = app.post("/api/conversations/", json={"with": str(doctor.pk)})
    assert (opened.status_code, opened.json()["id"]) == (201, visit["conversation"])
    refused(app.post("/api/conversations/", json={}), 400, "invalid", "with")

    address = f"/api/conversations/{visit['conversation']}/messages/"
    before = page_of(app.get(address))
    assert [message["kind"] for message in before] == ["system"]
    sent = app.post(address, json={"text": "नमस्ते 👋", "client_id": "m-1"})
    assert sent.status_code == 201
    again = app.post(address, json={"text": "नमस्ते 👋", "client_id": "m-1"})
    assert again.json() == sent.json()
    clinician.post(address, json={"text": "Hello"})
    new = page_of(clinician.get(address, params={"after": before[-1]["seq"], "limit": 10}))
    assert [message["seq"] for message in new] == [2, 3]
    for message in new:
        has(message, id=uuid, conversation=exactly(visit["conversation"]), client_id=text, text=text)
        has(message, attachments=exactly([]), kind=exactly("text"), created_at=when)
        has(message["sender"], id=uuid, name=text)
    refused(app.get(address, params={"limit": -1}), 400, "invalid", "limit")
    refused(app.post(address, json={"text": "  "}), 400, "invalid", "text")


def _ring(app: Client, clinician: Client, visit: Json) -> None:
    address = f"/api/conversations/{visit['conversation']}/call/"
    refused(app.post(address, json={"media": "hologram"}), 400, "invalid", "media")
    for answer, status in (("answer", "active"), ("decline", "declined")):
        call = app.post(address, json={"media": "audio"})
        assert call.status_code == 201
        has(call.json(), id=uuid, status=exactly("ringing"))
        refused(app.post(f"/api/calls/{call.json()['id']}/answer/"), 403)
        taken = clinician.post(f"/api/calls/{call.json()['id']}/{answer}/")
        assert (taken.status_code, taken.json()["status"]) == (200, status)
        assert app.post(f"/api/calls/{call.json()['id']}/end/").status_code == 200


def _hear_news(app: Client) -> None:
    news = page_of(app.get("/api/notifications/"))
    for item in news:
        has(item, id=uuid, kind=text, title=text, url=text, read_at=or_null(when), created_at=when)
    read = app.post(f"/api/notifications/{news[0]['id']}/read/")
    has(read.json(), id=exactly(news[0]["id"]), read_at=when)
    assert app.post("/api/notifications/read-all/").status_code == 200
    assert page_of(app.get("/api/notifications/?unread=true")) == []


def test_lists_are_paged(server: Any, patient: User) -> None:
    app = Client(server)
    for number_ in range(5):
        Service.objects.create(name=f"S{number_}", minutes=30, price=f"{number_}.00", modes=["video"])
    page = app.get("/api/services/?page_size=2").json()
    names = [row["name"] for row in page["results"]]
    assert page["previous"] is None
    while page["next"]:
        page = app.get(page["next"]).json()
        names += [row["name"] for row in page["results"]]
    assert names == [f"S{number_}" for number_ in range(5)]
    assert len(page_of(app.get("/api/services/?page_size=1000000000"))) == 5
    assert len(page_of(app.get("/api/services/?page_size=-3"))) == 5
    refused(app.get("/api/services/?cursor=%F0%9F%92%8A"), 404)


def test_supervisors_and_programmers_find_their_pages(server: Any) -> None:
    app = Client(server)
    assert app.get("/healthz").json() == {"status": "ok"}
    ready = app.get("/readyz")
    assert ready.status_code == 200
    checks = has(ready.json(), status=exactly("ok"))["checks"]
    has(checks, database=flag, channel_layer=flag, task_queue=flag, disk=flag)
    schema = app.get("/api/schema/", headers={"Accept": "application/json"}).json()
    assert schema["openapi"].startswith("3.")
    for path in schema["paths"]:
        asked = app.options(path.replace("{id}", "00000000-0000-4000-8000-000000000000"))
        assert asked.status_code < 500, path
    for path in ("/api/login/", "/api/appointments/book/", "/api/calls/{id}/ice/", "/api/socket-ticket/"):
        assert any(known.replace("{pk}", "{id}") == path for known in schema["paths"]), path
    assert "text/html" in app.get("/api/docs/").headers["content-type"]
