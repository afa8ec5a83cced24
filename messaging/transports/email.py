"""Mail, over whatever EMAIL_URL names."""

import smtplib
from collections.abc import Sequence
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import get_connection

from clinic.core import mail

from . import Refused, TryAgain, Uncertain


def send(
    to: str,
    subject: str,
    text: str,
    html: str,
    attachments: Sequence[mail.Attachment] = (),
    *,
    name: str = "",
) -> None:
    """`name` becomes the Message-ID: the same mail sent twice by hand shows once where mail programs look at that.

    Raises TryAgain when no server was reached or it asks to come later, Refused for an answer of 5xx, and Uncertain
    when the line broke while the mail was under way."""
    connection = get_connection()
    message = mail.message_of([to], subject, text, html, attachments)
    message.connection = connection
    # So that no absence note answers it.
    message.extra_headers["Auto-Submitted"] = "auto-generated"
    if name:
        host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
        message.extra_headers["Message-ID"] = f"<{name}@{host}>"
    try:
        connection.open()
    except OSError as error:  # smtplib's errors too
        raise TryAgain(_code(error)) from error
    try:
        message.send()
    except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as error:
        raise (Refused if _is_final(error) else TryAgain)(_code(error)) from error
    except OSError as error:
        raise Uncertain(_code(error)) from error
    finally:
        connection.close()


def _code(error: OSError) -> str:
    number = _number(error)
    return f"SMTP {number}" if number else type(error).__name__


def _number(error: OSError) -> int:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return next((code for code, _words in error.recipients.values()), 0)
    return getattr(error, "smtp_code", 0)


def _is_final(error: OSError) -> bool:
    return _number(error) >= 500
