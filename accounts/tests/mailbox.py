"""Reading the mail that a test caused."""

import re

from django.core import mail

from clinic.core.testing.tasks import run_due_tasks


def delivered() -> list[mail.EmailMessage]:
    """Every mail so far, after the worker has run what is due."""
    run_due_tasks()
    return mail.outbox


def link_in(message: mail.EmailMessage, containing: str) -> str:
    """The path of the first link whose address holds `containing`."""
    found = re.search(rf"https?://[^/\s]+(\S*{containing}\S*)", str(message.body))
    assert found, message.body
    return found[1]
