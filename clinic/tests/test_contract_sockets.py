"""The contract's sockets on a running server: `/ws/` and one call's signalling, frame by frame."""

import json
from datetime import timedelta
from typing import Any

import pytest
from websockets.sync.client import connect

from accounts.models import User
from accounts.tests.factories import PASSWORD
from messaging.tests.call_sockets import CANDIDATE, OFFER, make_call
from messaging.tests.factories import make_conversation
from scheduling.models import Service
from scheduling.tests.factories import clinic_time

from .mobile import Client, Socket, a_list, exactly, flag, has, logged_in, number, one_of, text, uuid, when

pytestmark = [pytest.mark.server, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def app(server: Any, patient: User) -> Client:
    return logged_in(server, patient.email, PASSWORD)


@pytest.fixture
def clinician(server: Any, doctor: User) -> Client:
    return logged_in(server, doctor.email, PASSWORD)


@pytest.fixture
def desk(server: Any, manager: User) -> Client:
    return logged_in(server, manager.email, PASSWORD)


def test_chat(app: Client, clinician: Client, patient: User, doctor: User) -> None:
    conversation = str(make_conversation(patient, doctor).pk)
    with app.live() as here, clinician.live() as there:
        for socket, person in ((here, patient), (there, doctor)):
            ready = socket.hear("ready", user=str(person.pk))
            has(ready, server_time=when, heartbeat_s=number)

        for attempt in range(2):  # the second time as after a lost ack
            here.say("message.send", client_id="m-1", conversation=conversation, text="नमस्ते 👋")
            ack = here.hear("message.ack", client_id="m-1")
            if attempt == 0:
                first = ack["message"]
                assert here.hear("message.new")["message"] == first
        assert ack["message"] == first
        has(first, id=uuid, conversation=exactly(conversation), seq=exactly(1), client_id=exactly("m-1"))
        has(first, sender=exactly({"id": str(patient.pk), "name": patient.name}), text=exactly("नमस्ते 👋"))
        has(first, attachments=exactly([]), kind=exactly("text"), created_at=when)
        assert there.hear("message.new")["message"] == first
        here.say("message.send", client_id="m-2", conversation=conversation, text="two")
        for socket in (here, there):
            assert socket.hear("message.new")["message"]["seq"] == 2

        there.say("typing", conversation=conversation)
        here.hear("typing", conversation=conversation, user=str(doctor.pk))
        there.say("message.read", conversation=conversation, seq=2)
        for socket in (here, there):
            socket.hear("message.read", conversation=conversation, user=str(doctor.pk), seq=2)
        here.say("ping")
        has(here.hear("pong"), server_time=when)


def test_what_is_wrong_is_said_and_the_socket_stays(
    app: Client, patient: User, doctor: User, other_patient: User
) -> None:
    mine = str(make_conversation(patient, doctor).pk)
    foreign = str(make_conversation(other_patient, doctor).pk)
    with app.live() as socket:
        for frame, code in (
            ({"type": "dance"}, "unknown_type"),
            ({"type": "message.send", "conversation": foreign, "text": "x", "client_id": "a"}, "not_found"),
            ({"type": "message.send", "conversation": mine, "text": " ", "client_id": "a"}, "invalid"),
            ({"type": "message.send", "conversation": mine, "text": "x"}, "invalid"),
            ({"type": "message.send", "conversation": 7, "text": "x", "client_id": "a"}, "invalid"),
            ({"type": "message.read", "conversation": foreign, "seq": 1}, "not_found"),
            ({"type": "message.read", "conversation": mine, "seq": 10**30}, None),
            ({"type": "typing", "conversation": foreign}, "not_found"),
            ({"type": "watch", "topic": f"user:{doctor.pk}"}, "invalid"),
            ({"type": "watch", "topic": ["slots"]}, "invalid"),
            ({"type": "session.revoke", "reason": "x"}, "unknown_type"),
            ([], "invalid"),
        ):
            socket.connection.send(json.dumps(frame))
            if code:
                error = has(socket.hear("error"), code=exactly(code), detail=text)
                assert error.get("client_id") == (frame.get("client_id") if isinstance(frame, dict) else None)
        socket.say("message.send", conversation=mine, client_id="b", text="x" * 70_000)
        has(socket.hear("error"), code=exactly("too_large"))
        socket.say("ping")
        socket.hear("pong")


def test_close_codes(server: Any, app: Client, other_patient: User, doctor: User) -> None:
    for query in ("", "?ticket=", "?ticket=guess"):
        assert Socket(connect(f"{server.ws_url}/ws/{query}")).closed() == 4401
    with app.live() as socket:
        socket.connection.send("not json")
        has(socket.hear("error"), code=text)
        socket.connection.send("{")
        assert socket.closed() == 4400
    with app.live() as socket:
        for _number in range(300):
            socket.say("ping")
        assert socket.closed() == 4429
    strangers_call = make_call(other_patient, doctor)
    with app.live(f"/ws/calls/{strangers_call.pk}/") as socket:
        assert socket.closed() == 4403
    with app.live() as socket:
        socket.hear("ready")
        app.post("/api/logout/")
        has(socket.hear("session.revoked"), reason=text)
        assert socket.closed() == 4401


def test_events_of_a_visit_and_its_payment(
    app: Client, clinician: Client, desk: Client, doctor: User, service: Service
) -> None:
    starts_at = clinic_time(3, 10)
    topic = f"slots:{doctor.pk}:{starts_at.date()}"
    wish = {"doctor": str(doctor.pk), "service": str(service.pk), "starts_at": starts_at.isoformat()}
    with app.live() as mine, clinician.live() as doctors, desk.live() as desks:
        mine.say("watch", topic=topic)
        mine.hear("watching", topic=topic)
        visit = app.post("/api/appointments/book/", json={**wish, "mode": "video", "reason": ""}).json()
        mine.hear("slots.changed", doctor=str(doctor.pk), date=str(starts_at.date()))
        payment = visit["payment"]
        app.post(f"/api/payments/{payment}/submit/", json={"bank_reference": "FT 2026 1"})
        desk.post(f"/api/payments/{payment}/confirm/")
        for socket in (mine, doctors, desks):
            change = socket.hear("appointment.changed", id=visit["id"], status="confirmed")
            has(change, starts_at=when)
        with desk.live() as late, app.live() as mine_too:
            late.hear("ready")
            mine_too.hear("ready")
            moved = {"starts_at": (starts_at + timedelta(hours=1)).isoformat()}
            assert desk.put(f"/api/appointments/{visit['id']}/reschedule/", json=moved).status_code == 200
            late.hear("appointment.changed", id=visit["id"], status="confirmed")
            desk.request("DELETE", f"/api/appointments/{visit['id']}/cancel/", json={"reason": "ill"})
            for socket in (late, mine_too):
                socket.hear("payment.changed", id=payment, appointment=visit["id"], status="refund_due")
        news = mine.hear("notification.new")
        has(news, id=uuid, kind=text, title=text, url=text, unread=number)
        mine.say("unwatch", topic=topic)
        mine.hear("watching", topic=topic)


def test_ringing(app: Client, clinician: Client, patient: User, doctor: User) -> None:
    conversation = str(make_conversation(patient, doctor).pk)
    with app.live() as here, clinician.live() as there:
        here.hear("ready")
        there.hear("ready")
        call = app.post(f"/api/conversations/{conversation}/call/", json={"media": "video"}).json()["id"]
        there.hear("call.ringing", call=call, conversation=conversation, **{"from": str(patient.pk)})
        clinician.post(f"/api/calls/{call}/answer/")
        here.hear("call.changed", call=call, status="active")
        app.post(f"/api/calls/{call}/end/")
        there.hear("call.changed", call=call, status="ended")


def test_a_call_from_the_waiting_room_to_its_end(
    app: Client, clinician: Client, patient: User, doctor: User
) -> None:
    path = f"/ws/calls/{make_call(patient, doctor).pk}/"
    person = {"peer": uuid, "user": uuid, "name": text, "role": text, "polite": flag}
    with clinician.live(path) as host, app.live(path) as guest:
        welcome = has(host.hear("welcome"), peer=uuid, status=exactly("admitted"), ice_servers=a_list)
        waiting = has(guest.hear("welcome"), peer=uuid, status=exactly("waiting"), resume=text)
        assert waiting["participants"] == []
        peers = (welcome["peer"], waiting["peer"])
        has(host.hear("peer.waiting", peer=peers[1]), name=exactly(patient.name))
        guest.say("signal", to=peers[0], description=OFFER)
        has(guest.hear("error"), code=text, detail=text)
        guest.say("admit", peer=peers[1])
        has(guest.hear("error"), code=text, detail=text)

        host.say("admit", peer=peers[1])
        seen_by_guest = has(guest.hear("admitted")["participants"][0], **person)
        seen_by_host = has(host.hear("peer.joined", peer=peers[1]), **person)
        assert seen_by_guest["peer"] == peers[0]
        assert seen_by_guest["polite"] != seen_by_host["polite"], "exactly one side gives way"

        host.say("signal", to=peers[1], description=OFFER)
        assert guest.hear("signal")["description"] == OFFER
        guest.say("signal", to=peers[0], candidate=CANDIDATE)
        has(host.hear("signal"), from_=exactly(peers[1]), candidate=exactly(CANDIDATE))
        guest.say("state", mic=False, camera=True, screen=False, hand=True)
        state = has(host.hear("peer.state", peer=peers[1]), mic=flag, camera=flag, screen=flag, hand=flag)
        assert (state["mic"], state["hand"]) == (False, True)

        guest.connection.socket.close()  # as when the network goes
        with app.live(path, resume=waiting["resume"]) as back:
            has(back.hear("welcome"), peer=exactly(peers[1]), status=exactly("admitted"))
            host.say("remove", peer=peers[1])
            has(host.hear("peer.left", peer=peers[1]), reason=one_of("removed"))
            assert back.closed() == 4403
        with app.live(path) as again:
            again.hear("welcome")
            host.say("end")
            ended = has(again.hear("call.ended"), reason=text)
            assert ended["by"] == str(doctor.pk)
            assert again.closed() == 1000
