"""Mail leaves by a task, after the transaction that caused it has committed."""

from datetime import timedelta

from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils import timezone
from django_tasks import task

MAX_ATTEMPTS = 6


def send_later(*, to: list[str], subject: str, text: str, html: str = "") -> None:
    """Queue one message. `subject` holds no clinical content."""
    one_line = " ".join(subject.split())
    transaction.on_commit(lambda: send_mail_task.enqueue(to, one_line, text, html))


@task()
def send_mail_task(to: list[str], subject: str, text: str, html: str, attempt: int = 1) -> None:
    """Send, and on failure try again after 1, 4, 9 … minutes; the last failure stays in the task table."""
    message = EmailMultiAlternatives(subject, text, to=to)
    if html:
        message.attach_alternative(html, "text/html")
    try:
        message.send()
    except OSError:
        if attempt >= MAX_ATTEMPTS:
            raise
        again = timezone.now() + timedelta(minutes=attempt**2)
        send_mail_task.using(run_after=again).enqueue(to, subject, text, html, attempt + 1)
