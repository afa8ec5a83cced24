"""The ways out of the portal. Each takes plain values, sends once or raises one of these, and knows nothing of rows."""

from django.conf import settings

from messaging.enums import Channel


class TransportError(Exception):
    """It did not go. `code` is the transport's own, for the log: never an address, never content."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class TryAgain(TransportError):
    """Certainly not sent, and it may go later."""


class Refused(TransportError):
    """Certainly not sent, and it never will be as it is."""


class Uncertain(TransportError):
    """The line broke after the words were handed over: it may have arrived. Never tried again by itself."""


class Gone(Refused):
    """The address takes nothing any more and should be forgotten."""


def available() -> tuple[Channel, ...]:
    """The channels this clinic has set up. Mail always is."""
    push = settings.VAPID_PUBLIC_KEY and settings.VAPID_PRIVATE_KEY
    ways = {Channel.EMAIL: True, Channel.SMS: bool(settings.SMS_BACKEND), Channel.PUSH: bool(push)}
    return tuple(channel for channel, is_set_up in ways.items() if is_set_up)
