"""A model behind any server that speaks OpenAI's chat completions. It is given what deidentify left, and nothing is
believed of what it says: its answer is plain text, in pieces, bounded in time and size."""

import json
import logging
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from django.conf import settings

logger = logging.getLogger(__name__)

# Seconds to connect, between two pieces, and for all of it: a worker has other things to do.
CONNECT, SILENCE, WHOLE = 5.0, 15.0, 60.0
MOST_BYTES = 256 * 1024
# Before the one further try; a server may ask for up to so much.
WAIT, LONGEST_WAIT = 1.0, 10.0
_AGAIN = frozenset({408, 409, 425, 429, 500, 502, 503, 504})


class Failed(Exception):
    """No (whole) answer. `code` is what Explanation.failure keeps; `was_heard`: the server may have begun to answer, so
    that it may have cost something."""

    def __init__(self, code: str, *, was_heard: bool = False) -> None:
        self.code, self.was_heard = code, was_heard
        super().__init__(code)


class _Busy(Exception):
    def __init__(self, code: str, wait: float = WAIT) -> None:
        self.code, self.wait = code, wait


@dataclass
class Model:
    """One question to it. `used` are the tokens that the server says it took; None as long as it has not said."""

    base_url: str
    key: str
    name: str
    used: int | None = None

    def answer(self, messages: Sequence[Mapping[str, str]], *, most_tokens: int) -> Iterator[str]:
        """The answer in pieces. Tries once more, before the first piece only. Raises Failed."""
        ends_at = time.monotonic() + WHOLE
        body = {
            "model": self.name,
            "messages": list(messages),
            "max_tokens": most_tokens,
            "temperature": 0.1,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        for is_last in (False, True):
            try:
                yield from self._once(body, ends_at)
                return
            except _Busy as busy:
                if is_last or time.monotonic() + busy.wait > ends_at:
                    raise Failed(busy.code) from busy
                time.sleep(busy.wait)

    def _once(self, body: Mapping[str, Any], ends_at: float) -> Iterator[str]:
        has_begun = False
        try:
            with httpx.stream(
                "POST",
                f"{self.base_url}/chat/completions",
                json=body,
                headers={"Authorization": f"Bearer {self.key}", "Accept": "text/event-stream"},
                timeout=httpx.Timeout(SILENCE, connect=CONNECT),
                follow_redirects=False,
            ) as response:
                if response.status_code in _AGAIN:
                    raise _Busy("busy" if response.status_code == 429 else "unreachable", _wait(response))
                if response.status_code != 200:
                    # Its words are not logged: servers repeat in them what they were sent.
                    logger.warning("the model's server answered %s", response.status_code)
                    raise Failed("unreadable")
                has_begun = True
                yield from self._pieces(response, ends_at)
        except httpx.TimeoutException as error:
            if has_begun:
                raise Failed("timeout", was_heard=True) from error
            # What it may have begun to think about it is not asked for twice.
            if isinstance(error, httpx.ReadTimeout):
                raise Failed("timeout", was_heard=True) from error
            raise _Busy("timeout") from error
        except httpx.HTTPError as error:
            if has_begun:
                raise Failed("cut", was_heard=True) from error
            raise _Busy("unreachable") from error
        except httpx.InvalidURL as error:
            raise Failed("unreachable") from error

    def _pieces(self, response: httpx.Response, ends_at: float) -> Iterator[str]:
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == "application/json":
            # A server that does not stream.
            whole = b"".join(_bounded(response, ends_at))
            yield from self._piece(whole, "message")
            return
        if kind != "text/event-stream":
            raise Failed("unreadable", was_heard=True)
        rest, is_over = b"", False
        for chunk in _bounded(response, ends_at):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                if not line.startswith(b"data:"):
                    continue
                data = line.removeprefix(b"data:").strip()
                if data == b"[DONE]":
                    return
                if data:
                    is_over = (yield from self._piece(data, "delta")) or is_over
        if not is_over:
            raise Failed("cut", was_heard=True)

    def _piece(self, data: bytes, part: str) -> Generator[str, None, bool]:
        """Returns whether the answer ends with it."""
        try:
            said = json.loads(data)
            usage = said.get("usage") or {}
            self.used = int(usage["total_tokens"]) if "total_tokens" in usage else self.used
            if said.get("error"):
                raise Failed("refused", was_heard=True)
            choices = said.get("choices") or []
            choice = choices[0] if choices else {}
            spoken, reason = choice.get(part) or {}, choice.get("finish_reason")
            text = spoken.get("content") or ""
            if spoken.get("refusal") or reason == "content_filter":
                raise Failed("refused", was_heard=True)
            if not isinstance(text, str):
                raise TypeError
        except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
            raise Failed("unreadable", was_heard=True) from error
        if text:
            yield text
        return reason is not None


def configured() -> Model | None:
    """None without a key: the assistant then works without a model."""
    if not settings.ASSISTANT_API_KEY:
        return None
    return Model(
        settings.ASSISTANT_BASE_URL.rstrip("/"), settings.ASSISTANT_API_KEY, settings.ASSISTANT_MODEL
    )


def _bounded(response: httpx.Response, ends_at: float) -> Iterator[bytes]:
    size = 0
    for chunk in response.iter_bytes():
        size += len(chunk)
        if time.monotonic() > ends_at:
            raise Failed("timeout", was_heard=True)
        if size > MOST_BYTES:
            raise Failed("unreadable", was_heard=True)
        yield chunk


def _wait(response: httpx.Response) -> float:
    try:
        return min(max(float(response.headers["retry-after"]), WAIT), LONGEST_WAIT)
    except (KeyError, ValueError):
        return WAIT
