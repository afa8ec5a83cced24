"""The examples of docs/api.md, run one after the other: curl as it stands there, and the answer that is shown."""

import json
import re
import shlex
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.domain import care
from accounts.models import User
from accounts.tests.factories import make_patient
from billing.tests.factories import picture_bytes
from scheduling.models import Service

DOCUMENT: Path = settings.BASE_DIR / "docs" / "api.md"
EXAMPLE = re.compile(r"^```sh\n(.*?)^```\n^```json (\d+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
ANY = "…"


def taken(answer: Any, path: str) -> str:
    """As `jq -r` would: .results[0].id"""
    for name in re.findall(r"\w+", path):
        answer = answer[int(name)] if name.isdigit() else answer[name]
    return str(answer)


def curl(command: str) -> Any:
    client = Client(raise_request_exception=False)
    words = iter(shlex.split(command.replace("\\\n", " "))[1:])
    address, method, data, form, headers = "", "", None, {}, {}
    for word in words:
        if word == "-H":
            name, value = next(words).split(": ", 1)
            headers[name] = value
        elif word == "-X":
            method = next(words)
        elif word == "-d":
            data = next(words)
        elif word == "-F":
            name, value = next(words).split("=", 1)
            is_file = value.startswith("@")
            form[name] = (
                SimpleUploadedFile(value[1:], picture_bytes("teal"), "image/png") if is_file else value
            )
        elif word != "-s":
            address = word
    parts = urlsplit(address)
    target = f"{parts.path}?{parts.query}"
    if form:
        return client.post(target, data=form, headers=headers)
    kind = headers.pop("Content-Type", "application/x-www-form-urlencoded")
    asked = method or ("POST" if data else "GET")
    return client.generic(asked, target, data or "", content_type=kind, headers=headers)


def run(script: str, names: dict[str, str]) -> Any:
    """The answer of the last command; `NAME=$(curl … | jq -r …)` before it leaves a name."""
    answer = None
    for command in re.split(r"\n(?=curl |[A-Z]+=)", script.strip()):
        named = re.fullmatch(r"([A-Z]+)=\$\((.*) \| jq -r (\S+)\)", command)
        line = named[2] if named else command
        for name in re.findall(r"\$([A-Z]+)", line):
            line = line.replace(f"${name}", names[name])
        answer = curl(line)
        if named:
            assert answer.status_code < 300, (command, answer.content)
            names[named[1]] = taken(answer.json(), named[3])
    return answer


def differs(shown: Any, got: Any, where: str = "") -> str:
    """What is shown and did not come; … stands for anything."""
    if isinstance(shown, str) and ANY in shown:
        parts = (re.escape(part) for part in shown.split(ANY))
        fits = isinstance(got, str) and re.fullmatch(".+".join(parts), got, re.DOTALL)
        return "" if fits or (shown == ANY and got is not None) else f"{where}: {shown!r}, got {got!r}"
    if isinstance(shown, dict) and isinstance(got, dict):
        named = shown.keys() - {ANY}
        if named - got.keys() or (ANY not in shown and named != got.keys()):
            return f"{where}: {sorted(named)}, got {sorted(got)}"
        return "".join(differs(shown[name], got[name], f"{where}.{name}") for name in named)
    if isinstance(shown, list) and isinstance(got, list):
        more = ANY in shown
        first = [item for item in shown if item != ANY]
        if len(got) < len(first) or (not more and len(got) != len(first)) or (more and not got):
            return f"{where}: {len(first)} shown, got {len(got)}"
        return "".join(differs(item, got[number], f"{where}[{number}]") for number, item in enumerate(first))
    return "" if shown == got and type(shown) is type(got) else f"{where}: {shown!r}, got {got!r}"


@pytest.mark.django_db
def test_each_example_answers_as_it_says(doctor: User, service: Service) -> None:
    patient = make_patient("patient@demo.clinic", first_name="Asha", last_name="Gurung")
    patient.set_password("demo-pass-2026")
    patient.save()
    care.link(patient, doctor)
    names = {"API": "/api"}
    examples = EXAMPLE.findall(DOCUMENT.read_text())
    assert len(examples) == DOCUMENT.read_text().count("```json")
    for script, status, shown in examples:
        answer = run(script, names)
        assert answer.status_code == int(status), (script, answer.content)
        if shown.strip():
            assert not (wrong := differs(json.loads(shown), answer.json())), f"{script}\n{wrong}"


def test_an_example_that_is_wrong_is_noticed() -> None:
    assert differs({"a": "x…"}, {"a": "y"})
    assert differs({"a": 1}, {"a": 1, "b": 2})
    assert differs(["…"], [])
    assert differs({"a": "…"}, {"a": None})
    assert not differs({"a": ["…"], "…": "…"}, {"a": [1, 2], "b": 3})
