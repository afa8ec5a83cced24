"""What one entry of the catalogue is made of: an occasion, its variables, and the clinic's own words for it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clinic.core.wording import Words, said
from messaging.enums import Channel, NotificationKind


@dataclass(frozen=True)
class Variable:
    """A word that differs each time. An SMS and a push can be read on a locked screen by whoever is near, so they take
    only what is `safe_for_sms`; a mail's subject takes what is `safe_for_subject`."""

    name: str
    label: Promise
    example: Words
    safe_for_sms: bool = False
    safe_for_subject: bool = True


@dataclass(frozen=True)
class Occasion:
    """Built-in texts are gettext messages with `%(variable)s`. `title` is shown in the portal and is the mail's
    subject; `email` the mail's text; `short`, or the title when that names nobody, goes by push and (`by_sms`) by SMS.
    A text that is missing means that the occasion does not go that way. `urgent` ones do not wait for the end of quiet
    hours."""

    name: str
    kind: NotificationKind
    label: Promise
    title: Promise
    variables: tuple[Variable, ...] = ()
    email: Promise | str = ""
    short: Promise | str = ""
    by_sms: bool = False
    by_push: bool = True
    urgent: bool = False

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The ways it leaves the portal, unless its person does not want them."""
        ways = {Channel.EMAIL: bool(self.email), Channel.SMS: self.by_sms, Channel.PUSH: self.by_push}
        return tuple(channel for channel, goes in ways.items() if goes)

    def built_in(self, channel: Channel) -> "Text":
        """The words the portal brings along, in the language that is active now, as a template: `{time}`."""
        short = _braced(str(self.short or self.title))
        if channel == Channel.EMAIL:
            return Text(_braced(str(self.title)), _braced(str(self.email)))
        if channel == Channel.SMS:
            return Text("", "{clinic}: " + short)
        return Text("", short)

    def every_variable(self) -> tuple[Variable, ...]:
        """Its own and those that are always there."""
        return (*self.variables, *ALWAYS)

    def values(self, given: Mapping[str, Words]) -> dict[str, str]:
        """The words for its variables in the language that is active now.

        Raises ValueError when the caller gives other variables than the catalogue names: a mistake in the code.
        """
        if given.keys() != {variable.name for variable in self.variables}:
            raise ValueError(f"{self.name} takes {[v.name for v in self.variables]}, not {sorted(given)}")
        return {name: said(words) for name, words in given.items()}


@dataclass(frozen=True)
class Text:
    """A subject (mail only) and a text, with `{variables}` or filled in."""

    subject: str
    body: str


@dataclass(frozen=True)
class Filled:
    """What one channel sends: subject and text, and for mail the same as HTML."""

    subject: str
    text: str
    html: str = ""


ALWAYS = (
    Variable("reader", _("the reader's first name"), "Asha"),
    Variable("clinic", _("the clinic's name"), _("the clinic"), safe_for_sms=True),
    Variable("link", _("address of the page in the portal"), "https://…", safe_for_sms=True),
)


def _braced(text: str) -> str:
    """`%(time)s` of gettext as `{time}`, which is how management writes it."""
    parts = text.replace("%%", "%").split("%(")
    return parts[0] + "".join("{" + part.replace(")s", "}", 1) for part in parts[1:])
