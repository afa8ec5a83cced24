"""Editing and deleting one's own messages, answering one, what was delivered, and catching up with all of it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from channels.db import database_sync_to_async
from django.utils import timezone

from messaging.domain import messages, queries
from messaging.models import Conversation, Member, Message

from .factories import make_conversation, texts
from .sockets import connected

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


@pytest.fixture
def conversation(patient: Any, doctor: Any) -> Conversation:
    return make_conversation(patient, doctor)


def say(api: Any, user: Any, conversation: Conversation, text: str, **body: Any) -> Any:
    answer = api(user).post(f"/api/conversations/{conversation.pk}/messages/", {"text": text, **body})
    assert answer.status_code == 201
    return answer.json()


def listed(api: Any, user: Any, conversation: Conversation, **query: Any) -> Any:
    return api(user).get(f"/api/conversations/{conversation.pk}/messages/", query).json()


def test_an_edited_message_says_so(api: Any, patient: Any, doctor: Any, conversation: Any) -> None:
    sent = say(api, patient, conversation, "10 tablets")
    changed = api(patient).patch(f"/api/messages/{sent['id']}/", {"text": " 1 tablet "}).json()
    assert changed == {**sent, "text": "1 tablet", "edited_at": changed["edited_at"]}
    assert changed["edited_at"] > sent["created_at"]
    assert listed(api, doctor, conversation)["results"] == [changed]
    again = api(patient).patch(f"/api/messages/{sent['id']}/", {"text": "1 tablet"}).json()
    assert again == changed


def test_a_deleted_message_keeps_its_number_and_nothing_else(
    api: Any, patient: Any, doctor: Any, conversation: Any
) -> None:
    sent = say(api, patient, conversation, "oh no")
    say(api, patient, conversation, "fine")
    gone = api(patient).delete(f"/api/messages/{sent['id']}/")
    assert gone.status_code == 200
    assert gone.json() == {**sent, "text": "", "deleted_at": gone.json()["deleted_at"]}
    assert api(patient).delete(f"/api/messages/{sent['id']}/").json() == gone.json()
    assert [row["seq"] for row in listed(api, doctor, conversation)["results"]] == [1, 2]
    assert texts(conversation) == ["", "fine"]
    refused = api(patient).patch(f"/api/messages/{sent['id']}/", {"text": "back"})
    assert (refused.status_code, refused.json()["code"]) == (409, "message_deleted")


def test_a_deleted_message_is_not_unread(api: Any, patient: Any, doctor: Any, conversation: Any) -> None:
    sent = [say(api, doctor, conversation, text) for text in ("one", "two", "three")]
    api(doctor).delete(f"/api/messages/{sent[1]['id']}/")
    assert api(patient).get("/api/conversations/").json()["results"][0]["unread"] == 2
    assert queries.unread(patient.pk)[0] == 2


@pytest.mark.parametrize(
    ("after", "status"), [(timedelta(minutes=10, microseconds=-1), 200), (timedelta(minutes=10), 409)]
)
def test_ten_minutes_are_ten_minutes(
    *, api: Any, patient: Any, conversation: Any, time_machine: Any, after: timedelta, status: int
) -> None:
    time_machine.move_to(NOW, tick=False)
    first, second = (say(api, patient, conversation, text) for text in ("one", "two"))
    time_machine.move_to(NOW + after, tick=False)
    answers = (
        api(patient).patch(f"/api/messages/{first['id']}/", {"text": "1"}),
        api(patient).delete(f"/api/messages/{second['id']}/"),
    )
    assert [answer.status_code for answer in answers] == [status, status]
    if status == 409:
        assert {answer.json()["code"] for answer in answers} == {"too_late"}
        assert texts(conversation) == ["one", "two"]
        # Trying once more what is done already is no change.
        assert api(patient).patch(f"/api/messages/{first['id']}/", {"text": "one"}).status_code == 200


def test_nobody_changes_another_s_message(
    *,
    api: Any,
    patient: Any,
    doctor: Any,
    other_patient: Any,
    other_doctor: Any,
    manager: Any,
    admin: Any,
    conversation: Any,
) -> None:
    url = f"/api/messages/{say(api, patient, conversation, 'mine')['id']}/"
    system = messages.post_system(conversation, "Your visit is confirmed.")
    for user, status in (
        (doctor, 403),
        (other_patient, 404),
        (other_doctor, 404),
        (manager, 404),
        (admin, 404),
    ):
        assert api(user).patch(url, {"text": "theirs"}).status_code == status
        assert api(user).delete(url).status_code == status
    assert api(patient).delete(f"/api/messages/{system.pk}/").status_code == 403
    assert api().patch(url, {"text": "x"}).status_code == api().delete(url).status_code == 401
    assert api(patient).delete(f"/api/messages/{uuid4()}/").status_code == 404
    assert texts(conversation) == ["mine", "Your visit is confirmed."]


@pytest.mark.parametrize("text", ["", "  ", "x" * 4001, "nul \x00", None, ["a"], 5.5])
def test_an_edit_to_nonsense_is_400(api: Any, patient: Any, conversation: Any, text: Any) -> None:
    url = f"/api/messages/{say(api, patient, conversation, 'fine')['id']}/"
    if text == 5.5:  # a number is text to DRF, as it is everywhere in the API
        assert api(patient).patch(url, {"text": text}).json()["text"] == "5.5"
        return
    assert api(patient).patch(url, {"text": text}).status_code == 400
    assert texts(conversation) == ["fine"]


def test_an_answer_shows_what_it_answers(api: Any, patient: Any, doctor: Any, conversation: Any) -> None:
    question = say(api, doctor, conversation, "How is the wound? " + "x" * 300)
    answer = say(api, patient, conversation, "Better", reply_to=question["id"])
    assert answer["reply_to"] == {
        "id": question["id"],
        "seq": 1,
        "sender": question["sender"],
        "text": question["text"][:160],
        "kind": "text",
        "deleted": False,
    }
    api(doctor).delete(f"/api/messages/{question['id']}/")
    shown = listed(api, patient, conversation)["results"][1]["reply_to"]
    assert (shown["text"], shown["deleted"]) == ("", True)
    # Written before the question was deleted, sent after it: not lost.
    assert say(api, patient, conversation, "Still better", reply_to=question["id"])["seq"] == 3


def test_an_answer_to_another_conversation_is_400(
    api: Any, patient: Any, manager: Any, conversation: Any
) -> None:
    foreign = say(api, patient, make_conversation(patient, manager), "elsewhere")
    url = f"/api/conversations/{conversation.pk}/messages/"
    wrong: tuple[Any, ...] = (foreign["id"], str(uuid4()), "x", 7, [])
    for reply_to in wrong:
        answer = api(patient).post(url, {"text": "hi", "reply_to": reply_to})
        assert answer.status_code == 400
        assert "reply_to" in answer.json()["fields"]
    assert texts(conversation) == []


def test_whoever_was_away_hears_what_changed(
    api: Any, patient: Any, doctor: Any, conversation: Any, time_machine: Any
) -> None:
    time_machine.move_to(NOW, tick=False)
    sent = [say(api, patient, conversation, f"text {number}") for number in range(1, 6)]
    asked = listed(api, doctor, conversation)["server_time"]
    time_machine.move_to(NOW + timedelta(minutes=2), tick=False)
    api(patient).patch(f"/api/messages/{sent[0]['id']}/", {"text": "one"})
    api(patient).patch(f"/api/messages/{sent[2]['id']}/", {"text": "three"})
    api(patient).delete(f"/api/messages/{sent[3]['id']}/")
    first = listed(api, doctor, conversation, changed_since=asked, limit=2)
    assert [row["text"] for row in first["results"]] == ["one", "three"]
    rest = api(doctor).get(first["next"]).json()
    assert [(row["seq"], row["text"]) for row in rest["results"]] == [(4, "")]
    assert rest["next"] is None
    time_machine.move_to(NOW + timedelta(minutes=9), tick=False)
    assert listed(api, doctor, conversation, changed_since=timezone.now().isoformat())["results"] == []


@pytest.mark.parametrize(
    ("since", "status"),
    [
        ("x", 400),
        ("2026-13-01", 400),
        ("0001-01-01T00:00:00Z", 200),
        # On the clinic's clock, or another one, before the first moment there is.
        ("0001-01-01T00:00:00", 400),
        ("0001-01-01T00:00:00+14:00", 400),
        ("9999-12-31T23:59:59-12:00", 400),
    ],
)
def test_a_wrong_moment_is_400_and_a_far_one_is_none(
    api: Any, patient: Any, conversation: Any, since: str, status: int
) -> None:
    answer = api(patient).get(f"/api/conversations/{conversation.pk}/messages/", {"changed_since": since})
    assert answer.status_code == status


def test_delivered_only_moves_forward_and_reading_takes_it_along(
    api: Any, patient: Any, doctor: Any, other_patient: Any, manager: Any
) -> None:
    conversation = make_conversation(patient, doctor, messages=6)
    url = f"/api/conversations/{conversation.pk}/"

    def marks() -> tuple[int, int]:
        answer = listed(api, doctor, conversation)
        return answer["delivered"][str(patient.pk)], answer["read"][str(patient.pk)]

    assert api(patient).post(f"{url}delivered/", {"seq": 4}).json() == {"seq": 4}
    assert api(patient).post(f"{url}delivered/", {"seq": 2}).json() == {"seq": 4}
    assert marks() == (4, 0)
    api(patient).post(f"{url}read/", {"seq": 5})
    assert marks() == (5, 5)
    assert api(patient).post(f"{url}delivered/", {"seq": 99}).json() == {"seq": 6}
    assert marks() == (6, 5)
    for wrong in (-1, "x", None, [1]):
        assert api(patient).post(f"{url}delivered/", {"seq": wrong}).status_code == 400
    for outsider in (other_patient, manager):
        assert api(outsider).post(f"{url}delivered/", {"seq": 1}).status_code == 404
    assert Member.objects.get(user=doctor).last_delivered_seq == 0


# --- on the socket ---


@pytest.mark.django_db(transaction=True)
async def test_changes_and_marks_reach_every_member(
    patient: Any, doctor: Any, other_patient: Any, conversation: Any
) -> None:
    post = database_sync_to_async(messages.post)
    first = await post(conversation, sender=patient, text="one")
    second = await post(conversation, sender=doctor, text="two", reply_to=first.pk)
    async with connected(patient) as here, connected(doctor) as there, connected(other_patient) as stranger:
        await here.send_json_to({"type": "message.edit", "message": str(first.pk), "text": "1"})
        changed = await here.frame("message.changed")
        assert changed["message"]["text"] == "1"
        assert await there.frame("message.changed") == changed
        await there.send_json_to({"type": "message.delete", "message": str(second.pk)})
        gone = (await here.frame("message.changed"))["message"]
        assert (gone["seq"], gone["text"], bool(gone["deleted_at"])) == (2, "", True)
        assert (await there.frame("message.changed"))["message"] == gone
        mark = {"type": "message.delivered", "conversation": str(conversation.pk), "seq": 2}
        await here.send_json_to(mark)
        assert await there.frame() == {**mark, "user": str(patient.pk)}
        assert await stranger.receive_nothing(0.1)


@pytest.mark.django_db(transaction=True)
async def test_a_stranger_s_frames_find_nothing(
    doctor: Any, patient: Any, other_patient: Any, conversation: Any
) -> None:
    message = await database_sync_to_async(messages.post)(conversation, sender=patient, text="mine")
    frames: list[dict[str, Any]] = [
        {"type": "message.edit", "message": str(message.pk), "text": "x"},
        {"type": "message.delete", "message": str(message.pk)},
        {"type": "message.delivered", "conversation": str(conversation.pk), "seq": 1},
    ]
    async with connected(other_patient) as stranger, connected(doctor) as member:
        for frame in frames:
            answer = await stranger.ask({**frame, "client_id": "c"})
            assert (answer["type"], answer["code"], answer["client_id"]) == ("error", "not_found", "c")
        for frame in frames[:2]:
            assert (await member.ask(frame))["code"] == "not_allowed"
    assert await database_sync_to_async(texts)(conversation) == ["mine"]


@pytest.mark.django_db(transaction=True)
async def test_100_kb_of_text_is_an_error_and_the_socket_stays(patient: Any, conversation: Any) -> None:
    message = await database_sync_to_async(messages.post)(conversation, sender=patient, text="mine")
    async with connected(patient) as socket:
        edit = {"type": "message.edit", "message": str(message.pk)}
        assert (await socket.ask({**edit, "text": "x" * 100_000}))["code"] == "too_large"
        assert (await socket.ask({**edit, "text": "x" * 60_000}))["code"] == "invalid"
        assert (await socket.ask({"type": "ping"}))["type"] == "pong"
    assert await database_sync_to_async(texts)(conversation) == ["mine"]


@pytest.mark.django_db(transaction=True)
async def test_who_may_not_write_any_more_is_told_so(patient: Any, doctor: Any, conversation: Any) -> None:
    doctor.is_active = False
    await database_sync_to_async(doctor.save)()
    async with connected(patient) as socket:
        sending = {
            "type": "message.send",
            "conversation": str(conversation.pk),
            "client_id": "c",
            "text": "hi",
        }
        answer = await socket.ask(sending)
        assert (answer["type"], answer["code"], answer["client_id"]) == ("error", "not_allowed", "c")
    assert not await Message.objects.aexists()
