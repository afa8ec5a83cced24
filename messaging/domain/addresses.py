"""Where a person is reached outside the portal, and how that is written in the log."""

from datetime import datetime

import phonenumbers
from phonenumbers import PhoneNumberType

from accounts.models import User
from messaging import transports
from messaging.models import PushSubscription

_NO_SMS = frozenset({PhoneNumberType.FIXED_LINE, PhoneNumberType.TOLL_FREE, PhoneNumberType.PREMIUM_RATE})


def mobile(user: User) -> str:
    """The person's number in E.164 when it can take an SMS, else ""."""
    phone = user.phone
    if not phone or not phone.is_valid() or phonenumbers.number_type(phone) in _NO_SMS:
        return ""
    return str(phone.as_e164)


def masked_email(address: str) -> str:
    """`m•••@example.com`"""
    name, _at, host = address.rpartition("@")
    return f"{name[:1]}•••@{host}"[:120]


def masked_number(number: str) -> str:
    """`+97798•••••12`"""
    return f"{number[:6]}•••••{number[-2:]}"


def push_to_all(user: User, title: str, url: str, *, urgent: bool, until: datetime | None = None) -> str:
    """To every browser of the person; the ones that have unsubscribed are forgotten. Returns how many took it.

    Sent when one took it: a second try would show it twice there. Raises TransportError when none did.
    """
    from messaging.transports import push

    taken, failed = 0, transports.TransportError("gone")
    for row in PushSubscription.objects.filter(user=user):
        try:
            browser = push.Browser(row.endpoint, row.p256dh, row.auth)
            push.send(browser, title, url, urgent=urgent, until=until)
            taken += 1
        except transports.Gone:
            row.delete()
        except transports.TransportError as error:
            failed = error
    if not taken:
        raise failed
    return f"{taken} ×"
