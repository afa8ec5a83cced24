"""Links in mails, lock-out in words, and that neither tells who has an account here."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tests.factories import PASSWORD, make_user
from accounts.tests.mailbox import delivered, link_in
from accounts.tests.second_steps import api_log_in, is_in, page_log_in

NEW = "sunny-mountain-9"
FORGOTTEN = "/accounts/password/reset/"


def ask_for_reset(user: User) -> str:
    Client().post(FORGOTTEN, {"email": user.email})
    return link_in(delivered()[-1], "/password/reset/key/")


def set_password(client: Client, link: str, password: str = NEW) -> str:
    """Open the link, type the password; the last page."""
    opened = client.get(link, follow=True)
    if not opened.redirect_chain:
        return opened.content.decode()
    return client.post(
        opened.redirect_chain[-1][0], {"password1": password, "password2": password}, follow=True
    ).content.decode()


@pytest.mark.django_db(transaction=True)
class TestPasswordReset:
    def test_from_mail_to_log_in(self, patient: User) -> None:
        elsewhere = page_log_in(patient)
        token = api_log_in(patient).json()["token"]
        client = Client()
        assert "Your password is changed" in set_password(client, ask_for_reset(patient))
        client.post("/accounts/login/", {"login": patient.email, "password": NEW})
        assert is_in(client)
        assert not is_in(elsewhere), "who knew the old one is out"
        program = APIClient()
        program.credentials(HTTP_AUTHORIZATION=f"Token {token}")
        assert program.get("/api/profile/").status_code == 401
        assert not is_in(page_log_in(patient)), "the old one opens nothing"

    def test_a_link_works_once(self, patient: User) -> None:
        link = ask_for_reset(patient)
        set_password(Client(), link)
        assert "This link is too old" in set_password(Client(), link, "another-mountain-9")

    def test_a_link_ends(self, patient: User) -> None:
        link = ask_for_reset(patient)
        # Django counts in the machine's own time zone, which time_machine changes: hence not to the minute.
        with time_machine.travel(timezone.now() + timedelta(days=3, hours=15)):
            assert "This link is too old" in set_password(Client(), link)

    def test_a_link_ends_with_the_next_log_in(self, patient: User) -> None:
        link = ask_for_reset(patient)
        page_log_in(patient)
        assert "This link is too old" in set_password(Client(), link)

    def test_a_link_of_one_is_not_of_another(self, patient: User, other_patient: User) -> None:
        mine, others = ask_for_reset(patient), ask_for_reset(other_patient)
        uid = re.search(r"key/([^-]+)-", others)[1]  # type: ignore[index]
        forged = re.sub(r"key/[^-]+-", f"key/{uid}-", mine)
        assert "This link is too old" in set_password(Client(), forged)

    def test_weak_passwords_are_refused(self, patient: User) -> None:
        assert "too short" in set_password(Client(), ask_for_reset(patient), "abc")
        assert is_in(page_log_in(patient))

    def test_it_ends_the_lock_out(self, patient: User) -> None:
        for _attempt in range(5):
            Client().post("/accounts/login/", {"login": patient.email, "password": "guess"})
        assert not is_in(page_log_in(patient))
        set_password(Client(), ask_for_reset(patient))
        client = Client()
        client.post("/accounts/login/", {"login": patient.email, "password": NEW})
        assert is_in(client)

    def test_a_mail_to_a_stranger_tells_them_only(self, patient: User) -> None:
        known, unknown = (
            Client().post(FORGOTTEN, {"email": email}, follow=True).content.decode()
            for email in (patient.email, "nobody@test.clinic")
        )
        assert without_token(known) == without_token(unknown)


@pytest.mark.django_db(transaction=True)
class TestVerification:
    def test_logging_in_sends_the_link_again_but_not_each_time(self) -> None:
        late = make_user("late@test.clinic", verified=False)
        for _attempt in range(3):
            client = page_log_in(late)
            assert not is_in(client)
        assert len([message for message in delivered() if message.to == [late.email]]) == 1
        with time_machine.travel(timezone.now() + timedelta(minutes=4)):
            page_log_in(late)
            assert len([message for message in delivered() if message.to == [late.email]]) == 2

    def test_a_link_ends(self) -> None:
        late = make_user("late@test.clinic", verified=False)
        page_log_in(late)
        link = link_in(delivered()[-1], "/confirm-email/")
        with time_machine.travel(timezone.now() + timedelta(days=3, minutes=1)):
            assert "This link is too old" in Client().get(link).content.decode()
            Client().post(link)
            assert not is_in(page_log_in(late))


@pytest.mark.django_db
class TestLockOut:
    @pytest.mark.parametrize("email", ["patient@test.clinic", "nobody@test.clinic"])
    def test_known_and_unknown_are_locked_out_alike(self, patient: User, email: str) -> None:
        with time_machine.travel(timezone.now(), tick=False) as clock:
            pages = []
            for _attempt in range(6):
                answer = Client().post("/accounts/login/", {"login": email, "password": "guess"})
                pages.append(answer.content.decode())
                clock.shift(timedelta(seconds=1))
            assert "is not right" in pages[4]
            assert "try again in 5 minutes" in pages[5]
            clock.shift(timedelta(minutes=4))
            answer = Client().post("/accounts/login/", {"login": email, "password": "guess"})
            assert "try again in a minute" in answer.content.decode()

    def test_it_ends_when_it_said(self, patient: User) -> None:
        with time_machine.travel(timezone.now(), tick=False) as clock:
            for _attempt in range(5):
                api_log_in_wrong(patient)
            refused = api_log_in(patient)
            assert refused.status_code == 429
            clock.shift(timedelta(seconds=int(refused["Retry-After"]) - 1))
            assert api_log_in(patient).status_code == 429
            clock.shift(timedelta(seconds=1))
            assert api_log_in(patient).status_code == 200

    def test_others_are_not_locked_out_with_them(self, patient: User, other_patient: User) -> None:
        for _attempt in range(5):
            api_log_in_wrong(patient)
        assert api_log_in(other_patient).status_code == 200

    def test_one_address_trying_many_accounts_is_locked_out(self, patient: User) -> None:
        for number in range(10):
            Client().post("/accounts/login/", {"login": f"p{number}@test.clinic", "password": "guess"})
        answer = Client().post("/accounts/login/", {"login": patient.email, "password": PASSWORD})
        assert "try again in a minute" in answer.content.decode()
        elsewhere = Client(REMOTE_ADDR="203.0.113.7")
        assert is_in(page_log_in(patient, elsewhere))

    def test_the_password_again_is_limited_too(self, patient: User) -> None:
        client = Client()
        client.force_login(patient)
        answers = [client.post("/accounts/reauthenticate/", {"password": "guess"}) for _attempt in range(11)]
        assert answers[-1].status_code == 429


def api_log_in_wrong(user: User) -> None:
    APIClient().post("/api/login/", {"email": user.email, "password": "guess"})


def without_token(page: str) -> str:
    return re.sub(r'(value="|X-CSRFToken": ")\w{64}"', "", page)
