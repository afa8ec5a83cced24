"""Management's own words for occasions of the catalogue: checked, shown before they hold, and taken back."""

from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.validators import validate_line, validate_lines
from clinic.core.errors import Invalid, NotAllowed
from clinic.core.wording import said
from messaging.enums import Channel
from messaging.models import NotificationTemplate
from messaging.transports.sms import segments

from . import wording
from .catalogue import OCCASIONS
from .occasion import Occasion, Text, Variable

SUBJECT_MAX_LENGTH = 160
BODY_MAX_LENGTH = {Channel.EMAIL: 4000, Channel.SMS: 480, Channel.PUSH: 120}
# More than that costs too much and arrives in pieces.
MOST_SEGMENTS = 3


@dataclass(frozen=True)
class Current:
    """What holds now: `text` with its `{variables}`; `is_own` when management wrote it, else the built-in words."""

    text: Text
    is_own: bool
    row: NotificationTemplate | None = None


@dataclass(frozen=True)
class Preview:
    """Filled with the catalogue's examples. `html` is a whole page (mail only): show it in a sandboxed frame.
    `segments` is how many messages an SMS becomes, 0 for the other channels."""

    subject: str
    text: str
    html: str
    segments: int


def variables(occasion: str, channel: str) -> tuple[Variable, ...]:
    """Those that may stand in this channel's text. Raises Invalid for an occasion or channel that is none."""
    every = _occasion(occasion, channel).every_variable()
    return every if channel == Channel.EMAIL else tuple(each for each in every if each.safe_for_sms)


def current(occasion: str, channel: str, language: str) -> Current:
    """Raises Invalid for an occasion, channel or language that is none."""
    entry = _occasion(occasion, channel, language)
    row = NotificationTemplate.objects.filter(occasion=occasion, channel=channel, language=language).first()
    if row:
        return Current(Text(row.subject, row.body), is_own=True, row=row)
    with translation.override(language):
        return Current(entry.built_in(Channel(channel)), is_own=False)


def check(occasion: str, channel: str, language: str, *, subject: str, body: str) -> None:
    """Raises Invalid with `fields` "subject" and "body": empty, too long, a variable that is not known here or not fit
    for a screen that others may see, a brace that belongs to no variable."""
    entry = _occasion(occasion, channel, language)
    is_mail = channel == Channel.EMAIL
    errors = {"body": _wrong(body, variables(occasion, channel), BODY_MAX_LENGTH[Channel(channel)])}
    if is_mail:
        for_subject = tuple(each for each in entry.every_variable() if each.safe_for_subject)
        errors["subject"] = _wrong(subject, for_subject, SUBJECT_MAX_LENGTH, lines=False)
    if channel == Channel.SMS and not errors["body"]:
        count = preview(occasion, channel, language, subject="", body=body, reader=None).segments
        if count > MOST_SEGMENTS:
            errors["body"] = [
                _("This becomes %(count)s messages; at most %(most)s are sent.")
                % {"count": count, "most": MOST_SEGMENTS}
            ]
    fields = {name: found for name, found in errors.items() if found}
    if fields:
        raise Invalid(fields=fields)


def preview(
    occasion: str, channel: str, language: str, *, subject: str, body: str, reader: User | None = None
) -> Preview:
    """How it would read. Unknown variables stay as they were written. Raises Invalid for an unknown occasion."""
    entry = _occasion(occasion, channel, language)
    with translation.override(language):
        values = {each.name: said(each.example) for each in entry.every_variable()}
        values["clinic"] = settings.CLINIC_NAME
        person = User(first_name=values["reader"], language=language)
        filled_subject = wording.one_line(wording.fill(subject, values))
        text = wording.fill(body, values).strip()
        if channel == Channel.EMAIL:
            mail = wording.mail(reader or person, filled_subject, text, reverse("home"))
            return Preview(filled_subject, mail.text, mail.html, 0)
    return Preview("", text, "", segments(text) if channel == Channel.SMS else 0)


@transaction.atomic
def save(
    occasion: str, channel: str, language: str, *, subject: str, body: str, actor: User
) -> NotificationTemplate:
    """From now on these words hold. Raises NotAllowed for anyone but management, and Invalid as `check` does."""
    if not actor.is_management:
        raise NotAllowed
    subject, body = subject.strip(), body.replace("\r\n", "\n").strip()
    check(occasion, channel, language, subject=subject, body=body)
    row, _new = NotificationTemplate.objects.update_or_create(
        occasion=occasion,
        channel=channel,
        language=language,
        defaults={
            "subject": subject if channel == Channel.EMAIL else "",
            "body": body,
            "edited_by": actor,
        },
    )
    return row


def restore(occasion: str, channel: str, language: str, *, actor: User) -> bool:
    """Back to the built-in words; whether there were others. Raises NotAllowed for anyone but management."""
    if not actor.is_management:
        raise NotAllowed
    own = NotificationTemplate.objects.filter(occasion=occasion, channel=channel, language=language)
    return bool(own.delete()[0])


def _occasion(name: str, channel: str, language: str = settings.LANGUAGE_CODE) -> Occasion:
    occasion = OCCASIONS.get(name)
    known_language = language in dict(settings.LANGUAGES)
    if occasion is None or channel not in occasion.channels or not known_language:
        raise Invalid(_("Choose from the list."))
    return occasion


def _wrong(text: str, known: tuple[Variable, ...], longest: int, *, lines: bool = True) -> list[str]:
    text = text.strip()
    if not text:
        return [_("Write something here.")]
    if len(text) > longest:
        return [_("At most %(count)s characters.") % {"count": longest}]
    try:
        (validate_lines if lines else validate_line)(text)
    except ValidationError as error:
        return list(error.messages)
    allowed = {each.name for each in known}
    names = [name for name in dict.fromkeys(wording.VARIABLE.findall(text)) if name not in allowed]
    if names:
        return [
            _("%(names)s can't stand here. Possible are: %(known)s.")
            % {
                "names": ", ".join("{" + name + "}" for name in names),
                "known": ", ".join("{" + name + "}" for name in sorted(allowed)),
            }
        ]
    if "{" in wording.VARIABLE.sub("", text) or "}" in wording.VARIABLE.sub("", text):
        return [_("A brace { or } stands only around the name of a variable.")]
    return []
