"""Management's own words: checked before they hold, plain substitution and nothing more, taken back again."""

from typing import Any

import pytest
from django.utils import translation

from clinic.core.errors import Invalid, NotAllowed
from messaging.domain import templates
from messaging.models import Delivery, NotificationTemplate

from .test_deliveries import tell

pytestmark = pytest.mark.django_db

MAIL = ("appointment.confirmed", "email", "en")
SMS = ("appointment.confirmed", "sms", "en")


@pytest.fixture(autouse=True)
def _sms(settings: Any) -> None:
    settings.SMS_BACKEND = "console"


def errors(place: tuple[str, str, str], *, subject: str = "Subject", body: str) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as error:
        templates.check(*place, subject=subject, body=body)
    return error.value.fields


def test_own_words_are_sent_in_their_language_only(patient: Any, manager: Any) -> None:
    patient.phone = "+9779841234567"
    patient.save()
    body = "Hello {reader}, {doctor} sees you on {time}.\r\n{clinic}"
    templates.save(*MAIL, subject="See you: {time}", body=body, actor=manager)
    templates.save(*SMS, subject="ignored", body="See you {time} – {clinic}", actor=manager)
    tell(patient, "en")
    letter = Delivery.objects.get(channel="email")
    assert letter.subject == "See you: 25 Nov 2026, 10:00"
    assert "Hello Asha, Dr. Sita Sharma sees you on 25 Nov 2026, 10:00.\n" in letter.text
    assert Delivery.objects.get(channel="sms").text.startswith("See you 25 Nov 2026, 10:00 – ")
    assert letter.notification.title == "Your appointment on 25 Nov 2026, 10:00 is confirmed"
    patient.language = "ne"
    tell(patient, "ne")
    nepali = Delivery.objects.get(channel="email", notification__key="ne")
    with translation.override("ne"):
        assert "See you" not in nepali.subject
    assert templates.restore(*MAIL, actor=manager)
    tell(patient, "again")
    assert "See you" not in Delivery.objects.get(channel="email", notification__key="again").subject


def test_a_value_is_never_read_as_a_template_and_never_as_html(patient: Any, manager: Any) -> None:
    templates.save(*MAIL, subject="{time}", body="{doctor}", actor=manager)
    tell(patient, variables={"time": "{doctor}", "doctor": "{clinic} <script>{% now %}</script>"})
    letter = Delivery.objects.get(channel="email")
    assert letter.subject == "{doctor}"
    assert "{clinic} <script>{% now %}</script>" in letter.text
    assert "<script" not in letter.html


@pytest.mark.parametrize(
    "body",
    [
        "{unknown}",
        "{doctor.password}",
        "{doctor!r}",
        "{doctor:>9}",
        "{0}",
        "{}",
        "{{doctor}}",
        "{% load x %}",
        "Dear {",
        "",
        "  ",
        "x" * 4001,
        "null \x00",
    ],
)
def test_only_plain_known_names_stand_in_braces(manager: Any, body: str) -> None:
    assert set(errors(MAIL, body=body)) == {"body"}
    with pytest.raises(Invalid):
        templates.save(*MAIL, subject="S", body=body, actor=manager)
    assert not NotificationTemplate.objects.exists()


def test_what_others_may_see_names_nobody() -> None:
    assert "{doctor}" in errors(SMS, body="{doctor} sees you")["body"][0]
    assert "{reader}" in errors(("appointment.confirmed", "push", "en"), body="{reader}")["body"][0]
    # The clinic's own line about one visit is for the mail's text.
    note = ("appointment.cancelled", "email", "en")
    assert "{note}" in errors(note, subject="{note}", body="{note}")["subject"][0]
    assert set(errors(MAIL, subject="two\nlines", body="b")) == {"subject"}
    assert "4" in errors(SMS, body="न" * 202)["body"][0]


@pytest.mark.parametrize(
    "place",
    [("no.such", "email", "en"), ("appointment.expired", "email", "en"), ("payment.confirmed", "sms", "en")],
)
def test_there_is_nothing_to_write_where_nothing_goes(place: tuple[str, str, str], manager: Any) -> None:
    with pytest.raises(Invalid):
        templates.save(*place, subject="S", body="B", actor=manager)
    with pytest.raises(Invalid):
        templates.current(*MAIL[:2], "xx")


def test_only_management_writes(patient: Any, doctor: Any, admin: Any) -> None:
    for person in (patient, doctor, admin):
        with pytest.raises(NotAllowed):
            templates.save(*MAIL, subject="S", body="B", actor=person)
        with pytest.raises(NotAllowed):
            templates.restore(*MAIL, actor=person)


def test_the_preview_is_what_would_be_sent(settings: Any) -> None:
    settings.CLINIC_NAME = "Clinic"
    shown = templates.preview(*MAIL, subject="For {reader}", body="<b>{doctor}</b> at {clinic}")
    assert shown.subject == "For Asha"
    assert "<b>Dr. Sita Sharma</b> at Clinic" in shown.text
    assert "&lt;b&gt;Dr. Sita Sharma&lt;/b&gt; at Clinic" in shown.html
    assert templates.preview(*SMS, subject="", body="न" * 71).segments == 2


def test_the_note_of_the_clinic_is_added_unless_the_words_place_it(patient: Any, manager: Any) -> None:
    given = {"time": "t", "doctor": "d", "note": "Please bring the card."}
    tell(patient, "a", occasion="appointment.cancelled", variables=given)
    place = ("appointment.cancelled", "email", "en")
    templates.save(*place, subject="S", body="{note} Goodbye.", actor=manager)
    tell(patient, "b", occasion="appointment.cancelled", variables=given)
    for key, text in (("a", "\n\nPlease bring the card.\n"), ("b", "\nPlease bring the card. Goodbye.\n")):
        letter = Delivery.objects.get(channel="email", notification__key=key)
        assert text in letter.text
        assert letter.text.count("Please bring") == 1


def test_words_that_name_what_the_catalogue_has_lost_give_way(patient: Any, manager: Any) -> None:
    row = templates.save(*MAIL, subject="S", body="B", actor=manager)
    NotificationTemplate.objects.filter(pk=row.pk).update(body="Your {former} visit")
    tell(patient)
    assert "former" not in Delivery.objects.get(channel="email").text
