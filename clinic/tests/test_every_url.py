"""Who gets what answer at every address of the project: tables in url_table*.py, held here.

An address without a row fails, and so does a row without an address.
"""

import json
import re
from collections.abc import Iterator
from http.cookies import SimpleCookie
from typing import Any, NamedTuple

import pytest
from channels.routing import URLRouter
from django.apps import apps
from django.contrib import admin as django_admin
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, resolve, reverse

from clinic.routing import websocket_urlpatterns
from clinic.tests import world
from clinic.tests.url_table import ADMIN, ADMIN_PAGES, PEOPLE, SOCKETS, TABLE
from clinic.tests.url_table_figures import FIGURES
from clinic.tests.url_table_imaging import IMAGING
from clinic.tests.url_table_money import MONEY
from clinic.tests.url_table_records import RECORDS
from clinic.tests.url_table_visits import VISITS
from messaging.tests.sockets import Socket

LOG_IN = "/accounts/login/"
# The admin says no in more than one way, and an empty form may be a whole one.
WORDS = {"refused": {"403", "404", "302", "login"}, "taken": {"200", "302"}}


class Row(NamedTuple):
    method: str
    target: str
    expected: dict[str, str]

    def path(self, things: dict[str, str]) -> str:
        if self.target.startswith("/"):
            return self.target
        name, _, rest = self.target.partition("(")
        wanted = [word for word in rest.rstrip(")").split(",") if word]
        return reverse(name, args=[things.get(word, word.removeprefix("=")) for word in wanted])


def rows() -> list[Row]:
    found = []
    for line in (TABLE + VISITS + MONEY + RECORDS + IMAGING + FIGURES).splitlines():
        words = line.partition("#")[0].split()
        if words:
            method, target, *answers = words
            found.append(Row(method, target, dict(zip(PEOPLE, answers, strict=True))))
    return found


def admin_rows() -> Iterator[tuple[Row, str]]:
    """The rows of every model in the Django admin, with the address of its pages."""
    for label, kind in ADMIN.items():
        model = apps.get_model(label)
        stored = model._default_manager.first()
        assert stored is not None, f"world.py has to make one {label}"
        for (method, page), by_kind in ADMIN_PAGES.items():
            expected = {**dict.fromkeys(PEOPLE, "refused"), "admin": by_kind[kind]}
            name = f"admin:{label.replace('.', '_')}_{page}"
            arguments = [] if page in ("changelist", "add") else [stored.pk]
            yield Row(method, name, expected), reverse(name, args=arguments)


def join(prefix: str, route: str) -> str:
    """As django.urls.resolvers puts a match's `route` together."""
    return prefix + route.removeprefix("^") if prefix else route


def every_route() -> set[str]:
    def walk(patterns: Any, prefix: str) -> Iterator[str]:
        for pattern in patterns:
            route = join(prefix, str(pattern.pattern))
            if isinstance(pattern, URLPattern):
                yield route
            else:
                yield from walk(pattern.url_patterns, route)

    return set(walk(get_resolver().url_patterns, ""))


def is_of_a_model(route: str) -> bool:
    return any(route.startswith(f"admin/{label.replace('.', '/')}/") for label in ADMIN)


def answer_of(client: Client, method: str, path: str) -> str:
    """`login` for a redirection to the log-in page, `refused` for the admin's two ways to say no, else the status."""
    # Nothing of one request stays for the next: no row, no log-out, no count of a rate limit.
    cache.clear()
    with transaction.atomic():
        response = getattr(client, method.lower())(path, **_body(method))
        transaction.set_rollback(True)
    if response.status_code == 302 and response["Location"].partition("?")[0] == LOG_IN:
        return "login"
    return str(response.status_code)


def _body(method: str) -> dict[str, Any]:
    """A reason, which is all that most actions ask for."""
    if method == "POST":
        return {"data": {"reason": "Because of this walk."}}
    return {"data": {}, "content_type": "application/json"} if method in ("PUT", "PATCH") else {}


