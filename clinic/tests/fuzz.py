"""Requests that schemathesis makes up from the OpenAPI document, sent by each role to the portal in this process.

Ids that are made up lead nowhere, so most are replaced by those of clinic/tests/world.py. Each request is undone before
the next. What an answer must hold to: no 5xx, and its status, type, headers and body as the document says.
"""

import re
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

import schemathesis
from django.core.cache import cache
from django.core.signals import got_request_exception
from django.core.wsgi import get_wsgi_application
from django.db import transaction
from django.test import TestCase
from hypothesis import HealthCheck, Phase, errors, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
# Where an id of this name is asked for, one of these is sent. Names: world.py.
THINGS = {
    "appointment": ("visit", "running", "past", "unpaid"),
    "doctor": ("doctor", "other_doctor"),
    "instead_of": ("visit",),
    "item": ("planned_item", "rx_item"),
    "medicine": ("medicine",),
    "panel": ("lab_panel",),
    "parameter": ("lab_parameter",),
    "patient": ("patient", "other_patient"),
    "prescription": ("prescription", "rx_draft"),
    "referral": ("referral",),
    "service": ("service", "scan"),
    "specialty": ("specialty",),
    "with": ("doctor", "patient", "manager"),
}
ROLES = ("anonymous", "patient", "doctor", "manager", "admin")


class Fuzzer:
    """`keys`: role -> key of an API token, none for a stranger. `addresses`: (method, path) with the ids of things."""

    def __init__(
        self,
        document: dict[str, Any],
        keys: Mapping[str, str],
        things: Mapping[str, str],
        addresses: list[tuple[str, str]],
        number: int = 1,
    ) -> None:
        self.api = schemathesis.openapi.from_dict(document)
        self.api.app = get_wsgi_application()
        self.keys, self.things, self.addresses, self.number = keys, things, addresses, number
        self.dice = Random(number)
        self.answers: Counter[str] = Counter()
        self.findings: dict[str, str] = {}

    def operations(self) -> list[Any]:
        return [found.ok() for found in self.api.get_all_operations()]  # type: ignore[union-attr]

    def listed(self, operation: Any) -> Iterator[Any]:
        """The cases that follow from the schema itself: limits, wrong types, what is missing, other methods."""
        generation = self.api.config.generation_for(operation=operation)
        yield from self.api.iter_coverage_cases(
            operation, generation_modes=list(GenerationMode), generation_config=generation
        )

    def made_up(self, operation: Any, examples: int) -> Iterator[Any]:
        """Random ones, as the schema wants them and against it."""
        for mode in GenerationMode:
            found: list[Any] = []

            def keep(case: Any) -> None:
                found.append(case)  # noqa: B023  (called below, in the same turn)

            collect = given(case=operation.as_strategy(generation_mode=mode))(keep)
            limits = settings(
                max_examples=examples,
                database=None,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            try:
                seed(self.number)(limits(collect))()
            except (errors.Unsatisfiable, errors.InvalidArgument):
                continue  # nothing there that could be wrong
            yield from found

    def send(self, case: Any, roles: tuple[str, ...] = ROLES) -> None:
        """Send it as each of these roles and note what an answer breaks."""
        self._lead_somewhere(case)
        for role in roles:
            raised: list[BaseException] = []

            def note(sender: Any, **_rest: Any) -> None:
                import sys

                raised.append(sys.exc_info()[1])  # type: ignore[arg-type]  # noqa: B023

            headers = {"Authorization": f"Token {self.keys[role]}"} if role in self.keys else {}
            cache.clear()
            got_request_exception.connect(note)
            try:
                with transaction.atomic():
                    with TestCase.captureOnCommitCallbacks(execute=True):
                        answer = case.call(headers=headers)
                    transaction.set_rollback(True)
            finally:
                got_request_exception.disconnect(note)
            self.answers[f"{answer.status_code}"] += 1
            self._judge(case, role, answer, raised)

    def _judge(self, case: Any, role: str, answer: Any, raised: list[BaseException]) -> None:
        wrong: list[str] = []
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as group:
            wrong = [f"{type(failure).__name__}: {str(failure)[:600]}" for failure in group.exceptions]
        if answer.status_code >= 400 and not wrong:
            body = answer.json()
            if not ({"code", "detail", "fields"} <= body.keys() and body["detail"]):
                wrong = [f"not the one shape: {body}"]
        for words in wrong:
            key = f"{case.method} {case.operation.path} {answer.status_code} {words[:60]}"
            cause = "".join(f"\n{error!r} at {_place(error)}" for error in raised)
            sent = case.as_curl_command()[:1500]
            self.findings.setdefault(
                key, f"{key} as {role}\n{words}{cause}\n{sent}\n-> {answer.content[:300]!r}"
            )

    def _lead_somewhere(self, case: Any) -> None:
        if case.path_parameters and self.dice.random() < 0.9:
            pattern = re.sub(r"{(\w+)}", r"(?P<\1>[0-9a-f-]{36})", case.operation.path)
            fits = [
                found.groupdict()
                for method, path in self.addresses
                if method == case.method and (found := re.fullmatch(pattern, path))
            ]
            if fits:
                case.path_parameters = self.dice.choice(fits)
        for part in (case.body, case.query):
            self._fill(part)

    def _fill(self, part: Any) -> None:
        if isinstance(part, list):
            for item in part:
                self._fill(item)
        elif isinstance(part, dict):
            for name, value in part.items():
                if name in THINGS and _is_uuid(value) and self.dice.random() < 0.9:
                    part[name] = self.things[self.dice.choice(THINGS[name])]
                else:
                    self._fill(value)


def _is_uuid(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(uuid.UUID(value))
    except ValueError:
        return False


def _place(error: BaseException) -> str:
    """The last line of our own code in its traceback."""
    import traceback

    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if "site-packages" not in frame.filename
    ]
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "?"
