"""Mail that belongs to log-in leaves by a task, after the transaction that caused it has committed. All other mail is a
notification (messaging), which has a log."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TypeAlias

from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils import timezone
from django_tasks import task

MAX_ATTEMPTS = 6

# File name, content type, content.
Attachment: TypeAlias = tuple[str, str, bytes]


def send_later(*, to: list[str], subject: str, text: str, html: str = "") -> None:
    """Queue one message that belongs to log-in. `subject` holds no clinical content."""
    one_line = " ".join(subject.split())
    transaction.on_commit(lambda: send_mail_task.enqueue(to, one_line, text, html))


@task()
def send_mail_task(to: list[str], subject: str, text: str, html: str, attempt: int = 1) -> None:
    """Send, and on failure try again after 1, 4, 9 … minutes; the last failure stays in the task table."""
    try:
        message_of(to, subject, text, html).send()
    except OSError:
        if attempt >= MAX_ATTEMPTS:
            raise
        again = timezone.now() + timedelta(minutes=attempt**2)
        send_mail_task.using(run_after=again).enqueue(to, subject, text, html, attempt + 1)


def message_of(
    to: list[str], subject: str, text: str, html: str = "", attachments: Sequence[Attachment] = ()
) -> EmailMultiAlternatives:
    """One mail, ready to be sent."""
    message = EmailMultiAlternatives(subject, text, to=to)
    if html:
        message.attach_alternative(html, "text/html")
    for name, kind, content in attachments:
        _attach(message, name, kind, content)
    return message


def _attach(message: EmailMultiAlternatives, name: str, kind: str, content: bytes) -> None:
    """An invitation (text/calendar) goes in twice: Outlook and Gmail look for it among the alternatives of the text,
    others among the files. As a file it is `application/ics`, so that none of them counts it twice."""
    if kind.startswith("text/calendar"):
        message.attach_alternative(content.decode(), kind)
        kind = "application/ics"
    message.attach(name, content, kind)
