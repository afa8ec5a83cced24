"""Every REST row of the contract, as each role that matters; the rows: contract_rows.py."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from clinic.tests import world
from clinic.tests.contract_rows import Ask, rows
from clinic.tests.contract_shapes import CONTRACT, Page
from clinic.tests.mobile import a_list, has, or_null, text

PEOPLE = ("patient", "other_patient", "doctor", "other_doctor", "manager", "admin")


def filled(value: Any, things: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: filled(item, things) for name, item in value.items()}
    if isinstance(value, list):
        return [filled(item, things) for item in value]
    if isinstance(value, str):
        return re.sub(r"{(\w+)}", lambda found: things[found[1]], value)
    return value() if callable(value) else value


def answer_to(ask: Ask, user: Any, things: dict[str, str]) -> Any:
    client = APIClient(raise_request_exception=False)
    client.force_authenticate(user)
    method, path = filled(ask.line, things).split(" ")
    kind = "multipart" if ask.is_form or ask.status == 415 else "json"
    body = {} if method == "GET" else {"data": filled(ask.body or {}, things), "format": kind}
    if ask.status == 415:
        body = {"data": "<a/>", "content_type": "application/xml"}
    cache.clear()
    with transaction.atomic():
        answer = getattr(client, method.lower())(path, **body)
        transaction.set_rollback(True)
    return answer


def check(ask: Ask, answer: Any) -> None:
    assert answer.status_code == ask.status, answer.content[:300]
    if ask.status == 204:
        return
    body = answer.json()
    if ask.status >= 400:
        has(body, code=text, detail=text, fields=lambda fields: isinstance(fields, dict))
        assert ask.shape in (None, body["code"]), body
        assert (
            ask.status != 401 or "WWW-Authenticate" in answer.headers or body["code"] != "not_authenticated"
        )
    elif isinstance(ask.shape, Page) or callable(ask.shape):
        results = has(body, next=or_null(text), previous=or_null(text), results=a_list)["results"]
        if callable(ask.shape):
            assert ask.shape(results)
        else:
            assert results
            for row in results:
                has(row, **ask.shape)
    else:
        has(body, **(ask.shape or {}))


@pytest.mark.django_db
def test_every_row_of_the_contract_holds(request: pytest.FixtureRequest, service: Any) -> None:
    cast = {name: request.getfixturevalue(name) for name in PEOPLE}
    things = world.build(cast, service) | {name: str(person.pk) for name, person in cast.items()}
    broken = []
    for ask in rows():
        try:
            check(ask, answer_to(ask, cast.get(ask.who), things))
        except (AssertionError, KeyError, TypeError, ValueError) as wrong:
            broken.append(f"{ask.line} as {ask.who}: {wrong!r}")
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize("where", ["asked here", "in the schema"])
def test_no_row_is_forgotten(where: str) -> None:
    contract = set(CONTRACT.split("\n")) - {""}
    same: Callable[[str], str] = lambda line: re.sub(r"{\w+}|[0-9a-f]{8}-[0-9a-f-]{27}", "{id}", line)  # noqa: E731
    if where == "asked here":
        known = {same(ask.line.partition("?")[0]) for ask in rows()}
    else:
        paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]
        known = {same(f"{method.upper()} {path}") for path, found in paths.items() for method in found}
    assert contract - known == set()


@pytest.mark.django_db
def test_other_methods_and_types_are_refused_in_the_one_shape(admin: Any) -> None:
    client = APIClient(raise_request_exception=False)
    client.force_authenticate(admin)
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    assert len(paths) > 60
    for path, found in paths.items():
        address = re.sub(r"{\w+}", "00000000-0000-4000-8000-000000000000", path)
        for method in {"get", "post", "put", "patch", "delete"} - found.keys():
            cache.clear()
            answer = getattr(client, method)(address)
            assert answer.status_code == 405, (method, path)
            assert answer.json()["code"] == "method_not_allowed"
            assert {one.upper() for one in found} <= set(answer.headers["Allow"].split(", ")), path
    picky = client.get("/api/services/", headers={"Accept": "application/xml"})
    assert (picky.status_code, picky.json()["code"]) == (406, "not_acceptable")