@pytest.fixture
def cast(request: pytest.FixtureRequest) -> dict[str, Any]:
    return {"anonymous": AnonymousUser()} | {name: request.getfixturevalue(name) for name in PEOPLE[1:]}


@pytest.fixture
def things(cast: dict[str, Any], service: Any) -> dict[str, str]:
    return world.build(cast, service)


def wrong_answers(person: str, cookies: SimpleCookie, asked: list[tuple[Row, str]]) -> Iterator[str]:
    for row, path in asked:
        client = Client(raise_request_exception=False)
        client.cookies = SimpleCookie(cookies.output(header="", sep=";"))
        got, expected = answer_of(client, row.method, path), row.expected[person]
        if got not in WORDS.get(expected, {expected}):
            yield f"{row.method} {row.target} ({path}) as {person}: {expected} expected, got {got}"


@pytest.mark.django_db
@pytest.mark.parametrize("person", PEOPLE)
def test_everyone_gets_the_answer_of_the_table(
    cast: dict[str, Any], things: dict[str, str], person: str
) -> None:
    client = Client()
    if person != "anonymous":
        client.force_login(cast[person])
    asked = [(row, row.path(things)) for row in rows()] + list(admin_rows())
    assert list(wrong_answers(person, client.cookies, asked)) == []


@pytest.mark.django_db
def test_every_address_has_a_row(things: dict[str, str]) -> None:
    covered = {str(resolve(row.path(things)).route) for row in rows()}
    missing = {route for route in every_route() - covered if not is_of_a_model(route)}
    assert missing == set(), "addresses without a row in clinic/tests/url_table*.py"


def test_no_row_stands_twice() -> None:
    asked = [(row.method, row.target) for row in rows()]
    assert [row for row in asked if asked.count(row) > 1] == []


def test_every_model_of_the_admin_has_a_row() -> None:
    registered = {model._meta.label_lower for model in django_admin.site._registry}
    assert registered == set(ADMIN)


def test_a_missing_row_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "TABLE", "GET healthz 200 200 200 200 200 200 200")
    for other in ("VISITS", "MONEY", "RECORDS", "IMAGING", "FIGURES"):
        monkeypatch.setitem(globals(), other, "")
    assert [row.target for row in rows()] == ["healthz"]
    assert {"profile/", "api/login/", "admin/login/", "accounts/login/"} < every_route()


# --- Sockets ---


def socket_rows() -> dict[str, dict[str, str]]:
    return {
        words[0]: dict(zip(PEOPLE, words[1:], strict=True))
        for words in (line.split() for line in SOCKETS.splitlines())
        if words
    }


def test_every_socket_has_a_row() -> None:
    assert {f"/{route.pattern}" for route in websocket_urlpatterns} == set(socket_rows())


async def outcome(user: Any, path: str) -> str:
    """`open`, or the code it is closed with."""
    socket = Socket(URLRouter(websocket_urlpatterns), path)
    socket.scope["user"] = user
    accepted, _protocol = await socket.connect()
    if not accepted:
        return "refused"
    while True:
        output = await socket.receive_output(timeout=5)
        if output["type"] == "websocket.close":
            return str(output["code"])
        if json.loads(output["text"])["type"] in ("ready", "welcome"):
            await socket.disconnect()
            return "open"


@pytest.mark.django_db(transaction=True)
async def test_sockets_open_for_whom_the_table_says(cast: dict[str, Any], things: dict[str, str]) -> None:
    wrong = []
    for route, expected in socket_rows().items():
        path = re.sub(r"<uuid:(\w+)>", lambda found: things[str(found[1]).removesuffix("_id")], route)
        for person, answer in expected.items():
            got = await outcome(cast[person], path)
            if got != answer:
                wrong.append(f"{route} as {person}: {answer} expected, got {got}")
    assert wrong == []
