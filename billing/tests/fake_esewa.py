"""eSewa as its public description has it, over HTTP on this machine: the page where the patient pays, and the status
look-up. Tests say what it answers."""

import base64
import hashlib
import hmac
import html
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

PRODUCT_CODE, SECRET_KEY = "EPAYTEST", "8gBm/:&EnhH.1/q"
RETURNED = "transaction_code,status,total_amount,transaction_uuid,product_code,signed_field_names"


def signature(fields: dict[str, Any], key: str = SECRET_KEY) -> str:
    message = ",".join(f"{name}={fields[name]}" for name in fields["signed_field_names"].split(","))
    return base64.b64encode(hmac.new(key.encode(), message.encode(), hashlib.sha256).digest()).decode()


def encoded(fields: dict[str, Any]) -> str:
    return base64.b64encode(json.dumps(fields).encode()).decode()


def returned(uuid: str, amount: str, *, code: str = "000AWEO", key: str = SECRET_KEY, **other: str) -> str:
    """The `data` with which eSewa sends a patient back who has paid."""
    fields = {
        "transaction_code": code,
        "status": "COMPLETE",
        "total_amount": amount,
        "transaction_uuid": uuid,
        "product_code": PRODUCT_CODE,
        "signed_field_names": RETURNED,
        **other,
    }
    return encoded({**fields, "signature": signature(fields, key)})


@dataclass
class FakeEsewa:
    url: str = ""
    # transaction_uuid -> what a look-up answers besides the order's own fields; without an entry: NOT_FOUND.
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    # Takes the place of the next answers: raw bytes, whatever the status; then `then` is what is said of its length.
    broken: list[tuple[int, bytes, int]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)

    def pay(
        self, uuid: str, amount: float | str, *, ref: str | None = "000AWEO", status: str = "COMPLETE"
    ) -> None:
        self.orders[uuid] = {"total_amount": amount, "status": status, "ref_id": ref}

    def look_up(self, query: dict[str, str]) -> dict[str, Any]:
        uuid = query["transaction_uuid"]
        known = self.orders.get(uuid, {"status": "NOT_FOUND", "ref_id": None})
        return {
            "product_code": query["product_code"],
            "transaction_uuid": uuid,
            "total_amount": float(query["total_amount"]),
            **known,
        }


def _handler(fake: FakeEsewa) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *arguments: Any) -> None:
            pass

        def _answer(
            self, body: bytes, *, status: int = 200, kind: str = "application/json", length: int = 0
        ) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(length or len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            address = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(address.query).items()}
            if address.path == "/paid":
                fake.pay(query["uuid"], float(query["amount"]))
                self.send_response(302)
                amount = f"{float(query['amount']):,}"
                self.send_header("Location", f"{query['back']}?data={returned(query['uuid'], amount)}")
                self.end_headers()
            elif address.path == "/api/epay/transaction/status/":
                fake.asked.append(query)
                if fake.broken:
                    status, body, length = fake.broken.pop(0)
                    self._answer(body, status=status, length=length)
                else:
                    self._answer(json.dumps(fake.look_up(query)).encode())
            else:
                self._answer(b"", status=404)

        def do_POST(self) -> None:
            """The page where the patient pays, or goes back without."""
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            order = {name: values[0] for name, values in parse_qs(body).items()}
            if self.path != "/api/epay/main/v2/form" or signature(order) != order["signature"]:
                self._answer(b"ES104: Invalid payload signature.", status=400, kind="text/plain")
                return
            fields = {
                "uuid": order["transaction_uuid"],
                "amount": order["total_amount"],
                "back": order["success_url"],
            }
            inputs = "".join(
                f'<input type="hidden" name="{n}" value="{html.escape(v)}">' for n, v in fields.items()
            )
            page = (
                f"<title>eSewa</title><h1>Pay NPR {order['total_amount']}</h1>"
                f'<form action="/paid">{inputs}<button>Pay now</button></form>'
                f'<a href="{html.escape(order["failure_url"])}">Cancel</a>'
            )
            self._answer(page.encode(), kind="text/html")

    return Handler


@contextmanager
def running() -> Iterator[FakeEsewa]:
    fake = FakeEsewa()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(fake))
    fake.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield fake
    server.shutdown()
    server.server_close()
    thread.join()
