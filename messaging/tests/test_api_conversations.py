"""Conversations and messages over REST: shapes, order, idempotence, outsiders."""

from typing import Any
from uuid import uuid4

import pytest
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import make_patient
from messaging.models import Conversation, Message

from .factories import make_conversation, texts

pytestmark = pytest.mark.django_db


@pytest.fixture
def conversation(patient: Any, doctor: Any) -> Conversation:
    return make_conversation(patient, doctor)


def test_starting_a_conversation_twice_gives_the_same_one(api: Any, patient: Any, manager: Any) -> None:
    first = api(patient).post("/api/conversations/", {"with": str(manager.pk)})
    again = api(manager).post("/api/conversations/", {"with": str(patient.pk)})
    assert first.status_code == again.status_code == 201
    assert first.json()["id"] == again.json()["id"]
    assert first.json()["with"] == {"id": str(manager.pk), "name": "Maya Shrestha", "role": "management"}
    assert Conversation.objects.get().members.count() == 2


def test_who_may_start_with_whom(
    *, api: Any, patient: Any, other_patient: Any, doctor: Any, other_doctor: Any, manager: Any, admin: Any
) -> None:
    make_conversation(patient, doctor)

    def status(user: Any, other: Any) -> int:
        return api(user).post("/api/conversations/", {"with": str(other.pk)}).status_code

    assert status(patient, doctor) == status(doctor, patient) == 201
    assert status(doctor, other_doctor) == status(manager, doctor) == 201
    assert status(patient, other_doctor) == 403
    assert status(patient, patient) == 403
    assert status(other_doctor, patient) == 404
    assert status(patient, other_patient) == 404
    for user in (patient, doctor, manager):
        assert status(user, admin) == 403
        assert status(admin, user) == 403
    manager.is_active = False
    manager.save()
    assert status(patient, manager) == 404


@pytest.mark.parametrize("body", [{}, {"with": "x"}, {"with": None}, {"with": [1]}, [], "text"])
def test_starting_with_nonsense_is_400(api: Any, patient: Any, body: Any) -> None:
    assert api(patient).post("/api/conversations/", body).status_code == 400


def test_an_unknown_person_is_404(api: Any, patient: Any) -> None:
    assert api(patient).post("/api/conversations/", {"with": str(uuid4())}).status_code == 404


def test_a_message_has_the_contract_s_shape(api: Any, patient: Any, conversation: Conversation) -> None:
    url = f"/api/conversations/{conversation.pk}/messages/"
    answer = api(patient).post(url, {"client_id": "c-1", "text": "  नमस्ते 🙏  "})
    assert answer.status_code == 201
    stored = Message.objects.get()
    assert answer.json() == {
        "id": str(stored.pk),
        "conversation": str(conversation.pk),
        "seq": 1,
        "client_id": "c-1",
        "sender": {"id": str(patient.pk), "name": "Asha Gurung"},
        "text": "नमस्ते 🙏",
        "attachments": [],
        "kind": "text",
        "created_at": stored.created_at.isoformat(),
        "reply_to": None,
        "edited_at": None,
        "deleted_at": None,
        "call": None,
    }
    assert api(patient).get(url).json()["results"] == [answer.json()]


def test_the_same_client_id_is_stored_once(api: Any, patient: Any, doctor: Any, conversation: Any) -> None:
    url = f"/api/conversations/{conversation.pk}/messages/"
    first = api(patient).post(url, {"client_id": "same", "text": "one"}).json()
    assert api(patient).post(url, {"client_id": "same", "text": "two"}).json() == first
    assert api(doctor).post(url, {"client_id": "same", "text": "the doctor's"}).json()["seq"] == 2
    assert texts(conversation) == ["one", "the doctor's"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": ""},
        {"text": "   \n "},
        {"text": "x" * 4001},
        {"text": None},
        {"text": ["a"]},
        {"text": "nul \x00 byte"},
        {"text": "fine", "client_id": "x" * 65},
        {"text": "fine", "client_id": {"a": 1}},
        ["text"],
    ],
)
def test_a_message_that_is_none_is_400(api: Any, patient: Any, conversation: Any, body: Any) -> None:
    answer = api(patient).post(f"/api/conversations/{conversation.pk}/messages/", body)
    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid"
    assert texts(conversation) == []


def test_the_longest_message_fits(api: Any, patient: Any, conversation: Any) -> None:
    answer = api(patient).post(f"/api/conversations/{conversation.pk}/messages/", {"text": "न" * 4000})
    assert answer.status_code == 201


