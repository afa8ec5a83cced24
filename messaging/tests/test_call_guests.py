"""A third person by invitation: named, one browser, ends with the call, waits at the door, sees only the call."""

from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

import pytest
import time_machine
from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import ActivityVerb
from accounts.models import Activity
from clinic.core.errors import Invalid
from clinic.core.logs import without_secrets
from messaging.domain import calls, invitations, ringing
from messaging.models import Call, CallInvitation, CallPeer
from messaging.tests.factories import make_conversation

from .call_sockets import OFFER, closed_with, enter, knock, make_call, meeting, refused

pytestmark = pytest.mark.django_db(transaction=True)

NOBODY = AnonymousUser()


@pytest.fixture
def call(patient: Any, doctor: Any) -> Call:
    return make_call(patient, doctor)


def invite(call: Call, doctor: Any, name: str = "Maya Rai") -> str:
    """The path of the link."""
    _invitation, token = invitations.invite(call, name=name, part="interpreter", actor=doctor)
    return reverse("call_join", args=[token])


def opened(link: str) -> dict[str, str]:
    """The cookies of the browser that took the invitation."""
    browser = Client()
    answer = browser.post(link)
    assert answer.status_code == 302, answer.content
    return {name: morsel.value for name, morsel in browser.cookies.items()}


@pytest.fixture
def cookies(call: Call, doctor: Any) -> dict[str, str]:
    return opened(invite(call, doctor))


@pytest.fixture
def strangers_call(other_patient: Any, other_doctor: Any) -> Call:
    return make_call(other_patient, other_doctor)


def test_the_link_binds_to_the_first_browser_and_looking_uses_nothing_up(call: Call, doctor: Any) -> None:
    link = invite(call, doctor)
    for _ in range(2):  # a mail program, a messenger
        seen = Client().get(link)
        assert seen.status_code == 200
        assert b"Maya Rai" in seen.content
    first, second = Client(), Client()
    answer = first.post(link)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/calls/guest/{call.pk}/")
    [morsel] = [m for name, m in first.cookies.items() if name.startswith("guest-")]
    assert (morsel["httponly"], morsel["samesite"]) == (True, "Lax")
    page = first.get(answer.headers["Location"])
    assert page.status_code == 200
    assert b"data-guest" in page.content
    assert b"call-chat" not in page.content
    assert b"Asha Gurung" not in page.content
    assert first.get(link).headers["Location"] == f"/calls/guest/{call.pk}/"
    for method in (second.get, second.post):
        refusal = method(link)
        assert refusal.status_code == 409
        assert "another browser" in refusal.content.decode()
        assert not [name for name in second.cookies if name.startswith("guest-")]
    assert second.get(f"/calls/guest/{call.pk}/").status_code == 404


def test_no_log_keeps_a_link(call: Call, doctor: Any) -> None:
    link = invite(call, doctor)
    kept = without_secrets(f'"GET {link} HTTP/1.1" 200, from http://clinic.test{link}?x=1')
    assert kept == '"GET /calls/join/***/ HTTP/1.1" 200, from http://clinic.test/calls/join/***/?x=1'


def test_two_browsers_at_once_and_one_wins(call: Call, doctor: Any) -> None:
    invitation, _token = invitations.invite(call, name="Maya", part="other", actor=doctor)
    assert invitations.redeem(invitation.pk)
    with pytest.raises(invitations.Used):
        invitations.redeem(invitation.pk)


def test_a_member_who_opens_the_link_is_led_to_the_call_and_uses_nothing_up(
    call: Call, patient: Any, doctor: Any, client: Client
) -> None:
    link = invite(call, doctor)
    client.force_login(patient)
    for method in (client.get, client.post):
        assert method(link).headers["Location"] == f"/calls/{call.pk}/"
    assert CallInvitation.objects.get().used_at is None


