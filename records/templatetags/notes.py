"""Visit notes in templates."""

from typing import Any

from django import template

from accounts.models import User
from records import rules
from records.domain import note_content, note_words
from records.models import VisitNote

register = template.Library()


@register.filter
def note_parts(note: VisitNote) -> list[tuple[str, str, str]]:
    """(name, label, text) of what a note says."""
    return note_content.parts(note_content.of(note))


@register.simple_tag
def note_form_parts(note: VisitNote | None) -> list[tuple[str, str, str]]:
    """(name, label, text) of every field of the editor."""
    return [(name, str(label), getattr(note, name, "")) for name, label in note_content.LABELS.items()]


@register.simple_tag
def words_for_notes(user: User) -> dict[str, Any]:
    """What this doctor writes with: `templates` and `phrases`, ready for the editor."""
    own: list[dict[str, Any]] = []
    clinic: list[dict[str, Any]] = []
    for each in note_words.templates_for(user):
        entry = {"name": each.name, "kind": each.kind, "content": each.content}
        (clinic if each.doctor_id is None else own).append({"id": str(each.pk), **entry})
    return {"own": own, "clinic": clinic, "phrases": note_words.expansions_for(user)}


@register.filter
def changeable_by(words: Any, user: User) -> bool:
    """Whether this template or phrase is theirs to change."""
    return rules.can_change_words(user, words)


@register.filter
def addable_by(note: VisitNote, user: User) -> bool:
    return rules.can_add_to_note(user, note)


@register.filter
def versions_open_to(note: VisitNote, user: User) -> bool:
    return rules.can_see_versions(user, note)
