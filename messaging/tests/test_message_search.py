"""Finding messages by words: in one conversation, and in all of one's own."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import make_patient
from messaging.domain import messages
from messaging.models import Attachment, Conversation, Message

from .factories import make_conversation

pytestmark = pytest.mark.django_db


def found(api: Any, user: Any, words: str) -> list[str]:
    return [row["text"] for row in api(user).get("/api/messages/search/", {"q": words}).json()["results"]]


def test_words_are_found_in_all_of_one_s_conversations_and_nowhere_else(
    *, api: Any, patient: Any, other_patient: Any, doctor: Any, manager: Any, admin: Any
) -> None:
    mine, desk = make_conversation(patient, doctor), make_conversation(patient, manager)
    messages.post(mine, sender=doctor, text="Take one Tablet at night")
    messages.post(desk, sender=manager, text="The tablet costs 20")
    messages.post(desk, sender=patient, text="रातमा औषधि खानुहोस्")
    foreign = make_conversation(other_patient, doctor)
    messages.post(foreign, sender=doctor, text="another tablet")
    assert found(api, patient, "tablet") == ["The tablet costs 20", "Take one Tablet at night"]
    assert found(api, patient, "night TABLET") == ["Take one Tablet at night"]
    assert found(api, patient, "औषधि") == ["रातमा औषधि खानुहोस्"]
    assert found(api, other_patient, "tablet") == ["another tablet"]
    assert found(api, admin, "tablet") == []
    assert api().get("/api/messages/search/?q=tablet").status_code == 401
    result = api(patient).get("/api/messages/search/?q=night").json()["results"][0]
    assert result["with"] == {"id": str(doctor.pk), "name": doctor.name, "role": "doctor"}
    assert result["conversation"] == str(mine.pk)


def test_what_was_deleted_is_not_found(api: Any, patient: Any, doctor: Any) -> None:
    conversation = make_conversation(patient, doctor)
    sent = messages.post(conversation, sender=patient, text="secret word")
    assert found(api, doctor, "secret") == ["secret word"]
    messages.edit(sent.pk, sender=patient, text="other word")
    assert found(api, doctor, "secret") == []
    messages.delete(sent.pk, sender=patient)
    assert found(api, doctor, "word") == []


def test_a_file_is_found_by_its_name(api: Any, patient: Any, doctor: Any) -> None:
    conversation = make_conversation(patient, doctor, messages=3)
    Attachment.objects.create(
        conversation=conversation, message=Message.objects.get(seq=2), uploaded_by=doctor, client_id="f",
        file="chat/x.pdf", content_type="application/pdf", name="X-ray knee.pdf", size=3,
    )  # fmt: skip
    assert found(api, patient, "knee") == ["message 2"]


def test_one_conversation_is_searched_from_its_end(api: Any, patient: Any, doctor: Any) -> None:
    conversation = make_conversation(patient, doctor, messages=30)
    url = f"/api/conversations/{conversation.pk}/messages/"
    page = api(patient).get(url, {"search": "message 1", "limit": 4}).json()
    assert [row["seq"] for row in page["results"]] == [17, 18, 19, 21]
    earlier = api(patient).get(page["previous"]).json()
    assert [row["seq"] for row in earlier["results"]] == [13, 14, 15, 16]
    assert page["next"] is None
    assert api(patient).get(url, {"search": "100%_"}).json()["results"] == []


@pytest.mark.parametrize("query", ["", "?q=", "?q=%20", "?q=" + "x" * 101])
def test_a_search_for_nothing_is_400(api: Any, patient: Any, query: str) -> None:
    assert api(patient).get(f"/api/messages/search/{query}").status_code == 400


def test_a_search_asks_as_often_for_one_as_for_thirty(
    api: Any, doctor: Any, django_assert_max_num_queries: Any
) -> None:
    def one_more(number: int) -> Conversation:
        return make_conversation(make_patient(f"p{number}@test.clinic"), doctor, messages=1)

    one_more(0)
    client, url = api(doctor), "/api/messages/search/?q=message&page_size=100"
    with CaptureQueriesContext(connection) as for_one:
        assert len(client.get(url).json()["results"]) == 1
    for number in range(1, 30):
        one_more(number)
    with django_assert_max_num_queries(len(for_one)):
        assert len(client.get(url).json()["results"]) == 30