def test_it_ends_with_the_call_also_with_one_that_was_moved(patient: Any, doctor: Any) -> None:
    call = make_call(patient, doctor, opens_in=60, minutes=60)
    assert call.opens_at
    assert call.closes_at
    link = invite(call, doctor)
    cookies = opened(invite(call, doctor))
    calls.reschedule(
        call.pk, opens_at=call.opens_at + timedelta(hours=5), closes_at=call.closes_at + timedelta(hours=5)
    )
    browser = Client()
    browser.cookies = SimpleCookie(cookies)
    early = browser.get(f"/calls/guest/{call.pk}/")
    assert b"You are early" in early.content
    assert b"/messages/" not in early.content
    with time_machine.travel(call.closes_at + timedelta(hours=4)):
        assert Client().get(link).status_code == 200
        assert browser.get(f"/calls/guest/{call.pk}/").status_code == 200
    with time_machine.travel(call.closes_at + timedelta(hours=6)):
        assert Client().post(link).status_code == 409
        assert browser.get(f"/calls/guest/{call.pk}/").status_code == 404


async def test_a_guest_waits_and_then_takes_part_and_decides_nothing(
    call: Call, patient: Any, doctor: Any, cookies: dict[str, str]
) -> None:
    async with meeting(doctor, patient, call) as (host, other):
        guest = await enter(NOBODY, call, cookies=cookies)
        assert (guest.welcome["status"], guest.welcome["guest"], guest.welcome["name"]) == (
            "waiting",
            True,
            "Maya Rai",
        )
        assert guest.welcome["participants"] == []
        asks = await host.frame("peer.waiting")
        assert (asks["name"], asks["guest"], asks["part"]) == ("Maya Rai", True, "interpreter")
        for frame in ("admit", "remove", "lock", "end"):
            refusal = await guest.ask({"type": frame, "peer": guest.peer, "locked": True}, "error")
            assert refusal["code"] == "not_allowed", frame
        refusal = await guest.ask({"type": "signal", "to": host.peer, "description": OFFER}, "error")
        assert refusal["code"] == "not_allowed"
        await host.send_json_to({"type": "admit", "peer": guest.peer})
        admitted = await guest.frame("admitted")
        assert {person["name"] for person in admitted["participants"]} == {doctor.name, patient.name}
        joined = await other.frame("peer.joined")
        assert (joined["user"], joined["role"], joined["guest"]) == (None, "guest", True)
        await guest.send_json_to({"type": "signal", "to": other.peer, "description": OFFER})
        assert (await other.frame("signal"))["from"] == guest.peer
        # Inside as well, the guest decides nothing.
        for frame in ("remove", "lock", "end"):
            refusal = await guest.ask({"type": frame, "peer": other.peer, "locked": True}, "error")
            assert refusal["code"] == "not_allowed", frame
        back = await enter(NOBODY, call, cookies=cookies, resume=guest.welcome["resume"])
        assert (back.peer, back.welcome["status"]) == (guest.peer, "admitted")
        assert await closed_with(guest) == 4409
        await back.disconnect()
    names = database_sync_to_async(
        lambda: list(
            Activity.objects.filter(verb=ActivityVerb.CALL_GUEST).values_list("reason", "patient_id")
        )
    )
    assert await names() == [("Maya Rai (Interpreter)", patient.pk)]


async def test_an_answered_call_from_chat_lets_no_guest_in_by_itself(patient: Any, doctor: Any) -> None:
    conversation = await database_sync_to_async(make_conversation)(patient, doctor)
    call = await database_sync_to_async(ringing.ring)(conversation, caller=patient)
    link = await database_sync_to_async(invite)(call, doctor)
    cookies = await sync_to_async(opened)(link)
    early = await enter(NOBODY, call, cookies=cookies)
    await database_sync_to_async(ringing.answer)(call.pk, actor=doctor)
    stored = await CallPeer.objects.aget(pk=early.peer)
    assert stored.status == "waiting"
    late = await enter(NOBODY, call, cookies=cookies)
    assert late.welcome["status"] == "waiting"
    # The newest tab of a guest takes the older one's place.
    assert (await early.frame("peer.left"))["reason"] == "replaced"
    assert await closed_with(early) == 4409
    await late.disconnect()


