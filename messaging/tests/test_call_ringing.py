"""Calls from chat: ring, answer, decline, miss, end; over the API and on the sockets."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from clinic.core.testing.tasks import run_due_tasks
from messaging.domain import calls, peers, ringing, waiting_room
from messaging.enums import RING_SECONDS
from messaging.models import Call, CallPeer, Conversation, Notification

from .call_sockets import closed_with, enter
from .factories import make_conversation, texts
from .sockets import connected


@pytest.fixture
def conversation(patient: Any, doctor: Any) -> Conversation:
    return make_conversation(patient, doctor)


def ring(client: Any, conversation: Any, media: str = "video") -> Any:
    return client.post(f"/api/conversations/{conversation.pk}/call/", {"media": media})


@pytest.mark.django_db
def test_ring_and_answer(api: Any, patient: Any, doctor: Any, conversation: Any) -> None:
    answer = ring(api(patient), conversation, "audio")
    assert answer.status_code == 201
    assert (answer.data["status"], answer.data["media"]) == ("ringing", "audio")
    # The one who works for the clinic is the host, whoever rang.
    assert answer.data["host"] == doctor.pk
    call = answer.data["id"]
    [rings] = api(doctor).get("/api/calls/ringing/").data["results"]
    assert rings == {
        "call": str(call),
        "conversation": str(conversation.pk),
        "from": str(patient.pk),
        "from_name": "Asha Gurung",
        "media": "audio",
    }
    assert api(patient).get("/api/calls/ringing/").data["results"] == []
    answered = api(doctor).post(f"/api/calls/{call}/answer/")
    assert (answered.status_code, answered.data["status"]) == (200, "active")
    assert api(doctor).post(f"/api/calls/{call}/answer/").data["status"] == "active"
    ended = api(patient).post(f"/api/calls/{call}/end/")
    assert (ended.status_code, ended.data["status"]) == (200, "ended")
    assert api(patient).post(f"/api/calls/{call}/end/").data["status"] == "ended"
    assert api(doctor).post(f"/api/calls/{call}/answer/").data["code"] == "invalid_transition"
    assert re.fullmatch(r"Audio call ended after \d+ seconds?\.", texts(conversation)[-1])


@pytest.mark.django_db
def test_decline(api: Any, patient: Any, doctor: Any, conversation: Any) -> None:
    call = ring(api(doctor), conversation).data["id"]
    assert api(doctor).post(f"/api/calls/{call}/decline/").status_code == 403
    assert api(doctor).post(f"/api/calls/{call}/answer/").status_code == 403
    assert api(patient).post(f"/api/calls/{call}/decline/").data["status"] == "declined"
    again = api(patient).post(f"/api/calls/{call}/decline/")
    assert (again.status_code, again.data["code"]) == (409, "invalid_transition")
    assert texts(conversation)[-1] == "Call declined."
    assert ring(api(patient), conversation).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_missed_after_a_while(api: Any, patient: Any, doctor: Any, conversation: Any) -> None:
    call = Call.objects.get(pk=ring(api(doctor), conversation).data["id"])
    run_due_tasks()
    call.refresh_from_db()
    assert call.status == "ringing"
    with time_machine.travel(timezone.now() + timedelta(seconds=RING_SECONDS + 1)):
        run_due_tasks()
        run_due_tasks()
    call.refresh_from_db()
    assert call.status == "missed"
    [told] = Notification.objects.filter(user=patient)
    assert told.title == "Missed call from Dr. Sita Sharma"
    assert not Notification.objects.filter(user=doctor).exists()
    assert texts(conversation)[-1] == "Missed call from Dr. Sita Sharma."


@pytest.mark.django_db
def test_an_answered_call_is_not_missed(api: Any, patient: Any, doctor: Any, conversation: Any) -> None:
    call = ring(api(doctor), conversation).data["id"]
    api(patient).post(f"/api/calls/{call}/answer/")
    ringing.miss(call)
    assert Call.objects.get(pk=call).status == "active"


@pytest.mark.django_db
def test_giving_up_leaves_word(api: Any, patient: Any, doctor: Any, conversation: Any) -> None:
    call = ring(api(doctor), conversation).data["id"]
    assert api(doctor).post(f"/api/calls/{call}/end/").data["status"] == "ended"
    assert Notification.objects.filter(user=patient, title__startswith="Missed call").count() == 1


@pytest.mark.django_db
def test_one_call_at_a_time(api: Any, patient: Any, doctor: Any, conversation: Any) -> None:
    call = ring(api(doctor), conversation).data["id"]
    second = ring(api(patient), conversation)
    assert (second.status_code, second.data["code"]) == (409, "call_in_progress")
    assert second.data["call"] == str(call)


@pytest.mark.django_db
def test_nothing_rings_into_another_call(
    api: Any, patient: Any, other_patient: Any, doctor: Any, conversation: Any
) -> None:
    visit = calls.schedule(
        make_conversation(other_patient, doctor),
        host=doctor,
        opens_at=timezone.now() - timedelta(minutes=5),
        closes_at=timezone.now() + timedelta(minutes=60),
    )
    host = peers.join(visit.pk, doctor, "d").peer
    guest = peers.join(visit.pk, other_patient, "p").peer
    # Alone in the call the doctor can still be reached.
    first = ring(api(patient), conversation)
    assert first.status_code == 201
    api(patient).post(f"/api/calls/{first.data['id']}/end/")
    waiting_room.admit(visit.pk, guest.pk, actor=doctor)
    busy = ring(api(patient), conversation)
    assert (busy.status_code, busy.data["code"]) == (409, "busy")
    assert "Dr. Sita Sharma" in busy.data["detail"]
    assert api(doctor).get("/api/calls/ringing/").data["results"] == []
    assert Notification.objects.filter(user=doctor, title="Missed call from Asha Gurung").count() == 2
    assert texts(conversation)[-1] == "Missed call from Asha Gurung."
    # The doctor's line has dropped, or the call is over.
    peers.gone(host.pk, "d")
    assert ring(api(patient), conversation).status_code == 201


@pytest.mark.django_db
def test_outsiders_find_nothing(api: Any, doctor: Any, conversation: Any, request: Any) -> None:
    call = ring(api(doctor), conversation).data["id"]
    for who in ("other_patient", "other_doctor", "manager", "admin"):
        client = api(request.getfixturevalue(who))
        assert ring(client, conversation).status_code == 404
        assert client.get(f"/api/calls/{call}/").status_code == 404
        for action in ("answer", "decline", "end"):
            assert client.post(f"/api/calls/{call}/{action}/").status_code == 404
    assert api(None).post(f"/api/calls/{call}/end/").status_code == 401
    assert Call.objects.get(pk=call).status == "ringing"


@pytest.mark.django_db
def test_wrong_media(api: Any, doctor: Any, conversation: Any) -> None:
    answer = ring(api(doctor), conversation, "smoke")
    assert (answer.status_code, answer.data["code"]) == (400, "invalid")
    assert "media" in answer.data["fields"]


@pytest.mark.django_db
def test_who_may_not_talk_may_not_ring(api: Any, patient: Any, doctor: Any, conversation: Any) -> None:
    patient.is_active = False
    patient.save()
    assert ring(api(doctor), conversation).status_code == 403


@pytest.mark.django_db
def test_a_patient_does_not_end_a_consultation(api: Any, patient: Any, doctor: Any) -> None:
    from .call_sockets import make_call

    call = make_call(patient, doctor)
    assert api(patient).post(f"/api/calls/{call.pk}/end/").status_code == 403
    assert api(patient).post(f"/api/calls/{call.pk}/answer/").status_code == 403
    assert api(doctor).post(f"/api/calls/{call.pk}/end/").data["status"] == "ended"


@pytest.mark.django_db(transaction=True)
async def test_what_open_pages_hear(patient: Any, doctor: Any, conversation: Any) -> None:
    from channels.db import database_sync_to_async as in_thread

    async with connected(patient) as called, connected(doctor) as caller:
        call = await in_thread(ringing.ring)(conversation, caller=doctor)
        assert await called.frame("call.ringing") == {
            "type": "call.ringing",
            "call": str(call.pk),
            "conversation": str(conversation.pk),
            "from": str(doctor.pk),
            "from_name": "Dr. Sita Sharma",
            "media": "video",
        }
        await in_thread(ringing.decline)(call.pk, actor=patient)
        for socket in (called, caller):
            changed = await socket.frame("call.changed", "call.ringing")
            assert changed == {"type": "call.changed", "call": str(call.pk), "status": "declined"}


@pytest.mark.django_db(transaction=True)
async def test_answering_lets_both_in_and_the_last_one_ends_it(
    patient: Any, doctor: Any, conversation: Any
) -> None:
    from channels.db import database_sync_to_async as in_thread

    call = await in_thread(ringing.ring)(conversation, caller=patient)
    rang = await enter(patient, call)
    assert rang.welcome["status"] == "waiting"
    await in_thread(ringing.answer)(call.pk, actor=doctor)
    assert (await rang.frame())["type"] == "admitted"
    answered = await enter(doctor, call)
    assert answered.welcome["status"] == "admitted"
    assert (await rang.frame())["type"] == "peer.joined"
    await answered.send_json_to({"type": "leave"})
    await rang.frame("peer.left")
    assert (await rang.frame())["type"] == "call.ended"
    assert await closed_with(rang) == 1000
    assert (await Call.objects.aget(pk=call.pk)).status == "ended"
    await answered.disconnect()


@pytest.mark.django_db(transaction=True)
async def test_a_caller_who_goes_away_stops_the_ringing(patient: Any, doctor: Any, conversation: Any) -> None:
    from channels.db import database_sync_to_async as in_thread

    call = await in_thread(ringing.ring)(conversation, caller=doctor)
    curious = await enter(patient, call)
    await curious.send_json_to({"type": "leave"})
    await curious.frame("peer.left")
    assert (await Call.objects.aget(pk=call.pk)).status == "ringing"
    caller = await enter(doctor, call)
    await caller.send_json_to({"type": "leave"})
    await caller.frame("call.ended", "peer.left")
    assert (await Call.objects.aget(pk=call.pk)).status == "ended"


@pytest.mark.django_db(transaction=True)
def test_a_call_nobody_ends_is_ended(patient: Any, doctor: Any, conversation: Any) -> None:
    """Both browsers crashed and no process is left to notice."""
    call = ringing.ring(conversation, caller=doctor)
    ringing.answer(call.pk, actor=patient)
    peers.join(call.pk, doctor, "a-channel")
    with time_machine.travel(timezone.now() + timedelta(hours=4, minutes=1)):
        run_due_tasks()
    call.refresh_from_db()
    assert call.status == "ended"
    assert CallPeer.objects.get(call=call).status == "left"


@pytest.mark.django_db(transaction=True)
def test_a_moved_call_is_not_closed_at_its_old_time(patient: Any, doctor: Any, conversation: Any) -> None:
    now = timezone.now()
    call = calls.schedule(conversation, host=doctor, opens_at=now, closes_at=now + timedelta(hours=1))
    calls.reschedule(call.pk, opens_at=now + timedelta(days=1), closes_at=now + timedelta(days=1, hours=1))
    with time_machine.travel(now + timedelta(hours=2)):
        run_due_tasks()
    call.refresh_from_db()
    assert call.status == "scheduled"
    with time_machine.travel(now + timedelta(days=1, hours=2)):
        run_due_tasks()
    call.refresh_from_db()
    assert call.status == "ended"
