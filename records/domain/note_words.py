"""Templates to begin a note from, and phrases behind shortcuts: a doctor's own, and the clinic's, which management
keeps for all."""

import re
from collections.abc import Mapping
from typing import TypeVar
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from clinic.core.errors import Invalid, NotAllowed
from records import rules
from records.enums import NoteKind
from records.models import NoteTemplate, Phrase

from . import note_content

Words = TypeVar("Words", NoteTemplate, Phrase)
Row = TypeVar("Row", bound=models.Model)
NAME_MAX_LENGTH = 80
PHRASE_MAX_LENGTH = 1000
# A dot and then what can be typed without thinking; letters of any script, with the vowel signs of Nepali.
_SHORTCUT = re.compile(r"\.[\w\u0900-\u0963-]{1,23}")


def templates_for(user: User) -> QuerySet[NoteTemplate]:
    """What `user` may begin from: their own, then the clinic's. Management finds the clinic's."""
    return _for(user, NoteTemplate.objects.all()).order_by(models.F("doctor").asc(nulls_last=True), "name")


def phrases_for(user: User) -> QuerySet[Phrase]:
    """A doctor's own, then the clinic's; of one shortcut both are found, and their own is the one that holds."""
    return _for(user, Phrase.objects.all()).order_by(models.F("doctor").asc(nulls_last=True), "shortcut")


def expansions_for(user: User) -> dict[str, str]:
    """Shortcut -> text, as typing it in a note expands."""
    found: dict[str, str] = {}
    for phrase in phrases_for(user):
        found.setdefault(phrase.shortcut, phrase.text)
    return dict(sorted(found.items()))


def save_template(
    *, actor: User, name: str, kind: str, content: Mapping[str, str], template_id: UUID | None = None
) -> NoteTemplate:
    """A new template, or the change of one of the actor's (management: of the clinic's).

    Raises NotAllowed, Invalid (name, kind and the parts of a note).
    """
    kind = kind if kind in NoteKind.values else ""
    name = " ".join(name.split())
    blank = dict.fromkeys(note_content.LABELS, "")
    clean = note_content.cleaned(
        {**content, "kind": kind or NoteKind.FREE}, {**blank, "kind": NoteKind.FREE.value}
    )
    wrong: dict[str, list[str]] = {}
    if not name or len(name) > NAME_MAX_LENGTH or "\x00" in name:
        wrong["name"] = [_("Give it a name of at most %(limit)s characters.") % {"limit": NAME_MAX_LENGTH}]
    if not kind:
        wrong["kind"] = [_("Choose free text or structured.")]
    # What is not of the form would be put into notes unseen.
    own = set(note_content.SOAP) if kind == NoteKind.SOAP else {"text"}
    clean = {part: text if part in own else "" for part, text in clean.items() if part != "kind"}
    if note_content.is_empty(clean):
        wrong["text" if kind != NoteKind.SOAP else "subjective"] = [_("Write what a note begins with.")]
    if wrong:
        raise Invalid(_("Please correct the fields named here."), fields=wrong)
    template = _own_or_new(NoteTemplate, template_id, actor)
    template.name, template.kind, template.content = name, kind, clean
    return stored(template, {"name": [_("There is a template of this name already.")]})


def save_phrase(*, actor: User, shortcut: str, text: str, phrase_id: UUID | None = None) -> Phrase:
    """A new phrase, or the change of one of the actor's (management: of the clinic's). A shortcut begins with a dot;
    one typed without it gets it.

    Raises NotAllowed, Invalid (shortcut, text).
    """
    shortcut, text = clean_phrase(shortcut, text)
    phrase = _own_or_new(Phrase, phrase_id, actor)
    phrase.shortcut, phrase.text = shortcut, text
    return stored(phrase, {"shortcut": [_("This shortcut is taken already.")]})


def clean_phrase(shortcut: str, text: str) -> tuple[str, str]:
    """A shortcut and its text as they are stored. Raises Invalid (shortcut, text)."""
    shortcut, text = shortcut.strip(), text.replace("\r\n", "\n").strip()
    shortcut = shortcut if shortcut.startswith(".") else f".{shortcut}"
    wrong: dict[str, list[str]] = {}
    if not _SHORTCUT.fullmatch(shortcut):
        wrong["shortcut"] = [_("A shortcut is a dot and up to 23 letters or digits, such as .bp")]
    if not text or len(text) > PHRASE_MAX_LENGTH or "\x00" in text:
        wrong["text"] = [
            _("Write what it stands for, at most %(limit)s characters.") % {"limit": PHRASE_MAX_LENGTH}
        ]
    if wrong:
        raise Invalid(_("Please correct the fields named here."), fields=wrong)
    return shortcut, text


def remove(words: NoteTemplate | Phrase, *, actor: User) -> None:
    """Notes that began from it keep what they say. Raises NotAllowed."""
    if not rules.can_change_words(actor, words):
        raise NotAllowed
    words.delete()


def _for(user: User, found: QuerySet[Words]) -> QuerySet[Words]:
    if not rules.can_use_words(user):
        return found.none()
    return found.filter(doctor=None) if user.is_management else found.filter(Q(doctor=user) | Q(doctor=None))


def _own_or_new(model: type[Words], pk: UUID | None, actor: User) -> Words:
    if not rules.can_use_words(actor):
        raise NotAllowed
    if pk is None:
        return model(doctor=None if actor.is_management else actor)
    words = model._default_manager.filter(pk=pk).first()
    if words is None or not rules.can_change_words(actor, words):
        raise NotAllowed
    return words


def stored(words: Row, taken: dict[str, list[str]]) -> Row:
    """Saved. Raises Invalid with `taken` when the name is another's: the database has the last word."""
    try:
        with transaction.atomic():
            words.save()
    except IntegrityError:
        raise Invalid(fields=taken) from None
    return words