async def test_an_interpreter_who_comes_first_does_not_begin_the_visit(
    call: Call, doctor: Any, cookies: dict[str, str]
) -> None:
    guest = await enter(NOBODY, call, cookies=cookies)
    host = await enter(doctor, call)
    await host.send_json_to({"type": "admit", "peer": guest.peer})
    await guest.frame("admitted")
    assert (await Call.objects.aget(pk=call.pk)).status == "scheduled"
    await host.disconnect()
    await guest.disconnect()


async def test_taking_it_back_shows_the_guest_out_for_good(
    call: Call, doctor: Any, cookies: dict[str, str]
) -> None:
    guest = await enter(NOBODY, call, cookies=cookies)
    invitation = await CallInvitation.objects.aget()
    await database_sync_to_async(invitations.revoke)(call, invitation.pk, actor=doctor)
    assert (await guest.frame("peer.left"))["reason"] == "removed"
    assert await closed_with(guest) == 4403
    socket = await knock(NOBODY, call, cookies=cookies)
    assert await closed_with(socket) == 4401


async def test_the_cookie_opens_one_call_and_no_forged_one_opens_any(
    call: Call, patient: Any, cookies: dict[str, str], strangers_call: Call
) -> None:
    other = strangers_call
    [value] = [value for name, value in cookies.items() if name.startswith("guest-")]
    name = invitations.cookie_name(other.pk)
    for attempt in (value, value[:-1], "x", "", "a:b:c", str(call.pk)):
        socket = await knock(NOBODY, other, cookies={name: attempt})
        assert await closed_with(socket) == 4401, attempt
        assert await refused(patient, other, cookies={name: attempt}) == ("not_allowed", 4403)
    # And nothing but the call's own socket.
    browser = Client()
    browser.cookies = SimpleCookie(cookies)
    conversation = f"/api/conversations/{call.conversation_id}/messages/"
    for path, expected in (
        (conversation, 401),
        (f"/api/calls/{call.pk}/", 401),
        (f"/api/calls/{call.pk}/record/", 401),
        (f"/calls/{call.pk}/", 302),
        (f"/calls/{call.pk}/record/", 302),
    ):
        assert (await sync_to_async(browser.get)(path)).status_code == expected, path


def test_ice_for_the_guest_of_this_call_alone(
    call: Call, strangers_call: Call, cookies: dict[str, str], settings: Any
) -> None:
    settings.TURN_URLS, settings.TURN_SECRET = ["turn:relay.test:3478"], "s"
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = SimpleCookie(cookies)
    answer = browser.post(f"/api/calls/{call.pk}/ice/")
    assert answer.status_code == 200
    invitation = CallInvitation.objects.get()
    assert answer.json()["ice_servers"][0]["username"].endswith(f":{invitation.pk}")
    assert browser.post(f"/api/calls/{strangers_call.pk}/ice/").status_code == 401
    calls.end(call.pk, actor=None, reason="over")
    assert browser.post(f"/api/calls/{call.pk}/ice/").status_code == 409


def test_the_host_invites_lists_and_takes_back(
    call: Call, patient: Any, doctor: Any, other_doctor: Any, client: Client
) -> None:
    url = f"/api/calls/{call.pk}/invitations/"
    wish = {"name": "  माया   राई  ", "part": "relative"}
    client.force_login(patient)
    assert client.post(url, wish, content_type="application/json").status_code == 403
    client.force_login(other_doctor)
    assert client.post(url, wish, content_type="application/json").status_code == 404
    client.force_login(doctor)
    made = client.post(url, wish, content_type="application/json")
    assert made.status_code == 201
    body = made.json()
    assert (body["name"], body["part"], body["state"]) == ("माया राई", "relative", "open")
    assert body["link"].startswith("http://testserver/calls/join/")
    assert body["link"].split("/")[-2] not in CallInvitation.objects.get().token_hash
    [listed] = client.get(url).json()["results"]
    assert "link" not in listed
    opened(body["link"])
    assert client.get(url).json()["results"][0]["state"] == "used"
    assert client.post(f"{url}{body['id']}/revoke/").json()["state"] == "revoked"
    for _ in range(invitations.MAX_OPEN):
        assert client.post(url, wish, content_type="application/json").status_code == 201
    full = client.post(url, wish, content_type="application/json")
    assert (full.status_code, full.json()["code"]) == (409, "too_many")
    calls.end(call.pk, actor=doctor, reason="ended")
    assert client.post(url, wish, content_type="application/json").json()["code"] == "over"


