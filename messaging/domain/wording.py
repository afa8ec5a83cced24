"""What one occasion says to one person, by each channel: the clinic's own words where management wrote some."""

import re
from collections.abc import Mapping

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import User
from clinic.core.links import absolute
from clinic.core.wording import Words
from messaging.enums import Channel
from messaging.models import NotificationTemplate

from .catalogue import OCCASIONS
from .occasion import Filled, Occasion, Text

TITLE_MAX_LENGTH = 160
VARIABLE = re.compile(r"\{([a-z_]+)\}")


def compose(
    name: str, user: User, variables: Mapping[str, Words], url: str
) -> tuple[str, dict[Channel, Filled]]:
    """The title inside the portal, and what each channel of the occasion would send, in the active language.

    Raises KeyError for an occasion that the catalogue does not know and ValueError for other variables than its own.
    """
    occasion = OCCASIONS[name]
    values = occasion.values(variables)
    title = one_line(fill(occasion.built_in(Channel.EMAIL).subject, values))
    known = {**values, "reader": user.first_name, **_always(url)}
    own = {
        row.channel: Text(row.subject, row.body)
        for row in NotificationTemplate.objects.filter(occasion=name, language=user.language)
    }
    return title, {
        channel: render(occasion, channel, own.get(channel), known, user=user, url=url)
        for channel in occasion.channels
    }


def render(
    occasion: Occasion, channel: Channel, own: Text | None, values: Mapping[str, str], *, user: User, url: str
) -> Filled:
    """`own` words filled in, or the built-in ones when there are none or they name what is not known (any more)."""
    text = own if own and names_of(own) <= values.keys() else occasion.built_in(channel)
    subject = one_line(fill(text.subject or occasion.built_in(Channel.EMAIL).subject, values))
    body = fill(text.body, values).strip()
    if channel == Channel.EMAIL:
        note = values.get("note", "")
        if note and "{note}" not in text.body:
            body = f"{body}\n\n{note}"
        return mail(user, subject, body, url)
    if channel == Channel.PUSH:
        # What is shown, and where a click leads.
        return Filled(one_line(body), url)
    return Filled("", body)


def mail(user: User, subject: str, text: str, url: str) -> Filled:
    """The clinic's letter around `text`, plain and as HTML, in the active language."""
    context = {
        "person": user,
        "title": subject,
        "text": text,
        "link": absolute(url),
        "settings_link": absolute(reverse("notification_settings")),
        "CLINIC_NAME": settings.CLINIC_NAME,
    }
    return Filled(
        subject,
        render_to_string("emails/notification.txt", context),
        render_to_string("emails/notification.html", context),
    )


def fill(template: str, values: Mapping[str, str]) -> str:
    """Puts the values in, once: braces inside a value stay what they are. Nothing but plain names is looked up."""
    return VARIABLE.sub(lambda found: values.get(found[1], found[0]), template)


def names_of(text: Text) -> set[str]:
    return set(VARIABLE.findall(text.subject)) | set(VARIABLE.findall(text.body))


def one_line(text: str) -> str:
    return " ".join(text.split())[:TITLE_MAX_LENGTH]


def _always(url: str) -> dict[str, str]:
    return {"clinic": settings.CLINIC_NAME, "link": absolute(url)}
