"""The pages of conversations and notifications: what they show, whom they refuse, how often they ask."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import CareLink
from accounts.tests.factories import make_patient
from messaging.domain import messages, notifications
from messaging.models import Conversation, Notification

from .factories import make_conversation, make_notification, texts

pytestmark = pytest.mark.django_db


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def url(conversation: Conversation) -> str:
    return reverse("conversation", args=[conversation.pk])


def test_a_member_reads_and_sends_and_what_is_written_is_escaped(patient: Any, doctor: Any) -> None:
    conversation = make_conversation(patient, doctor)
    messages.post(conversation, sender=doctor, text="<b>bold</b> & नमस्ते")
    client = signed_in(patient)
    page = client.get(url(conversation))
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; नमस्ते" in page.text
    assert "<b>bold" not in page.text
    sent = client.post(url(conversation), {"text": "thanks", "client_id": "c"})
    assert sent.status_code == 302
    client.post(url(conversation), {"text": "thanks", "client_id": "c"})
    assert texts(conversation) == ["<b>bold</b> & नमस्ते", "thanks"]
    assert conversation.members.get(user=patient).last_read_seq == 2


@pytest.mark.parametrize("wrong", ["", "   ", "x" * 4001, "nul \x00"])
def test_a_message_that_is_none_keeps_what_was_typed(patient: Any, doctor: Any, wrong: str) -> None:
    conversation = make_conversation(patient, doctor)
    page = signed_in(patient).post(url(conversation), {"text": wrong})
    assert page.status_code == 400
    assert page.context["chat"].draft == wrong
    assert 'aria-invalid="true"' in page.text
    assert texts(conversation) == []


@pytest.mark.parametrize("before", ["x", "-1", "0", "9" * 40, "१"])
def test_a_wrong_before_shows_a_page_all_the_same(patient: Any, doctor: Any, before: str) -> None:
    conversation = make_conversation(patient, doctor, messages=3)
    assert signed_in(patient).get(url(conversation), {"before": before}).status_code == 200


def test_outsiders_find_no_conversation(
    patient: Any, doctor: Any, other_patient: Any, other_doctor: Any, manager: Any
) -> None:
    conversation = make_conversation(patient, doctor)
    for outsider in (other_patient, other_doctor, manager):
        client = signed_in(outsider)
        assert client.get(url(conversation)).status_code == 404
        assert client.post(url(conversation), {"text": "hi"}).status_code == 404
        assert "Asha" not in client.get(reverse("conversations")).text
    assert Client().get(url(conversation)).status_code == 302
    assert texts(conversation) == []


def test_writing_to_someone_asks_the_rule(
    patient: Any, doctor: Any, other_patient: Any, other_doctor: Any, admin: Any
) -> None:
    make_conversation(patient, doctor)

    def status(user: Any, other: Any) -> int:
        return signed_in(user).post(reverse("conversation_with", args=[other.pk])).status_code

    assert status(patient, doctor) == status(doctor, other_doctor) == 302
    assert status(patient, other_doctor) == status(patient, admin) == 403
    assert status(patient, other_patient) == status(other_doctor, patient) == 404
    assert signed_in(patient).post(reverse("conversation_with", args=[uuid4()])).status_code == 404
    assert signed_in(patient).get(reverse("conversation_with", args=[doctor.pk])).status_code == 405


def test_only_people_one_may_write_to_are_offered(
    patient: Any, doctor: Any, other_patient: Any, other_doctor: Any, manager: Any
) -> None:
    make_conversation(patient, doctor)

    def offered(user: Any, search: str = "") -> set[str]:
        page = signed_in(user).get(reverse("conversation_new"), {"q": search})
        return {person.first_name for person in page.context["page_obj"]}

    assert offered(patient) == {"Sita", "Maya"}
    assert offered(other_patient) == {"Maya"}
    assert offered(doctor) == {"Asha", "Hari", "Maya"}
    assert offered(other_doctor) == {"Sita", "Maya"}
    assert offered(manager) == {"Asha", "Bikash", "Sita", "Hari"}
    assert offered(manager, "bik rai") == {"Bikash"}
    assert offered(manager, "%_'") == set()


def test_search_finds_by_the_other_s_name(patient: Any, doctor: Any, manager: Any) -> None:
    make_conversation(patient, doctor, messages=1)
    make_conversation(patient, manager, messages=1)
    client = signed_in(patient)
    assert len(client.get(reverse("conversations"), {"q": "maya"}).context["page_obj"]) == 1
    assert len(client.get(reverse("conversations"), {"q": "asha"}).context["page_obj"]) == 0
    fragment = client.get(reverse("conversations"), headers={"HX-Request": "true"})
    assert "<html" not in fragment.text


def test_words_are_found_in_messages_of_one_s_own_only(
    patient: Any, doctor: Any, other_doctor: Any, manager: Any
) -> None:
    mine = make_conversation(patient, doctor, messages=120)
    messages.post(make_conversation(doctor, other_doctor), sender=doctor, text="a secret about potassium")
    messages.post(mine, sender=doctor, text="your potassium is <b>fine</b>")
    client = signed_in(patient)
    page = client.get(reverse("conversations"), {"q": "potassium"})
    assert [found.text for found in page.context["found"]] == ["your potassium is <b>fine</b>"]
    assert f"{url(mine)}?at=121#m121" in page.text
    assert "secret" not in page.text
    hits = client.get(url(mine), {"find": "potassium"}, headers={"HX-Request": "true"})
    assert "&lt;b&gt;fine" in hits.text
    assert "<html" not in hits.text
    assert "No message with these words" in client.get(url(mine), {"find": "xyz"}).text
    assert signed_in(manager).get(url(mine), {"find": "potassium"}).status_code == 404
    # Around a message far above; and one that does not exist shows the last ones.
    shown = [line.message.seq for line in client.get(url(mine), {"at": "30"}).context["chat"].lines]
    assert shown == list(range(5, 55))
    assert client.get(url(mine), {"at": "999999"}).context["chat"].lines[-1].message.seq == 121


def test_who_may_not_talk_any_more_still_reads(patient: Any, doctor: Any) -> None:
    conversation = make_conversation(patient, doctor, messages=2)
    CareLink.objects.all().delete()
    client = signed_in(patient)
    page = client.get(url(conversation))
    assert "message 2" in page.text
    assert "any more. What was written stays here to read." in page.text
    refused = client.post(url(conversation), {"text": "hello?"})
    assert refused.status_code == 403
    assert refused.context["chat"].draft == "hello?"
    assert len(texts(conversation)) == 2


def test_a_deleted_message_and_its_quote_show_nothing_of_it(patient: Any, doctor: Any) -> None:
    conversation = make_conversation(patient, doctor)
    gone = messages.post(conversation, sender=doctor, text="for somebody else")
    messages.post(conversation, sender=patient, text="what?", reply_to=gone.pk)
    messages.delete(gone.pk, sender=doctor)
    page = signed_in(patient).get(url(conversation))
    assert "for somebody else" not in page.text
    assert page.text.count("This message was deleted.") >= 2


def test_the_list_asks_as_often_for_one_as_for_twenty_five(
    doctor: Any, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(doctor)
    make_conversation(make_patient("p0@test.clinic"), doctor, messages=2)
    client.get(reverse("conversations"))
    with CaptureQueriesContext(connection) as for_one:
        client.get(reverse("conversations"))
    for number in range(1, 25):
        make_conversation(make_patient(f"p{number}@test.clinic"), doctor, messages=2)
    with django_assert_max_num_queries(len(for_one)):
        assert len(client.get(reverse("conversations")).context["page_obj"]) == 25


def test_a_conversation_asks_as_often_for_one_as_for_fifty(
    patient: Any, doctor: Any, manager: Any, django_assert_max_num_queries: Any
) -> None:
    one, fifty = (
        make_conversation(patient, doctor, messages=1),
        make_conversation(patient, manager, messages=50),
    )
    client = signed_in(patient)
    with CaptureQueriesContext(connection) as for_one:
        client.get(url(one))
    with django_assert_max_num_queries(len(for_one)):
        client.get(url(fifty))


# --- notifications ---


def notified(user: Any, count: int = 1) -> list[Any]:
    return [make_notification(user, f"k{number}", title=f"Payment {number}") for number in range(count)]


def test_opening_a_notification_reads_it_and_leads_there(patient: Any, other_patient: Any) -> None:
    (notification,) = notified(patient)
    opening = reverse("notification_open", args=[notification.pk])
    assert signed_in(other_patient).post(opening).status_code == 404
    assert signed_in(patient).get(opening).status_code == 405
    assert Notification.objects.get().read_at is None
    assert signed_in(patient).post(opening).headers["Location"] == "/payments/"
    assert Notification.objects.get().read_at is not None


@pytest.mark.parametrize("target", ["", "https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_a_notification_leads_nowhere_else(patient: Any, target: str) -> None:
    (notification,) = notified(patient)
    Notification.objects.update(url=target)
    opened = signed_in(patient).post(reverse("notification_open", args=[notification.pk]))
    assert opened.headers["Location"] == "/notifications/"


def test_unread_ones_come_first_and_all_can_be_read(patient: Any, other_patient: Any) -> None:
    notified(patient, 3)
    notified(other_patient, 1)
    notifications.mark_read(Notification.objects.get(user=patient, key="k2"))
    client = signed_in(patient)
    page = client.get(reverse("notifications"))
    assert [row.title for row in page.context["page_obj"]] == ["Payment 1", "Payment 0", "Payment 2"]
    assert client.post(reverse("notifications_read_all")).status_code == 302
    assert not Notification.objects.filter(user=patient, read_at=None).exists()
    assert Notification.objects.filter(user=other_patient, read_at=None).count() == 1
    assert Client().get(reverse("notifications")).status_code == 302


def test_the_badges_are_asked_for_only_where_they_are_shown(patient: Any, doctor: Any) -> None:
    from django.test import RequestFactory

    from messaging.context import unread

    conversation = make_conversation(patient, doctor)
    messages.post(conversation, sender=doctor, text="one")
    messages.post(conversation, sender=patient, text="own ones don't count")
    messages.post_system(conversation, "nor the portal's")
    notified(patient, 2)
    request = RequestFactory().get("/")
    request.user = patient
    with CaptureQueriesContext(connection) as queries:
        context = unread(request)
        assert len(queries) == 0
        assert [context["unread_messages"](), context["unread_messages"]()] == [1, 1]
        assert context["unread_notifications"]() == 2
        assert len(queries) == 1
