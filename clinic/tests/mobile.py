"""A client written elsewhere: it knows the contract, HTTP and WebSockets, and nothing of our code."""

import json
import re
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

Check = Callable[[Any], bool]
Json = dict[str, Any]


def uuid(value: Any) -> bool:
    return isinstance(value, str) and str(UUID(value)) == value


def when(value: Any) -> bool:
    """ISO 8601 with offset."""
    return isinstance(value, str) and "T" in value and datetime.fromisoformat(value).tzinfo is not None


def money(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"\d+\.\d{2}", value) is not None


def currency(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[A-Z]{3}", value) is not None


def text(value: Any) -> bool:
    return isinstance(value, str)


def number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def flag(value: Any) -> bool:
    return isinstance(value, bool)


def a_list(value: Any) -> bool:
    return isinstance(value, list)


def or_null(check: Check) -> Check:
    return lambda value: value is None or check(value)


def one_of(*values: str) -> Check:
    return lambda value: value in values


def exactly(expected: Any) -> Check:
    return lambda value: bool(value == expected)


def has(body: Json, **fields: Check) -> Json:
    """`body` holds at least these fields, each as its check wants it. `from_` and `with_` stand for keywords."""
    for name, check in fields.items():
        key = name.rstrip("_")
        assert key in body, f"{key} is missing in {body}"
        assert check(body[key]), f"{key} is {body[key]!r}"
    return body


def page_of(answer: httpx.Response) -> list[Json]:
    """The results of a list's first page."""
    assert answer.status_code == 200, answer.text
    link = or_null(lambda value: value.startswith("http"))
    return list(has(answer.json(), next=link, previous=link, results=a_list)["results"])


def refused(answer: httpx.Response, status: int, code: str | None = None, *fields: str) -> Json:
    """The one shape of every refusal; `fields` are named in it."""
    assert answer.status_code == status, f"{answer.request.method} {answer.request.url}: {answer.text[:300]}"
    assert answer.headers["content-type"] == "application/json"
    body = has(answer.json(), code=text, detail=text, fields=lambda value: isinstance(value, dict))
    assert body["detail"]
    assert code is None or body["code"] == code, body
    for name in fields:
        assert all(isinstance(message, str) for message in body["fields"][name]), body
    return body


class Client(httpx.Client):
    """Somebody's app: HTTP with a token, and sockets by ticket."""

    def __init__(self, server: Any, token: str = "") -> None:
        headers = {"Authorization": f"Token {token}"} if token else {}
        super().__init__(base_url=server.url, headers=headers, timeout=30)
        self._ws_url = server.ws_url

    def live(self, path: str = "/ws/", **query: str) -> "Socket":
        answer = self.post("/api/socket-ticket/")
        assert answer.status_code == 201
        has(answer.json(), ticket=text, expires_in=exactly(60))
        query = {"ticket": answer.json()["ticket"], **query}
        return Socket(connect(f"{self._ws_url}{path}?{httpx.QueryParams(query)}"))


class Socket:
    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    def __enter__(self) -> "Socket":
        return self

    def __exit__(self, *_error: object) -> None:
        self.connection.close()

    def say(self, type_: str, **fields: Any) -> None:
        self.connection.send(json.dumps({"type": type_, **fields}))

    def hear(self, type_: str, **expected: Any) -> Json:
        """The next frame of this type that holds `expected`; others are passed over."""
        deadline = time.monotonic() + 10
        while True:
            frame: Json = json.loads(self.connection.recv(timeout=deadline - time.monotonic()))
            if frame["type"] == type_ and expected.items() <= frame.items():
                return frame

    def closed(self) -> int:
        """The close code, after whatever is still said."""
        try:
            while True:
                self.connection.recv(timeout=10)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 0


def logged_in(server: Any, email: str, password: str) -> Client:
    answer = Client(server).post("/api/login/", json={"email": email, "password": password})
    assert answer.status_code == 200, answer.text
    return Client(server, answer.json()["token"])


def verify_address(server: Any, mail_dir: Path, email: str) -> None:
    """Open the link in the mail that came to `email` and press its button, as a browser would."""
    link = _link_to(mail_dir, email)
    with httpx.Client(follow_redirects=True, timeout=30, headers={"Referer": link}) as browser:
        page = browser.get(link)
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
        assert token, page.text[:500]
        assert browser.post(link, data={"csrfmiddlewaretoken": token[1]}).status_code == 200


def _link_to(mail_dir: Path, email: str) -> str:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        for mail in mail_dir.glob("*.log") if mail_dir.exists() else ():
            words = mail.read_text()
            found = re.search(r"http://127\.0\.0\.1:\d+/accounts/confirm-email/[^\s\"<]+", words)
            if found and email in words:
                return found[0]
        time.sleep(0.1)
    raise AssertionError(f"no mail came to {email}")
