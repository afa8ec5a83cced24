"""The second step on the pages: setting it up, logging in with it, losing it."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.domain import second_factor
from accounts.models import Activity, User
from accounts.tests.factories import PASSWORD
from accounts.tests.mailbox import delivered, link_in
from accounts.tests.second_steps import (
    code_of,
    is_in,
    page_log_in,
    reauthenticated,
    with_app,
    with_recovery_codes,
)

pytestmark = pytest.mark.django_db

AUTHENTICATE = "/accounts/2fa/authenticate/"


def test_setting_up_the_app_asks_for_the_password_first(patient: User) -> None:
    client = Client()
    client.force_login(patient)
    answer = client.get("/accounts/2fa/totp/activate/")
    assert answer.url.startswith("/accounts/reauthenticate/")  # type: ignore[attr-defined]
    assert client.post("/accounts/reauthenticate/", {"password": "guess"}).status_code == 200
    assert client.get("/accounts/2fa/totp/activate/").status_code == 302, "still not"


@pytest.mark.django_db(transaction=True)
def test_the_app_is_set_up_and_asked_for(patient: User) -> None:
    client = reauthenticated(patient)
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    assert 'src="data:image/svg+xml;base64,' in page
    assert "style=" not in page.split("<main")[1].split("</main>")[0]
    secret = re.search(r'id="totp-secret">(\w+)<', page)[1]  # type: ignore[index]
    wrong = client.post("/accounts/2fa/totp/activate/", {"code": "000000"})
    assert "This did not work" in wrong.content.decode()
    assert secret in wrong.content.decode(), "the app need not scan again"
    done = client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    assert done.url == "/accounts/2fa/recovery-codes/"  # type: ignore[attr-defined]
    codes = client.get(done.url).content.decode()  # type: ignore[attr-defined]
    assert len(re.findall(r"\d{4} \d{4}", codes)) == 10
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored, "encrypted at rest"
    assert [message.to for message in delivered() if "authenticator app" in message.subject] == [
        [patient.email]
    ]
    assert Activity.objects.filter(verb="account.second_factor", actor_id=patient.pk).exists()

    fresh = page_log_in(patient)
    assert not is_in(fresh), "the password alone is not enough"
    assert "Use a passkey" not in fresh.get(AUTHENTICATE).content.decode(), "there is none"
    answer = fresh.post(AUTHENTICATE, {"code": code_of(secret, steps=1)})
    assert answer.url == reverse("home")  # type: ignore[attr-defined]
    assert is_in(fresh)


def test_a_code_works_once_also_while_its_time_lasts(patient: User) -> None:
    secret = with_app(patient)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        code = code_of(secret)
        first = page_log_in(patient)
        first.post(AUTHENTICATE, {"code": code})
        assert is_in(first)
        clock.shift(timedelta(seconds=35))
        second = page_log_in(patient)
        answer = second.post(AUTHENTICATE, {"code": f"{code[:3]} {code[3:]}"})
        assert "This did not work" in answer.content.decode()
        assert not is_in(second)
        second.post(AUTHENTICATE, {"code": code_of(secret)})
        assert is_in(second)


def test_old_codes_do_not_work(patient: User) -> None:
    secret = with_app(patient)
    old = code_of(secret, steps=-3)
    client = page_log_in(patient)
    client.post(AUTHENTICATE, {"code": old})
    assert not is_in(client)


def test_a_recovery_code_works_once(patient: User) -> None:
    with_app(patient)
    code = with_recovery_codes(patient)[3]
    first, second = page_log_in(patient), page_log_in(patient)
    first.post(AUTHENTICATE, {"code": f"{code[:4]} {code[4:]}"})
    assert is_in(first)
    answer = second.post(AUTHENTICATE, {"code": code})
    assert "This did not work" in answer.content.decode()
    assert not is_in(second)


def test_recovery_codes_alone_ask_nothing(patient: User) -> None:
    with_recovery_codes(patient)
    assert is_in(page_log_in(patient))


def test_guessing_codes_locks_out(patient: User) -> None:
    secret = with_app(patient)
    client = page_log_in(patient)
    for _attempt in range(5):
        client.post(AUTHENTICATE, {"code": "000000"})
    answer = client.post(AUTHENTICATE, {"code": code_of(secret)})
    assert "Too many failed attempts" in answer.content.decode()
    assert not is_in(client)
    assert Activity.objects.filter(verb="session.refused").count() == 5


@pytest.mark.parametrize("code", ["", "\x00", "x" * 5000, "٣٣٣٣٣٣", "' OR 1=1", "💊"])
def test_nonsense_codes_are_no_crash(patient: User, code: str) -> None:
    with_app(patient)
    client = page_log_in(patient)
    assert client.post(AUTHENTICATE, {"code": code}).status_code == 200
    assert client.post(AUTHENTICATE, {"credential": code}).status_code == 200
    assert Client().post("/accounts/2fa/webauthn/login/", {"credential": code}).status_code == 302
    assert not is_in(client)


@pytest.mark.parametrize(
    "credential", ["[]", "{}", "null", "1", '{"response":{"userHandle":1}}', '{"response":null}']
)
def test_nonsense_passkeys_are_no_crash(patient: User, credential: str) -> None:
    with_app(patient)
    client = page_log_in(patient)
    assert client.post(AUTHENTICATE, {"credential": credential}).status_code == 200
    anonymous = Client()
    assert anonymous.post("/accounts/2fa/webauthn/login/", {"credential": credential}).status_code == 302
    assert not is_in(client)
    assert not is_in(anonymous)
    own = reauthenticated(patient)
    assert own.post("/accounts/2fa/webauthn/add/", {"credential": credential, "name": "x"}).status_code == 200
    assert not Authenticator.objects.filter(type="webauthn").exists()


def test_the_second_step_needs_the_first(patient: User) -> None:
    with_app(patient)
    answer = Client().get(AUTHENTICATE)
    assert answer.url == "/accounts/login/"  # type: ignore[attr-defined]


@pytest.mark.django_db(transaction=True)
def test_a_new_password_by_mail_does_not_go_round_the_second_step(patient: User) -> None:
    with_app(patient)
    client = Client()
    client.post("/accounts/password/reset/", {"email": patient.email})
    link = link_in(delivered()[-1], "/password/reset/key/")
    form = client.get(link, follow=True)
    new = "sunny-mountain-9"
    client.post(form.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert not is_in(client)
    client.post("/accounts/login/", {"login": patient.email, "password": new})
    assert not is_in(client)
    assert client.get(AUTHENTICATE).status_code == 200


def test_nobody_touches_the_factors_of_another(patient: User, other_patient: User) -> None:
    with_app(patient)
    codes = with_recovery_codes(patient)
    key = Authenticator.objects.create(user=patient, type="webauthn", data={"name": "Key", "credential": {}})
    stranger = reauthenticated(other_patient)
    for path in (
        f"/accounts/2fa/webauthn/keys/{key.pk}/edit/",
        f"/accounts/2fa/webauthn/keys/{key.pk}/remove/",
    ):
        assert stranger.get(path).status_code == 404
        assert stranger.post(path, {"name": "mine"}).status_code == 404
        assert Client().get(path).status_code == 302
    for path in ("/accounts/2fa/recovery-codes/", "/accounts/2fa/recovery-codes/download/"):
        answer = stranger.get(path)
        assert answer.status_code == 404
        assert codes[0][:4] not in answer.content.decode()
    assert stranger.post("/accounts/2fa/totp/deactivate/").status_code == 404
    assert Authenticator.objects.filter(user=patient).count() == 3


def test_removing_asks_for_the_password_first(patient: User) -> None:
    with_app(patient)
    client = Client()
    client.force_login(patient)
    client.post("/accounts/2fa/totp/deactivate/")
    assert second_factor.is_on(patient)
    reauthenticated(patient).post("/accounts/2fa/totp/deactivate/")
    assert not second_factor.is_on(patient)


def test_a_new_address_asks_for_the_password_first(patient: User) -> None:
    with_app(patient)
    client = Client()
    client.force_login(patient)
    asked = {"action_add": "", "email": "new@test.clinic"}
    answer = client.post("/accounts/email/", asked)
    assert answer.url.startswith("/accounts/reauthenticate/")  # type: ignore[attr-defined]
    assert not patient.emailaddress_set.filter(email="new@test.clinic").exists()  # type: ignore[attr-defined]
    client.post(answer.url, {"password": PASSWORD})  # type: ignore[attr-defined]
    assert patient.emailaddress_set.filter(email="new@test.clinic", verified=False).exists()  # type: ignore[attr-defined]


def test_a_lost_key_locks_out_kindly(patient: User, settings: object) -> None:
    secret = with_app(patient)
    lost = settings.SECRET_KEY  # type: ignore[attr-defined]
    settings.SECRET_KEY = "another"  # type: ignore[attr-defined]
    client = page_log_in(patient)
    assert "This did not work" in client.post(AUTHENTICATE, {"code": code_of(secret)}).content.decode()
    settings.SECRET_KEY_FALLBACKS = [lost]  # type: ignore[attr-defined]
    client.post(AUTHENTICATE, {"code": code_of(secret, steps=1)})
    assert is_in(client)


def test_an_admin_takes_it_off_for_who_lost_it(patient: User, admin: User, manager: User) -> None:
    with_app(patient)
    patients_browser = Client()
    patients_browser.force_login(patient)
    ask = {"action": "remove_second_factor", "_selected_action": [str(patient.pk), str(admin.pk)]}
    for refused in (manager, patient):
        client = Client()
        client.force_login(refused)
        assert client.post("/admin/accounts/user/", ask).status_code in (302, 403)
    assert second_factor.is_on(patient)
    client = Client()
    client.force_login(admin)
    client.post("/admin/accounts/user/", ask)
    assert not second_factor.is_on(patient)
    assert not is_in(patients_browser), "whoever was in is out"
    assert Activity.objects.filter(verb="account.second_factor", actor_id=admin.pk).exists()