@pytest.mark.parametrize("name", ["", "   ", "…", "123", "a" * 81, "Maya\u202egnp", "Maya\u0007", "\u200d"])
def test_names_that_name_nobody(call: Call, doctor: Any, name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        invitations.invite(call, name=name, part="other", actor=doctor)
    assert set(refusal.value.fields) == {"name"}


async def test_four_in_a_call_and_a_fifth_is_full(call: Call, patient: Any, doctor: Any) -> None:
    async with meeting(doctor, patient, call) as (host, _patient):
        guests = []
        for name in ("Maya", "Ram", "Sita"):
            link = await database_sync_to_async(invite)(call, doctor, name)
            guests.append(await sync_to_async(opened)(link))
        inside = []
        for cookies in guests[:2]:
            socket = await enter(NOBODY, call, cookies=cookies)
            await host.send_json_to({"type": "admit", "peer": socket.peer})
            inside.append((await socket.frame("admitted"), socket))
        assert len(inside[1][0]["participants"]) == 3
        assert await refused(NOBODY, call, cookies=guests[2]) == ("full", 4403)
        for _admitted, socket in inside:
            await socket.disconnect()


async def test_a_locked_door_is_for_those_who_were_not_inside(
    call: Call, patient: Any, doctor: Any, cookies: dict[str, str]
) -> None:
    async with meeting(doctor, patient, call) as (host, guest):
        await host.send_json_to({"type": "lock", "locked": True})
        for socket in (host, guest):
            assert await socket.frame() == {"type": "call.locked", "locked": True}
        assert await refused(NOBODY, call, cookies=cookies) == ("locked", 4403)
        # The host comes in by any door, and whoever was inside may come back, even after the thirty seconds.
        second = await enter(doctor, call)
        assert second.welcome["locked"] is True
        await second.disconnect()
        await guest.disconnect()
        long_ago = timezone.now() - timedelta(seconds=60)
        await CallPeer.objects.filter(pk=guest.peer).aupdate(gone_since=long_ago)
        back = await enter(patient, call)
        assert back.welcome["status"] == "waiting"
        await host.send_json_to({"type": "remove", "peer": back.peer})
        await back.frame("peer.left")
        assert await closed_with(back) == 4403
        # But not who was shown out.
        assert await refused(patient, call) == ("locked", 4403)
        await host.send_json_to({"type": "lock", "locked": False})
        await host.frame("call.locked")
        free = await enter(NOBODY, call, cookies=cookies)
        assert free.welcome["status"] == "waiting"
        await free.disconnect()


async def test_whoever_waits_is_told_their_place_and_whether_the_host_is_there(
    call: Call, patient: Any, doctor: Any, cookies: dict[str, str]
) -> None:
    first = await enter(patient, call)
    alone = {"type": "waiting", "place": 1, "count": 1, "host_here": False}
    assert await first.frame("waiting") == alone
    second = await enter(NOBODY, call, cookies=cookies)
    assert await second.frame("waiting") == {**alone, "place": 2, "count": 2}
    assert await first.frame("waiting") == {**alone, "count": 2}
    host = await enter(doctor, call)
    assert await second.frame("waiting") == {"type": "waiting", "place": 2, "count": 2, "host_here": True}
    await host.send_json_to({"type": "admit", "peer": first.peer})
    assert await second.frame("waiting") == {"type": "waiting", "place": 1, "count": 1, "host_here": True}
    for socket in (first, second, host):
        await socket.disconnect()
