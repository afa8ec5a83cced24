"""Whatever is sent to the API, by whomever: no 5xx, and no answer that the OpenAPI document does not know.

`make fuzz` sends every case as every role, and many more made-up ones.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from knox.models import AuthToken

from clinic.tests import world
from clinic.tests.broken_bodies import BROKEN
from clinic.tests.fuzz import ROLES, Fuzzer
from clinic.tests.test_every_url import rows

# How many made-up cases for each operation; none: the bounded run of the suite.
REFUSED = ("401", "403", "404", "405")
LONG = int(os.environ.get("FUZZ", "0"))


@pytest.fixture
def unlimited(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """429 would hide what is behind it. And requests share the connection of the test."""
    from rest_framework.throttling import SimpleRateThrottle

    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)  # as Django's own test client has it
    settings.LIMITS = {}
    settings.ACCOUNT_RATE_LIMITS = False
    monkeypatch.setattr(
        SimpleRateThrottle, "THROTTLE_RATES", dict.fromkeys(SimpleRateThrottle.THROTTLE_RATES)
    )
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def fuzzer(request: pytest.FixtureRequest, unlimited: None, service: Any) -> Fuzzer:
    names = ("patient", "other_patient", "doctor", "other_doctor", "manager", "admin")
    cast = {name: request.getfixturevalue(name) for name in names}
    things = world.build(cast, service) | {name: str(person.pk) for name, person in cast.items()}
    keys = {role: AuthToken.objects.create(cast[role])[1] for role in ROLES[1:]}
    addresses = [
        (row.method, row.path(things), [role for role in ROLES if row.expected[role] not in REFUSED])
        for row in rows()
    ]
    document = SchemaGenerator().get_schema(request=None, public=True)
    number = int(os.environ.get("FUZZ_SEED", "1"))
    return Fuzzer(document, keys, things, addresses, number)


def chosen(fuzzer: Fuzzer) -> list[Any]:
    """FUZZ_ONLY="GET /api/doctors/" narrows a long run to addresses that begin so."""
    only = os.environ.get("FUZZ_ONLY", "")
    return [one for one in fuzzer.operations() if f"{one.method.upper()} {one.path}".startswith(only)]


@pytest.mark.django_db
def test_no_request_gets_an_answer_that_is_not_documented(fuzzer: Fuzzer) -> None:
    turn = 0
    for operation in chosen(fuzzer):
        for case in fuzzer.listed(operation):
            turn += 1
            if LONG:
                fuzzer.send(case)
            elif turn % 12 == 0:
                fuzzer.send(case, (ROLES[turn // 12 % len(ROLES)],))
        for case in fuzzer.made_up(operation, LONG or 1):
            turn += 1
            fuzzer.send(case, ROLES if LONG else (ROLES[turn % 5], ROLES[(turn + 2) % 5]))
    assert not fuzzer.findings, fuzzer.report()


@pytest.mark.django_db
def test_broken_bodies_are_refused(fuzzer: Fuzzer) -> None:
    turn = 0
    for operation in chosen(fuzzer):
        if operation.method.upper() == "GET":
            continue
        for what, content_type, body in BROKEN:
            turn += 1
            if LONG or turn % 9 == 0:
                fuzzer.send_broken(operation, what, content_type, body)
    assert {"400", "415"} <= fuzzer.answers.keys()
    assert not fuzzer.findings, fuzzer.report()
