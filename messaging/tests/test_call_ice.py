"""TURN credentials as coturn's use-auth-secret wants them."""

from typing import Any

import pytest

from messaging.domain import ice

from .call_sockets import make_call


def test_credential_known_answer() -> None:
    # printf '1700000000:user-1' | openssl dgst -sha1 -hmac north -binary | base64
    assert ice.credential("north", "user-1", 1700000000) == (
        "1700000000:user-1",
        "G86sOlIp58mcfrsDqnp1wtU2rII=",
    )


def test_servers_of_a_clinic_with_a_relay(settings: Any) -> None:
    settings.STUN_URLS = ["stun:s.test:3478"]
    settings.TURN_URLS = ["turn:t.test:3478?transport=udp", "turns:t.test:5349"]
    settings.TURN_SECRET = "north"
    stun, turn = ice.servers_for("user-1", now=1700000000 - ice.TTL_SECONDS)
    assert stun == {"urls": ["stun:s.test:3478"]}
    assert turn["urls"] == settings.TURN_URLS
    assert (turn["username"], turn["credential"]) == ice.credential("north", "user-1", 1700000000)


def test_without_a_relay_there_is_nothing_to_give_away(settings: Any) -> None:
    settings.STUN_URLS, settings.TURN_URLS, settings.TURN_SECRET = [], ["turn:t.test"], ""
    assert ice.servers_for("user-1") == []


@pytest.mark.django_db
def test_participants_get_servers(api: Any, patient: Any, doctor: Any, settings: Any) -> None:
    settings.TURN_URLS, settings.TURN_SECRET = ["turn:t.test"], "north"
    call = make_call(patient, doctor)
    for person in (patient, doctor):
        answer = api(person).post(f"/api/calls/{call.pk}/ice/")
        assert answer.status_code == 200
        assert answer.data["ttl"] == ice.TTL_SECONDS
        assert answer.data["ice_servers"][0]["username"].endswith(f":{person.pk}")


@pytest.mark.django_db
def test_nobody_else_does(api: Any, patient: Any, doctor: Any, request: Any) -> None:
    call = make_call(patient, doctor)
    for who in ("other_patient", "other_doctor", "manager", "admin"):
        assert api(request.getfixturevalue(who)).post(f"/api/calls/{call.pk}/ice/").status_code == 404
    assert api(None).post(f"/api/calls/{call.pk}/ice/").status_code == 401


@pytest.mark.django_db
def test_only_while_the_call_can_be_joined(api: Any, patient: Any, doctor: Any) -> None:
    early = api(patient).post(f"/api/calls/{make_call(patient, doctor, opens_in=30).pk}/ice/")
    assert (early.status_code, early.data["code"]) == (409, "too_early")
    assert early.data["opens_at"]
    over = api(patient).post(f"/api/calls/{make_call(patient, doctor, opens_in=-90).pk}/ice/")
    assert (over.status_code, over.data["code"]) == (409, "over")
