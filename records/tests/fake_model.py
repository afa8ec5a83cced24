"""A server on this machine that speaks OpenAI's chat completions, well or badly."""

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Step = str | bytes | int | float | dict[str, Any]


class FakeModel:
    """`answers`: what it does at each request, one after the other, the last one again and again: a list of steps. A
    text is sent as a piece of the answer, bytes as they are, a float is a pause, an int a status without an answer, a
    dict a line of data; "\x04" ends the answer as it should."""

    def __init__(self) -> None:
        self.answers: list[Sequence[Step]] = [["\x04"]]
        self.headers: dict[str, str] = {}
        self.asked: list[dict[str, Any]] = []
        self.url = ""

    @property
    def told(self) -> str:
        """All that was sent to it."""
        return json.dumps(self.asked, ensure_ascii=False)


def data(value: Any) -> bytes:
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def piece(text: str) -> bytes:
    return data({"choices": [{"delta": {"content": text}, "finish_reason": None}]})


END = (
    data({"choices": [{"delta": {}, "finish_reason": "stop"}]})
    + data({"choices": [], "usage": {"total_tokens": 321}})
    + b"data: [DONE]\n\n"
)


@contextmanager
def fake_model() -> Iterator[FakeModel]:
    fake = FakeModel()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/chat/completions"
            assert self.headers["Authorization"] == "Bearer key"
            body = self.rfile.read(int(self.headers["Content-Length"]))
            at = min(len(fake.asked), len(fake.answers) - 1)
            fake.asked.append(json.loads(body))
            steps = fake.answers[at]
            if steps and isinstance(steps[0], int) and not isinstance(steps[0], bool):
                self.send_response(steps[0])
                self.end_headers()
                return
            self.send_response(200)
            for name, value in {"Content-Type": "text/event-stream", **fake.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            for step in steps:
                if isinstance(step, float):
                    time.sleep(step)
                    continue
                sent = step if isinstance(step, bytes) else data(step) if isinstance(step, dict) else None
                sent = sent or (END if step == "\x04" else piece(str(step)))
                try:
                    self.wfile.write(sent)
                    self.wfile.flush()
                except OSError:
                    return

        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake.url = f"http://127.0.0.1:{server.server_port}/v1"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