def test_messages_come_in_order_of_seq(api: Any, patient: Any, doctor: Any) -> None:
    conversation = make_conversation(patient, doctor, messages=7)
    url = f"/api/conversations/{conversation.pk}/messages/"

    def seqs(query: str) -> list[int]:
        return [message["seq"] for message in api(patient).get(url + query).json()["results"]]

    assert seqs("") == [1, 2, 3, 4, 5, 6, 7]
    assert seqs("?after=4") == [5, 6, 7]
    assert seqs("?after=2&limit=2") == [3, 4]
    assert seqs("?before=4&limit=2") == [2, 3]
    assert seqs("?after=99") == []
    page = api(patient).get(url + "?limit=3").json()
    assert [message["seq"] for message in api(patient).get(page["next"]).json()["results"]] == [4, 5, 6]
    assert page["previous"] is None
    assert page["last_seq"] == 7
    assert page["read"] == {str(patient.pk): 0, str(doctor.pk): 0}
    assert api(patient).get(url).json()["next"] is None


@pytest.mark.parametrize(
    "query", ["after=x", "after=-1", "limit=0", "limit=201", "limit=a", "before=0", "after=" + "9" * 30]
)
def test_a_wrong_range_is_400(api: Any, patient: Any, conversation: Any, query: str) -> None:
    assert api(patient).get(f"/api/conversations/{conversation.pk}/messages/?{query}").status_code == 400


def test_outsiders_are_refused(
    *, api: Any, other_patient: Any, other_doctor: Any, manager: Any, admin: Any, conversation: Any
) -> None:
    base = f"/api/conversations/{conversation.pk}"
    for user in (other_patient, other_doctor, manager, admin):
        client = api(user)
        assert client.get(f"{base}/messages/").status_code == 404
        assert client.post(f"{base}/messages/", {"text": "hi"}).status_code == 404
        assert client.post(f"{base}/read/", {"seq": 1}).status_code == 404
        assert client.get("/api/conversations/").json()["results"] == []
    anonymous = api()
    assert anonymous.get("/api/conversations/").status_code == 401
    assert anonymous.post("/api/conversations/", {}).status_code == 401
    assert anonymous.get(f"{base}/messages/").status_code == 401
    assert anonymous.post(f"{base}/messages/", {"text": "hi"}).status_code == 401
    assert anonymous.post(f"{base}/read/", {"seq": 1}).status_code == 401
    assert texts(conversation) == []


def test_the_list_shows_unread_and_last_message(
    api: Any, patient: Any, doctor: Any, manager: Any, conversation: Any
) -> None:
    make_conversation(patient, manager)
    doctor_s = api(doctor)
    for text in ("one", "two"):
        doctor_s.post(f"/api/conversations/{conversation.pk}/messages/", {"text": text})
    results = api(patient).get("/api/conversations/").json()["results"]
    assert [(row["with"]["name"], row["unread"]) for row in results] == [
        ("Dr. Sita Sharma", 2),
        ("Maya Shrestha", 0),
    ]
    assert results[0]["last_message"]["text"] == "two"
    assert results[1]["last_message"] is None
    assert doctor_s.get("/api/conversations/").json()["results"][0]["unread"] == 0
    assert len(api(patient).get("/api/conversations/?search=sita").json()["results"]) == 1
    assert api(patient).get("/api/conversations/?search=gurung").json()["results"] == []


def test_reading_only_moves_forward(api: Any, patient: Any, doctor: Any) -> None:
    conversation = make_conversation(patient, doctor, messages=6)
    client, url = api(patient), f"/api/conversations/{conversation.pk}/read/"
    assert client.post(url, {"seq": 4}).json() == {"seq": 4}
    assert client.post(url, {"seq": 2}).json() == {"seq": 4}
    # 6 is the doctor's (even); beyond the end means the end
    assert client.get("/api/conversations/").json()["results"][0]["unread"] == 1
    assert client.post(url, {"seq": 99}).json() == {"seq": 6}
    assert client.get("/api/conversations/").json()["results"][0]["unread"] == 0
    for wrong in (-1, "x", None, 10**30, [1]):
        assert client.post(url, {"seq": wrong}).status_code == 400


def test_the_list_asks_as_often_for_one_as_for_thirty(
    api: Any, doctor: Any, django_assert_max_num_queries: Any
) -> None:
    client = api(doctor)
    make_conversation(make_patient("p0@test.clinic"), doctor, messages=3)
    from django.db import connection

    with CaptureQueriesContext(connection) as for_one:
        assert len(client.get("/api/conversations/?page_size=100").json()["results"]) == 1
    for number in range(1, 30):
        make_conversation(make_patient(f"p{number}@test.clinic"), doctor, messages=3)
    with django_assert_max_num_queries(len(for_one)):
        assert len(client.get("/api/conversations/?page_size=100").json()["results"]) == 30


def test_messages_ask_as_often_for_one_as_for_thirty(
    api: Any, patient: Any, doctor: Any, manager: Any, django_assert_max_num_queries: Any
) -> None:
    one, thirty = (
        make_conversation(patient, doctor, messages=1),
        make_conversation(patient, manager, messages=30),
    )
    from django.db import connection

    with CaptureQueriesContext(connection) as for_one:
        api(patient).get(f"/api/conversations/{one.pk}/messages/")
    with django_assert_max_num_queries(len(for_one)):
        assert len(api(patient).get(f"/api/conversations/{thirty.pk}/messages/").json()["results"]) == 30
