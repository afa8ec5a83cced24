"""The record of a call: who, when, how long, how good; for its members and management."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.enums import ActivityVerb
from accounts.models import Activity
from messaging.domain import call_records, calls, invitations, peers, quality, waiting_room
from messaging.models import Call, CallInvitation
from messaging.tests.factories import make_conversation

from .call_sockets import make_call

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(patient: Any, doctor: Any) -> Call:
    """40 minutes: the doctor all of it; the patient in two stays, 10 and 20 minutes; a guest who was not let in."""
    began = timezone.now() - timedelta(minutes=50)
    with time_machine.travel(began, tick=False) as clock:
        call = make_call(patient, doctor)
        host = peers.join(call.pk, doctor, "d1").peer
        clock.shift(timedelta(seconds=1))
        first = peers.join(call.pk, patient, "p1").peer
        waiting_room.admit(call.pk, first.pk, actor=doctor)
        peers.keep_quality(first.pk, quality.read({"seconds": 100, "rtt_ms": 100, "loss_percent": 1}))
        clock.shift(timedelta(minutes=10))
        peers.beat(host.pk, "d1")
        peers.leave(first.pk)
        invitation, _token = invitations.invite(call, name="माया राई", part="interpreter", actor=doctor)
        invitations.redeem(invitation.pk)
        peers.join(call.pk, CallInvitation.objects.get(), "g1")
        second = peers.join(call.pk, patient, "p2").peer
        clock.shift(timedelta(minutes=10))
        waiting_room.admit(call.pk, second.pk, actor=doctor)
        peers.keep_quality(second.pk, quality.read({"seconds": 100, "rtt_ms": 300, "reconnects": 1}))
        clock.shift(timedelta(minutes=20))
        calls.end(call.pk, actor=doctor, reason="ended")
    return Call.objects.get(pk=call.pk)


def test_who_came_and_how_long_each_was_inside(call: Call, patient: Any, doctor: Any) -> None:
    host, other, guest = call_records.attendances(call)
    assert (host.user_id, host.inside) == (doctor.pk, timedelta(minutes=40, seconds=1))
    assert (other.user_id, other.inside, len(other.stays)) == (patient.pk, timedelta(minutes=30), 2)
    assert (other.summary["rtt_ms"], other.summary["rtt_ms_worst"], other.grade) == (200, 300, "good")
    assert (guest.name, guest.guest, guest.stays, guest.label) == ("माया राई", True, [], "Interpreter")


def test_whoever_was_lost_left_when_they_were_last_heard_of(patient: Any, doctor: Any) -> None:
    call = make_call(patient, doctor)
    lost = peers.join(call.pk, doctor, "d1").peer
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        peers.reap(call.pk)
    [host] = call_records.attendances(call)
    assert host.stays == [(lost.admitted_at, lost.seen_at)]


def test_two_devices_at_once_count_once() -> None:
    now = timezone.now()
    stays = [(now + timedelta(minutes=a), now + timedelta(minutes=b)) for a, b in ((0, 10), (2, 5), (8, 12))]
    one = call_records.Attendance("Asha", "Patient", False, now, None, stays=stays)
    assert one.inside == timedelta(minutes=12)


def test_the_page_tells_it_in_plain_words_and_the_api_the_same(
    call: Call, patient: Any, client: Client
) -> None:
    client.force_login(patient)
    page = client.get(f"/calls/{call.pk}/record/").content.decode()
    for words in (
        "40 minutes",
        "30 minutes in the call",
        "माया राई",
        "was not let in",
        "The connection was good.",
    ):
        assert words in page, words
    told = client.get(f"/api/calls/{call.pk}/record/").json()
    assert [person["seconds_inside"] for person in told["people"]] == [2401, 1800, 0]
    assert told["people"][1]["quality"]["reconnects"] == 1
    assert not Activity.objects.filter(verb=ActivityVerb.CALL_READ).exists()


@pytest.mark.parametrize(
    ("who", "status"),
    [("doctor", 200), ("manager", 200), ("other_patient", 404), ("other_doctor", 404), ("admin", 404)],
)
def test_for_its_members_and_management_with_a_trace(
    call: Call, who: str, status: int, client: Client, request: pytest.FixtureRequest
) -> None:
    person = request.getfixturevalue(who)
    client.force_login(person)
    assert client.get(f"/calls/{call.pk}/record/").status_code == status
    readers = Activity.objects.filter(verb=ActivityVerb.CALL_READ).values_list("actor_id", flat=True)
    assert list(readers) == ([person.pk] if status == 200 else [])


def test_one_query_however_many_came(patient: Any, doctor: Any, django_assert_num_queries: Any) -> None:
    call = make_call(patient, doctor)
    for number in range(30):
        peer = peers.join(call.pk, (patient, doctor)[number % 2], str(number)).peer
        peers.leave(peer.pk)
    with django_assert_num_queries(1):
        assert len(call_records.attendances(call)) == 2


def test_a_call_nobody_joined(patient: Any, doctor: Any, client: Client) -> None:
    call = make_call(patient, doctor)
    assert make_conversation(patient, doctor)
    client.force_login(doctor)
    assert "Nobody has joined this call." in client.get(f"/calls/{call.pk}/record/").content.decode()


def test_the_line_in_the_chat_leads_to_it(call: Call, patient: Any, doctor: Any, client: Client) -> None:
    never_begun = make_call(patient, doctor)
    calls.end(never_begun.pk, actor=doctor, reason="cancelled")
    client.force_login(patient)
    [line] = client.get(f"/api/conversations/{call.conversation_id}/messages/").json()["results"]
    assert (line["kind"], line["call"], line["text"]) == (
        "call",
        str(call.pk),
        "Video call ended after 40 minutes.",
    )
    assert (
        f'href="/calls/{call.pk}/record/"'
        in client.get(f"/messages/{call.conversation_id}/").content.decode()
    )
