"""Short messages: to the log (SMS_BACKEND=console) or by Twilio."""

import logging

import requests
from django.conf import settings

from . import Refused, TryAgain, Uncertain

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 20
# GSM 03.38: what fits into seven bits, and what takes two of them.
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWICE = frozenset("\f^{}\\[~]|€")


def segments(text: str) -> int:
    """How many messages the network makes of it (and bills): 160 signs of GSM 03.38 fit into one, 153 into each of
    several; with any other sign, as in Nepali, it is 70 and 67 units of UTF-16."""
    if all(sign in _GSM or sign in _GSM_TWICE for sign in text):
        length, alone, joined = len(text) + sum(sign in _GSM_TWICE for sign in text), 160, 153
    else:
        length, alone, joined = len(text.encode("utf-16-le")) // 2, 70, 67
    return max(1, -(-length // (alone if length <= alone else joined)))


def send(to: str, text: str) -> None:
    """`to` in E.164. Raises TryAgain, Refused or Uncertain."""
    if settings.SMS_BACKEND == "twilio":
        _send_by_twilio(to, text)
    else:
        logger.info("SMS to …%s (%s segments): %s", to[-2:], segments(text), text)


def _send_by_twilio(to: str, text: str) -> None:
    from twilio.base.exceptions import TwilioRestException
    from twilio.http.http_client import TwilioHttpClient
    from twilio.rest import Client

    client = Client(
        settings.TWILIO_ACCOUNT_SID,
        settings.TWILIO_AUTH_TOKEN,
        http_client=TwilioHttpClient(timeout=TIMEOUT_SECONDS, max_retries=0),
    )
    # "MG…" is a messaging service, which chooses the number by itself.
    sender = settings.TWILIO_FROM
    source = {"messaging_service_sid": sender} if sender.startswith("MG") else {"from_": sender}
    try:
        client.messages.create(to=to, body=text, **source)
    except TwilioRestException as error:
        later = error.status == 429 or error.status >= 500
        raise (TryAgain if later else Refused)(f"Twilio {error.code or error.status}") from error
    except requests.ConnectTimeout as error:
        raise TryAgain("ConnectTimeout") from error
    except requests.RequestException as error:
        # Nobody knows whether the request arrived, unless no connection came about.
        reached = "NewConnectionError" not in str(error) and "NameResolutionError" not in str(error)
        raise (Uncertain if reached else TryAgain)(type(error).__name__) from error
