"""eSewa ePay v2, by its public description (developer.esewa.com.np/pages/Epay).

Form and return are signed with HMAC-SHA256 over `name=value,…` of the fields that `signed_field_names` lists, base64.
eSewa writes amounts as "1000.0" or "1,000.0", and signs them as it writes them.
"""

import base64
import binascii
import hashlib
import hmac
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings

from . import Door, Forged, Order, Said, State, Unreachable

logger = logging.getLogger(__name__)

FORM_PATH = "/api/epay/main/v2/form"
STATUS_PATH = "/api/epay/transaction/status/"
# Seconds to connect, and between two pieces of the answer.
TIMEOUT = (5, 10)
MOST_BYTES = 16_384

_ASKED = "total_amount,transaction_uuid,product_code"
# All of these have to be signed: our own signature of the form covers no status, and proves nothing of it.
_ANSWERED = frozenset({"transaction_code", "status", "total_amount", "transaction_uuid", "product_code"})
_STATES = {
    "COMPLETE": State.PAID,
    "PENDING": State.OPEN,
    # Its session is over; eSewa says so before the patient has come, too.
    "NOT_FOUND": State.OPEN,
    "AMBIGUOUS": State.UNCLEAR,
    "PARTIAL_REFUND": State.UNCLEAR,
    "CANCELED": State.NOTHING,
    "FULL_REFUND": State.NOTHING,
}


def from_settings() -> "Esewa | None":
    if not settings.ESEWA_PRODUCT_CODE:
        return None
    return Esewa(
        product_code=settings.ESEWA_PRODUCT_CODE,
        secret_key=settings.ESEWA_SECRET_KEY,
        form_base=settings.ESEWA_FORM_URL.rstrip("/"),
        status_base=settings.ESEWA_STATUS_URL.rstrip("/"),
    )


class _NotAnAnswer(ValueError):
    pass


@dataclass(frozen=True, repr=False)
class Esewa:
    product_code: str
    secret_key: str
    form_base: str
    status_base: str

    name = "esewa"
    label = "eSewa"

    @property
    def origins(self) -> tuple[str, ...]:
        """eSewa leads the form on from one of its hosts to another."""
        addresses = [urlsplit(base) for base in (self.form_base, self.status_base)]
        return tuple(dict.fromkeys(f"{address.scheme}://{address.netloc}" for address in addresses))

    def takes(self, amount: Decimal, currency: str) -> bool:
        return currency == "NPR" and amount > 0

    def begin(self, order: Order) -> Door:
        total = written(order.amount)
        fields = {
            "amount": total,
            "tax_amount": "0",
            "total_amount": total,
            "transaction_uuid": order.gateway_id,
            "product_code": self.product_code,
            "product_service_charge": "0",
            "product_delivery_charge": "0",
            "success_url": order.back_url,
            "failure_url": order.back_url,
            "signed_field_names": _ASKED,
        }
        fields["signature"] = self.signature(fields)
        return Door(f"{self.form_base}{FORM_PATH}", fields, order.gateway_id)

    def signature(self, fields: Mapping[str, str]) -> str:
        """Of the fields that `fields` names itself. Raises KeyError."""
        names = fields["signed_field_names"].split(",")
        message = ",".join(f"{name}={fields[name]}" for name in names)
        digest = hmac.new(self.secret_key.encode(), message.encode(), hashlib.sha256).digest()
        return base64.b64encode(digest).decode()

    def read_return(self, query: Mapping[str, str]) -> Said | None:
        data = query.get("data", "")
        if not data:
            return None
        try:
            fields = _decoded(data)
            signed = hmac.compare_digest(self.signature(fields).encode(), fields["signature"].encode())
            if not signed or not set(fields["signed_field_names"].split(",")) >= _ANSWERED:
                raise Forged
            return self._said(fields, fields["transaction_uuid"], fields["transaction_code"])
        except (ValueError, KeyError, RecursionError) as error:
            raise Forged from error

    def look_up(self, gateway_id: str, amount: Decimal) -> Said:
        query = {
            "product_code": self.product_code,
            "total_amount": written(amount),
            "transaction_uuid": gateway_id,
        }
        try:
            fields = _asked(f"{self.status_base}{STATUS_PATH}", query)
            return self._said(fields, gateway_id, fields.get("ref_id", ""))
        except (requests.RequestException, ValueError, KeyError, RecursionError) as error:
            logger.warning("eSewa gave no answer about %s (%s)", gateway_id, type(error).__name__)
            raise Unreachable from error

    def _said(self, fields: Mapping[str, str], gateway_id: str, reference: str) -> Said:
        """Raises _NotAnAnswer when it is about something else, or a word that nobody knows; KeyError."""
        if fields["product_code"] != self.product_code or fields["transaction_uuid"] != gateway_id:
            raise _NotAnAnswer("of another order")
        status = fields["status"]
        if status not in _STATES:
            raise _NotAnAnswer("unknown status")
        if _STATES[status] != State.PAID:
            return Said(gateway_id, _STATES[status], status)
        return Said(gateway_id, State.PAID, status, _amount(fields["total_amount"]), reference[:40])


def written(amount: Decimal) -> str:
    """As eSewa's examples: `800`, `800.5`."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _decoded(data: str) -> dict[str, str]:
    """Raises ValueError."""
    if len(data) > MOST_BYTES:
        raise _NotAnAnswer("too long")
    # A plus sign of base64 that nobody has escaped arrives as a blank.
    data = data.strip().replace(" ", "+").replace("-", "+").replace("_", "/")
    try:
        raw = base64.b64decode(data + "=" * (-len(data) % 4), validate=True)
    except binascii.Error as error:
        raise _NotAnAnswer("not base64") from error
    return _fields(raw)


def _asked(url: str, query: Mapping[str, str]) -> dict[str, str]:
    """Raises requests.RequestException and ValueError."""
    with requests.get(
        url,
        params=query,
        headers={"Accept": "application/json"},
        timeout=TIMEOUT,
        allow_redirects=False,
        stream=True,
    ) as answer:
        raw = b""
        for piece in answer.iter_content(4_096):
            raw += piece
            if len(raw) > MOST_BYTES:
                raise _NotAnAnswer("too long")
        if answer.status_code != 200:
            raise _NotAnAnswer(str(answer.status_code))
    return _fields(raw)


def _fields(raw: bytes) -> dict[str, str]:
    """A flat JSON object, its numbers as they are written: signatures are made of that. Raises ValueError."""
    found: Any = json.loads(raw.decode(), parse_float=str, parse_int=str, parse_constant=str)
    if not isinstance(found, dict):
        raise _NotAnAnswer("no object")
    return {name: value for name, value in found.items() if isinstance(value, str)}


def _amount(text: str) -> Decimal:
    """Raises _NotAnAnswer."""
    try:
        amount = Decimal(text.replace(",", ""))
        exact = amount.quantize(Decimal("0.01"))
    except InvalidOperation as error:
        raise _NotAnAnswer("no amount") from error
    if not amount.is_finite() or exact != amount or not 0 < exact < 100_000_000:
        raise _NotAnAnswer("no amount")
    return exact
