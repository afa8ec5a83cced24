"""A person whom the clinic registered chooses a first password by a mailed link."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_patient
from accounts.tests.mailbox import delivered, link_in

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "sunny-mountain-92"


@pytest.fixture
def invited(db: None) -> User:
    person = make_patient("invited@test.clinic", first_name="Nima")
    person.set_unusable_password()
    person.save()
    return person


@pytest.fixture
def desk(client: Client, manager: User) -> Client:
    client.force_login(manager)
    return client


def invite(desk: Client, person: User) -> Any:
    return desk.post(reverse("person_invite", args=[person.pk]), follow=True)


def choose(link: str, password: str = PASSWORD) -> Any:
    browser = Client()
    answer: Any = browser.get(link)
    if answer.status_code != 302:
        return answer
    return browser.post(answer.url, {"password1": password, "password2": password})


def test_the_link_sets_a_password_once(desk: Client, invited: User) -> None:
    page = invite(desk, invited).content.decode()
    assert "on its way" in page
    assert "Invite again" in page
    message = delivered()[-1]
    assert message.to == [invited.email]
    assert message.alternatives  # type: ignore[attr-defined]
    link = link_in(message, "password/reset/key")
    assert choose(link).status_code == 302
    invited.refresh_from_db()
    assert invited.check_password(PASSWORD)
    choose(link, "another-mountain-93")
    invited.refresh_from_db()
    assert invited.check_password(PASSWORD), "it works once"
    logged_in: Any = Client().post(reverse("account_login"), {"login": invited.email, "password": PASSWORD})
    assert logged_in.status_code == 302
    sent = len(delivered())
    assert "nothing to invite" in invite(desk, invited).content.decode()
    assert len(delivered()) == sent


def test_the_link_expires(desk: Client, invited: User) -> None:
    invite(desk, invited)
    link = link_in(delivered()[-1], "password/reset/key")
    later = timezone.now() + timedelta(days=1, seconds=settings.PASSWORD_RESET_TIMEOUT)
    with time_machine.travel(later):
        choose(link)
    invited.refresh_from_db()
    assert not invited.has_usable_password()


def test_pressing_twice_sends_one_mail_and_later_another(desk: Client, invited: User) -> None:
    invite(desk, invited)
    assert "less than a minute" in invite(desk, invited).content.decode()
    assert len(delivered()) == 1
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        desk.force_login(User.objects.get(email="manager@test.clinic"))
        invite(desk, invited)
        assert len(delivered()) == 2


def test_who_is_deactivated_is_not_invited(desk: Client, invited: User) -> None:
    User.objects.filter(pk=invited.pk).update(is_active=False)
    assert "nothing to invite" in invite(desk, invited).content.decode()
    delivered()
    assert mail.outbox == []
