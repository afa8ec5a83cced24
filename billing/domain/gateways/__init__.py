"""Online gateways: an interface, and which of them the settings offer. How to add one: docs/payments.md.

A gateway knows no rows. It makes the door through which the patient leaves, reads what they bring back, and asks the
gateway's own server; what follows from that is decided in domain/online.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol


class Unreachable(Exception):
    """No answer that can be used: the gateway is down, slow, or says something else than agreed. Ask again later."""


class Forged(Exception):
    """What came back with the patient was not signed by the gateway, or is not about this clinic's order."""


class State(StrEnum):
    """What a gateway's word means for us."""

    PAID = "paid"
    # Not yet, or never: only time tells.
    OPEN = "open"
    # The gateway itself does not know, or gave a part back: in the end a person looks.
    UNCLEAR = "unclear"
    # Called off, or given back in full, by the gateway.
    NOTHING = "nothing"


@dataclass(frozen=True)
class Order:
    """What the patient goes to pay. `back_url`, without a query, takes them back, whatever became of it."""

    gateway_id: str
    amount: Decimal
    back_url: str


@dataclass(frozen=True)
class Door:
    """The patient's browser posts `fields` to `url`. `gateway_id` names the order from now on: the one given, or the
    gateway's own."""

    url: str
    fields: Mapping[str, str]
    gateway_id: str


@dataclass(frozen=True)
class Said:
    """`status` is the gateway's own word; `amount` and its `reference` of the transfer are there when it is paid."""

    gateway_id: str
    state: State
    status: str
    amount: Decimal | None = None
    reference: str = ""


class Gateway(Protocol):
    # Stored with each attempt (`scheme`), and for people.
    name: str
    label: str

    @property
    def origins(self) -> tuple[str, ...]:
        """Where the form may lead the browser: its page's Content-Security-Policy names these, no other page's does."""
        ...

    def takes(self, amount: Decimal, currency: str) -> bool: ...

    def begin(self, order: Order) -> Door:
        """Raises Unreachable."""
        ...

    def read_return(self, query: Mapping[str, str]) -> Said | None:
        """What the patient's browser brought back; None when the gateway has said nothing by it. Raises Forged."""
        ...

    def look_up(self, gateway_id: str, amount: Decimal) -> Said:
        """What the gateway's own server says. Waits for it: never call this in a request or a transaction. Raises
        Unreachable."""
        ...


def offered() -> list[Gateway]:
    """Those that are set up, in the order in which patients see them."""
    from .esewa import from_settings

    found = [from_settings()]
    return [gateway for gateway in found if gateway is not None]


def named(name: str) -> Gateway | None:
    return next((gateway for gateway in offered() if gateway.name == name), None)


def label_of(name: str) -> str:
    """For people, also when it is no longer set up."""
    gateway = named(name)
    return gateway.label if gateway else name
