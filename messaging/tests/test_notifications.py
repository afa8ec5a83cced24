"""Telling people: once, live, by mail when asked; over REST."""

from datetime import datetime
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext

from accounts.models import User
from clinic.core.testing.tasks import run_due_tasks
from messaging.domain import conversations, messages, notifications
from messaging.models import Notification


def tell(user: Any, key: str = "k", **fields: Any) -> Any:
    told = {"occasion": "payment.confirmed", "url": "/payments/1/"}
    return notifications.notify(user, key=key, **{**told, **fields})


@pytest.mark.django_db(transaction=True)
def test_told_twice_is_told_once_and_mailed_once(patient: Any, settings: Any) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://clinic.example"]
    assert tell(patient) is not None
    assert tell(patient) is None
    run_due_tasks()
    (sent,) = mail.outbox
    assert isinstance(sent, EmailMultiAlternatives)
    assert (sent.to, sent.subject) == (["patient@test.clinic"], "Your payment was confirmed")
    assert "Dear Asha" in sent.body
    assert "We have received your payment." in sent.body
    assert "https://clinic.example/payments/1/" in sent.body
    assert "https://clinic.example/notifications/settings/" in sent.body
    html = str(sent.alternatives[0][0])
    assert "https://clinic.example/payments/1/" in html
    assert "<script" not in html


@pytest.mark.django_db(transaction=True)
def test_without_a_text_no_mail_and_names_are_escaped(patient: Any) -> None:
    patient.first_name = "<b>Asha"
    patient.save()
    tell(patient, occasion="payment.confirmed.visit")
    run_due_tasks()
    assert mail.outbox == []
    assert Notification.objects.count() == 1
    doctor = "<i>Sita\nBcc: evil@example.org"
    tell(patient, "other", occasion="note.signed", variables={"name": doctor})
    run_due_tasks()
    (sent,) = mail.outbox
    assert isinstance(sent, EmailMultiAlternatives)
    assert sent.subject == "<i>Sita Bcc: evil@example.org has finished the note of your visit"
    assert sent.bcc == sent.cc == []
    assert "Dear <b>Asha" in sent.body
    html = str(sent.alternatives[0][0])
    assert "&lt;b&gt;Asha" in html
    assert "<i>Sita" not in html


@pytest.mark.django_db
def test_a_deactivated_account_is_told_nothing(patient: Any) -> None:
    patient.is_active = False
    assert tell(patient) is None
    assert Notification.objects.count() == 0


@pytest.mark.django_db
def test_nothing_is_told_when_the_transaction_fails(patient: Any) -> None:
    def fail_after_telling() -> None:
        with transaction.atomic():
            tell(patient)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_telling()
    assert Notification.objects.count() == 0
    assert tell(patient) is not None


@pytest.mark.django_db
def test_the_api_lists_and_reads_only_one_s_own(api: Any, patient: Any, other_patient: Any) -> None:
    first, second = tell(patient, "a"), tell(patient, "b")
    foreign = tell(other_patient, "c")
    client = api(patient)
    rows = client.get("/api/notifications/").json()["results"]
    assert [row["id"] for row in rows] == [str(second.pk), str(first.pk)]
    assert set(rows[0]) == {"id", "kind", "title", "url", "read_at", "created_at"}
    read = client.post(f"/api/notifications/{first.pk}/read/")
    assert read.status_code == 200
    assert read.json()["read_at"] is not None
    assert client.post(f"/api/notifications/{first.pk}/read/").json() == read.json()
    assert client.post(f"/api/notifications/{foreign.pk}/read/").status_code == 404
    assert len(client.get("/api/notifications/?unread=true").json()["results"]) == 1
    assert client.post("/api/notifications/read-all/").json() == {"read": 1, "unread": 0}
    assert client.post("/api/notifications/read-all/").json() == {"read": 0, "unread": 0}
    foreign.refresh_from_db()
    assert foreign.read_at is None
    for method, path in (("get", ""), ("post", "read-all/"), ("post", f"{first.pk}/read/")):
        assert getattr(api(), method)(f"/api/notifications/{path}").status_code == 401


@pytest.mark.django_db
def test_the_list_asks_as_often_for_one_as_for_thirty(
    api: Any, patient: Any, django_assert_max_num_queries: Any
) -> None:
    client = api(patient)
    tell(patient, "first")
    with CaptureQueriesContext(connection) as for_one:
        client.get("/api/notifications/?page_size=100")
    for number in range(29):
        tell(patient, f"k{number}")
    with django_assert_max_num_queries(len(for_one)):
        assert len(client.get("/api/notifications/?page_size=100").json()["results"]) == 30


@pytest.mark.django_db(transaction=True)
def test_words_are_the_readers_whoever_acts(patient: Any) -> None:
    patient.language = "ne"
    with translation.override("en"):
        date = lambda: date_format(datetime(2026, 11, 25), "j F")  # noqa: E731
        told = tell(patient, occasion="appointment.confirmed", variables={"time": date, "doctor": "Dr. Anil"})
        assert translation.get_language() == "en"
    assert "25 नोभेम्बर" in told.title
    run_due_tasks()
    (sent,) = mail.outbox
    assert sent.subject == told.title
    assert "आदरणीय Asha" in sent.body
    assert "Dr. Anil" in sent.body


@pytest.mark.django_db
def test_a_line_of_the_portal_is_in_the_language_that_both_share(patient: Any, doctor: Any) -> None:
    conversation = conversations.between(patient, doctor)

    def line() -> str:
        return messages.post_system(conversation, lambda: gettext("Call declined.")).text

    User.objects.filter(pk=patient.pk).update(language="ne")
    assert line() == "Call declined."
    User.objects.filter(pk=doctor.pk).update(language="ne")
    assert line() == "कल काटियो।"
