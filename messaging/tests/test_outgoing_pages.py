"""Management's pages: what notifications say, and what became of those that left the portal."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from messaging.domain import catalogue, templates
from messaging.enums import DeliveryStatus
from messaging.models import Delivery, NotificationTemplate

from .factories import make_notification

pytestmark = pytest.mark.django_db

TEXTS = "/notifications/texts/"
MAIL = TEXTS + "appointment.confirmed/email/en/"
SMS = TEXTS + "appointment.confirmed/sms/ne/"
LOG = "/notifications/log/"


@pytest.fixture(autouse=True)
def _sms(settings: Any) -> None:
    settings.SMS_BACKEND = "console"


@pytest.fixture
def client(manager: Any) -> Client:
    return signed_in(manager)


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


# --- Words ---


def test_the_list_leads_to_every_text_and_marks_one_s_own(client: Client, manager: Any) -> None:
    page = client.get(TEXTS).text
    for name, occasion in catalogue.OCCASIONS.items():
        for channel in occasion.channels:
            assert f'href="{TEXTS}{name}/{channel}/ne/"' in page
    assert "(own words)" not in page
    templates.save("appointment.confirmed", "sms", "ne", subject="", body="{time}", actor=manager)
    only = client.get(TEXTS, {"own": "on"})
    assert only.text.count("(own words)") == 1
    assert [line.occasion.name for line in only.context["lines"]] == ["appointment.confirmed"]
    assert "None here" in client.get(TEXTS, {"own": "on", "kind": "payment"}).text


def test_the_list_asks_once_for_all(client: Client) -> None:
    with CaptureQueriesContext(connection) as asked:
        client.get(TEXTS)
    assert sum("notificationtemplate" in query["sql"] for query in asked) == 1


def test_own_words_are_saved_shown_filled_in_and_taken_back(client: Client, manager: Any) -> None:
    answer = client.post(MAIL, {"subject": "On {time}", "body": "See {doctor} <b>soon</b>."}, follow=True)
    row = NotificationTemplate.objects.get()
    assert (row.subject, row.body, row.edited_by) == ("On {time}", "See {doctor} <b>soon</b>.", manager)
    assert "See Dr. Sita Sharma &lt;b&gt;soon&lt;/b&gt;." in answer.text
    assert "last changed by Maya Shrestha" in answer.text
    assert 'id="restore-dialog"' in answer.text
    back = client.post(MAIL + "restore/", follow=True)
    assert not NotificationTemplate.objects.exists()
    assert 'id="restore-dialog"' not in back.text
    assert "is confirmed" in back.text


def test_wrong_words_are_said_and_kept_on_the_page(client: Client) -> None:
    answer = client.post(MAIL, {"subject": "On {moon}", "body": "See {doctor"})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"subject", "body"}
    assert "{moon} can&#x27;t stand here" in answer.text
    assert "See {doctor" in answer.text
    assert not NotificationTemplate.objects.exists()


def test_a_name_can_t_stand_where_others_see_it(client: Client) -> None:
    page = client.get(SMS)
    assert "doctor" not in [each["name"] for each in page.context["variables"]]
    assert client.post(SMS, {"body": "{doctor}"}).status_code == 422


def test_the_preview_fills_in_warns_and_stores_nothing(client: Client) -> None:
    shown = client.post(SMS + "preview/", {"body": "{time} <i>{nothing}"}).text
    assert "25 नोभेम्बर 2026, 10:00 &lt;i&gt;{nothing}" in shown
    assert "alert-warning" in shown
    assert "alert-warning" not in client.post(SMS + "preview/", {"body": "{time}"}).text
    assert not NotificationTemplate.objects.exists()


@pytest.mark.parametrize(
    "wrong", ["x/email/en/", "appointment.confirmed/fax/en/", "appointment.confirmed/sms/fr/"]
)
def test_a_text_that_is_none_is_not_found(client: Client, wrong: str) -> None:
    assert client.get(TEXTS + wrong).status_code == 404


@pytest.mark.parametrize("who", ["patient", "doctor", "admin"])
def test_nobody_else_may_write_or_look(request: pytest.FixtureRequest, who: str) -> None:
    outsider = signed_in(request.getfixturevalue(who))
    assert outsider.post(MAIL, {"subject": "On {time}", "body": "Ha."}).status_code == 403
    for path in (TEXTS, MAIL, LOG):
        assert outsider.get(path).status_code == 403
    assert not NotificationTemplate.objects.exists()


# --- The log ---


def delivery(user: Any, key: str, **fields: Any) -> Delivery:
    told = make_notification(user, key, title=f"Secret {key}")
    made: Delivery = told.deliveries.create(**{"channel": "email", "subject": "Secret subject", **fields})  # type: ignore[attr-defined]
    return made


def test_the_log_masks_addresses_and_shows_no_content(client: Client, patient: Any) -> None:
    patient.phone = "+9779841234567"
    patient.save()
    delivery(patient, "a", status="given_up", error="smtp 550", attempts=3, text="Secret text")
    delivery(patient, "b", channel="sms", status="queued")
    page = client.get(LOG).text
    assert "p•••@test.clinic" in page
    assert "+97798•••••67" in page
    assert "patient@test.clinic" not in page
    assert "9841234567" not in page
    assert "Secret" not in page
    assert "smtp 550" in page
    assert "3 attempts" in page


def test_filters_by_channel_status_person_and_day(client: Client, patient: Any, other_patient: Any) -> None:
    with time_machine.travel("2026-11-20T18:30:00Z", tick=False):  # 00:15 on the 21st in Kathmandu
        delivery(patient, "old", status="given_up")
    with time_machine.travel("2026-11-21T18:30:00Z", tick=False):
        delivery(other_patient, "new", channel="sms", status="sent")

    def keys(**query: str) -> set[str]:
        return {row["delivery"].notification.key for row in client.get(LOG, query).context["rows"]}

    assert keys() == {"old", "new"}
    assert keys(channel="sms") == {"new"}
    assert keys(status="given_up") == {"old"}
    assert keys(person="bikash") == {"new"}
    assert keys(**{"from": "2026-11-21", "to": "2026-11-21"}) == {"old"}
    assert keys(**{"from": "2026-11-22"}) == {"new"}
    for nonsense in ({"from": "yesterday"}, {"from": "0001-01-01"}, {"to": "9999-12-31"}):
        wrong = client.get(LOG, {**nonsense, "status": "given_up"})
        assert f"filter_{next(iter(nonsense))}_error" in wrong.text
        assert len(wrong.context["rows"]) == 1


def test_sent_again_by_hand_once_and_back_to_the_same_filters(client: Client, patient: Any) -> None:
    stuck = delivery(patient, "a", status="given_up", error="uncertain: stopped")
    page = client.get(LOG, {"status": "given_up"}).text
    assert "this person gets it twice" in page
    answer = client.post(f"{LOG}{stuck.pk}/resend/", {"status": "given_up"})
    assert (answer.status_code, answer["Location"]) == (302, f"{LOG}?status=given_up")
    stuck.refresh_from_db()
    assert stuck.status == DeliveryStatus.QUEUED
    assert stuck.next_attempt_at is not None
    assert stuck.next_attempt_at <= timezone.now()
    again = client.post(f"{LOG}{stuck.pk}/resend/", follow=True)
    assert "toast-error" in again.text


@pytest.mark.parametrize("status", ["queued", "sending", "sent", "skipped"])
def test_only_what_failed_can_be_sent_again(client: Client, patient: Any, status: str) -> None:
    row = delivery(patient, "a", status=status)
    assert f"resend-{row.pk}" not in client.get(LOG).text
    client.post(f"{LOG}{row.pk}/resend/")
    row.refresh_from_db()
    assert row.status == status


def test_an_outsider_sends_nothing_again(patient: Any, doctor: Any) -> None:
    stuck = delivery(patient, "a", status="given_up")
    for user in (patient, doctor):
        assert signed_in(user).post(f"{LOG}{stuck.pk}/resend/").status_code == 403
    stuck.refresh_from_db()
    assert stuck.status == DeliveryStatus.GIVEN_UP


def test_the_log_asks_as_often_for_one_as_for_a_page(
    client: Client, patient: Any, django_assert_max_num_queries: Any
) -> None:
    later = timezone.now() + timedelta(hours=1)
    delivery(patient, "first", status="failed", next_attempt_at=later)
    with CaptureQueriesContext(connection) as for_one:
        client.get(LOG)
    for number in range(30):
        delivery(patient, f"k{number}", status="failed", next_attempt_at=later)
    with django_assert_max_num_queries(len(for_one)):
        assert len(client.get(LOG).context["rows"]) == 25
