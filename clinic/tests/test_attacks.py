"""What an attacker tries on the whole portal: redirects elsewhere, fixed sessions, foreign hosts, markup as text."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from accounts.models import User
from accounts.tests.factories import PASSWORD
from messaging.domain import messages
from messaging.tests.factories import make_conversation
from scheduling.models import Service
from scheduling.tests.factories import clinic_time, make_appointment

ELSEWHERE = [
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "https:evil",
    "javascript:alert(1)",
]
MARKUP = "\"'><img src=x onerror=alert(1)></textarea><script>alert(2)</script>"


@pytest.mark.django_db
@pytest.mark.parametrize("target", ELSEWHERE)
def test_no_form_leads_elsewhere(
    client: Client, patient: User, doctor: User, service: Service, target: str
) -> None:
    login = {"login": patient.email, "password": PASSWORD, "next": target}
    assert client.post("/accounts/login/", login)["Location"] == "/home/"
    visit = make_appointment(patient, doctor, service)
    for path in (f"/appointments/{visit.pk}/cancel/", "/i18n/setlang/", "/accounts/logout/"):
        answer = client.post(path, {"next": target, "language": "ne"})
        assert "evil" not in answer.get("Location", "")
        assert "javascript" not in answer.get("Location", "")


@pytest.mark.django_db
def test_a_session_given_by_someone_else_is_not_kept(client: Client, patient: User) -> None:
    client.get("/accounts/login/")
    client.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32
    client.post("/accounts/login/", {"login": patient.email, "password": PASSWORD})
    assert client.get("/home/").status_code == 200
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != "a" * 32


@pytest.mark.django_db
def test_mails_can_not_be_made_to_link_elsewhere(client: Client, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["clinic.test"]
    assert client.get("/accounts/password/reset/", headers={"host": "evil.example"}).status_code == 400
    page = client.get(
        "/accounts/password/reset/", headers={"host": "clinic.test", "x-forwarded-host": "evil.example"}
    )
    assert "evil.example" not in page.content.decode()


@pytest.mark.browser
def test_markup_is_shown_as_text(
    person: Callable[..., Page], patient: User, doctor: User, service: Service
) -> None:
    """`person` fails the test when a page broke the Content-Security-Policy, as any markup that lived would."""
    visit = make_appointment(patient, doctor, service, starts_at=clinic_time(0, 10), reason=MARKUP)
    User.objects.filter(pk=patient.pk).update(last_name=MARKUP[:80])
    conversation = make_conversation(patient, doctor)
    messages.post(conversation, sender=User.objects.get(pk=patient.pk), text=MARKUP)
    page = person(doctor)
    for path in ("/home/", "/appointments/", "/calendar/", "/messages/"):
        page.goto(path)
        expect(page.get_by_text("<img src=x").first).to_be_attached()
    page.goto(f"/messages/{conversation.pk}/")
    expect(page.locator("[data-messages]").get_by_text("onerror=alert(1)")).to_be_visible()
    page.goto(f"/appointments/{visit.pk}/")
    expect(page.locator("main").get_by_text("</script>").first).to_be_visible()
