"""What a note says, as plain values: its form and its parts by name. Pure."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.core.errors import Invalid
from records.enums import NoteKind

MAX_LENGTH = 20_000
SOAP: dict[str, Any] = {
    "subjective": gettext_lazy("Subjective: what the patient says"),
    "objective": gettext_lazy("Objective: what was found"),
    "assessment": gettext_lazy("Assessment"),
    "plan": gettext_lazy("Plan"),
}
LABELS: dict[str, Any] = {"text": gettext_lazy("Note"), **SOAP}
FIELDS = ("kind", *LABELS)
Content = dict[str, str]


def of(note: Any) -> Content:
    """The content of anything with a note's fields."""
    return {name: str(getattr(note, name)) for name in FIELDS}


def cleaned(given: Mapping[str, object], stored: Content) -> Content:
    """`given` over `stored`: what is not given stays. Raises Invalid with every field that can't be stored."""
    unknown = given.keys() - set(FIELDS)
    if unknown:
        raise ValueError(f"a note has no {sorted(unknown)}")
    clean, wrong = dict(stored), {}
    for name, value in given.items():
        if name == "kind":
            problem = "" if value in NoteKind.values else _("A note is free text or structured.")
        else:
            problem = _problem(value)
        if problem:
            wrong[name] = [problem]
        else:
            # Browsers send line ends as CRLF; one way of storing keeps versions comparable.
            clean[name] = str(value).replace("\r\n", "\n")
    if wrong:
        raise Invalid(_("This note can't be stored as it is."), fields=wrong)
    return clean


def is_empty(content: Mapping[str, str]) -> bool:
    return not any(content.get(name, "").strip() for name in LABELS)


def length(content: Mapping[str, str]) -> int:
    return sum(len(content.get(name, "")) for name in LABELS)


def parts(content: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """(name, label, text) of what is written: the form's own parts first, then anything else that is not empty."""
    own = list(SOAP) if content.get("kind") == NoteKind.SOAP else ["text"]
    order = [*own, *(name for name in LABELS if name not in own)]
    return [(name, str(LABELS[name]), content[name]) for name in order if content.get(name, "").strip()]


def _problem(value: object) -> str:
    if not isinstance(value, str) or "\x00" in value:
        return _("A note is text.")
    if len(value.replace("\r\n", "\n")) > MAX_LENGTH:
        return _("A note has at most %(limit)s characters.") % {"limit": MAX_LENGTH}
    try:
        value.encode()
    except UnicodeEncodeError:
        return _("This note contains characters that can't be stored.")
    return ""
