"""Logging in to the API with a second factor."""

import pytest
from knox.models import AuthToken

from accounts.models import User
from accounts.tests.second_steps import api_log_in, code_of, with_app, with_recovery_codes

pytestmark = pytest.mark.django_db


def test_without_a_second_factor_nothing_is_asked(patient: User) -> None:
    assert api_log_in(patient, otp="123456").status_code == 200


def test_otp_is_asked_for(patient: User) -> None:
    with_app(patient)
    for otp in ({}, {"otp": ""}):
        answer = api_log_in(patient, **otp)
        assert (answer.status_code, answer.json()["code"]) == (401, "otp_required")
        assert set(answer.json()) == {"code", "detail", "fields"}
    assert not AuthToken.objects.exists()


def test_a_wrong_password_does_not_tell_that_there_is_one(patient: User) -> None:
    secret = with_app(patient)
    User.objects.filter(pk=patient.pk).update(password="!")
    answer = api_log_in(patient, otp=code_of(secret))
    assert answer.json()["code"] == "invalid_credentials"


def test_codes_of_app_and_paper_open_once(patient: User) -> None:
    secret = with_app(patient)
    paper = with_recovery_codes(patient)[0]
    for code in (code_of(secret), paper):
        assert api_log_in(patient, otp=code).status_code == 200
        again = api_log_in(patient, otp=code)
        assert (again.status_code, again.json()["code"]) == (401, "invalid_otp")
    assert AuthToken.objects.count() == 2


def test_one_code_opens_either_page_or_api(patient: User) -> None:
    from accounts.tests.second_steps import is_in, page_log_in

    code = code_of(with_app(patient))
    client = page_log_in(patient)
    client.post("/accounts/2fa/authenticate/", {"code": code})
    assert is_in(client)
    assert api_log_in(patient, otp=code).status_code == 401


def test_guessing_is_limited(patient: User, other_patient: User) -> None:
    secret = with_app(patient)
    answers = [api_log_in(patient, otp="000000") for _attempt in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 300
    assert api_log_in(patient, otp=code_of(secret)).status_code == 429, "also with the right one"
    assert api_log_in(other_patient).status_code == 200


@pytest.mark.parametrize("otp", ["x" * 41, None, {"a": 1}, ["1"]])
def test_nonsense_is_400(patient: User, otp: str) -> None:
    with_app(patient)
    assert api_log_in(patient, otp=otp).status_code == 400
