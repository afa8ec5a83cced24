"""Requests that schemathesis makes up from the OpenAPI document, sent by each role to the portal in this process.

Ids that are made up lead nowhere, so most are replaced by those of clinic/tests/world.py. Each request is undone before
the next. What an answer must hold to: no 5xx, and its status, type, headers and body as the document says.
"""

import json
import re
import sys
import traceback
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any

import schemathesis
import werkzeug.test
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
    "document": ("document",),
    "imaging_report": ("imaging_released",),
    "instead_of": ("visit",),
    "item": ("planned_item", "rx_item"),
    "lab_report": ("lab_report", "lab_draft"),
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
    """`keys`: role -> key of an API token, none for a stranger. `addresses`: (method, path, roles that are let in)."""

    def __init__(
        self,
        document: dict[str, Any],
        keys: Mapping[str, str],
        things: Mapping[str, str],
        addresses: list[tuple[str, str, list[str]]],
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
            self._watch(case, role, lambda headers: case.call(headers=headers))

    def send_broken(self, operation: Any, what: str, content_type: str, body: bytes) -> None:
        """A body as it stands, as somebody who is let in."""
        parameters, roles = self.dice.choice(self._known(operation) or [(_nothing(operation.path), [])])
        role = self.dice.choice(roles or ["admin"])
        case = operation.Case(path_parameters=parameters)
        client = werkzeug.test.Client(self.api.app)

        def call(headers: dict[str, str]) -> Any:
            answer = client.open(
                case.formatted_path,
                method=operation.method.upper(),
                headers=headers,
                data=body,
                content_type=content_type,
            )
            answer.get_data()
            return answer

        self._watch(case, role, call, what)

    def report(self) -> str:
        return "\n\n".join(self.findings.values()) + f"\n{dict(self.answers)}"

    def _watch(self, case: Any, role: str, call: Callable[[dict[str, str]], Any], what: str = "") -> None:
        raised: list[BaseException] = []

        def note(sender: Any, **_rest: Any) -> None:
            raised.append(sys.exc_info()[1])  # type: ignore[arg-type]

        headers = {"Authorization": f"Token {self.keys[role]}"} if role in self.keys else {}
        cache.clear()
        got_request_exception.connect(note)
        try:
            with transaction.atomic():
                with TestCase.captureOnCommitCallbacks(execute=True):
                    answer = call(headers)
                transaction.set_rollback(True)
        finally:
            got_request_exception.disconnect(note)
        self.answers[f"{answer.status_code}"] += 1
        self._judge(case, role, answer, raised, what)

    def _judge(self, case: Any, role: str, answer: Any, raised: list[BaseException], what: str) -> None:
        wrong: list[str] = []
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as group:
            wrong = [f"{type(failure).__name__}: {str(failure)[:600]}" for failure in group.exceptions]
        if answer.status_code >= 400 and not wrong:
            body = json.loads(_content(answer))
            if not ({"code", "detail", "fields"} <= body.keys() and body["detail"]):
                wrong = [f"not the one shape: {body}"]
        for words in wrong:
            key = f"{case.method} {case.operation.path} {answer.status_code} {words[:60]}"
            cause = "".join(f"\n{error!r} at {_place(error)}" for error in raised)
            sent = what or case.as_curl_command()[:1500]
            said = f"{key} as {role}\n{words}{cause}\n{sent}\n-> {_content(answer)[:300]!r}"
            self.findings.setdefault(key, said)

    def _known(self, operation: Any) -> list[tuple[dict[str, str], list[str]]]:
        """The ids with which this address leads somewhere, and who is let in there."""
        pattern = re.sub(r"{(\w+)}", r"(?P<\1>[0-9a-f-]{36})", operation.path)
        return [
            (found.groupdict(), roles)
            for method, path, roles in self.addresses
            if method == operation.method.upper() and (found := re.fullmatch(pattern, path))
        ]

    def _lead_somewhere(self, case: Any) -> None:
        if case.path_parameters and self.dice.random() < 0.9:
            known = self._known(case.operation)
            if known:
                case.path_parameters = dict(self.dice.choice(known)[0])
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


def _content(answer: Any) -> bytes:
    return bytes(answer.content if hasattr(answer, "content") else answer.data)


def _nothing(path: str) -> dict[str, str]:
    return dict.fromkeys(re.findall(r"{(\w+)}", path), str(uuid.UUID(int=0)))


def _is_uuid(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(uuid.UUID(value))
    except ValueError:
        return False


def _place(error: BaseException) -> str:
    """The last line of our own code in its traceback."""
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if "site-packages" not in frame.filename
    ]
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "?"
