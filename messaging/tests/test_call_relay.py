"""A call whose every packet goes through a real coturn, with the credentials the portal gives out."""

import shutil
from typing import Any

import pytest

from .call_browser import flow, join, wait_for_flow, watch
from .call_sockets import make_call
from .relays import SECRET, Relay

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("calls"),
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(shutil.which("turnserver") is None, reason="coturn is not installed"),
]


@pytest.fixture
def server_environment(relay: Relay) -> dict[str, str]:
    return {"TURN_URLS": relay.url, "TURN_SECRET": SECRET}


def test_picture_and_sound_through_the_relay_alone(
    person: Any, server: Any, patient: Any, doctor: Any
) -> None:
    call = make_call(patient, doctor)
    host, guest = watch(person(doctor), relay_only=True), watch(person(patient), relay_only=True)
    join(host, call)
    join(guest, call)
    host.get_by_role("button", name="Let in").click()
    for page in (host, guest):
        wait_for_flow(page)
        assert set(flow(page)["pairs"]) == {"relay"}
