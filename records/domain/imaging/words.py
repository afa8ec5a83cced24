"""Templates to begin the report of a scan from, and phrases behind shortcuts: a radiologist's own and the clinic's,
which management keeps; each of one type of scan, or of all."""

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from clinic.core.errors import Invalid, NotAllowed
from records import imaging_word_rules as rules
from records.domain.note_words import NAME_MAX_LENGTH, clean_phrase, stored
from records.models import ImagingPhrase, ImagingTemplate
from scheduling.domain.queries import services
from scheduling.enums import ServiceKind
from scheduling.models import Service

from .writing import SECTIONS

Words = TypeVar("Words", ImagingTemplate, ImagingPhrase)


def scans() -> QuerySet[Service]:
    """The types of scan that there are."""
    return services().filter(kind=ServiceKind.IMAGING)


def templates_for(user: User) -> QuerySet[ImagingTemplate]:
    """What `user` may begin from: their own, then the clinic's. Management finds the clinic's."""
    return _for(user, ImagingTemplate.objects.all()).order_by(F("doctor").asc(nulls_last=True), "name")


def phrases_for(user: User) -> QuerySet[ImagingPhrase]:
    """A radiologist's own, then the clinic's."""
    return _for(user, ImagingPhrase.objects.all()).order_by(
        F("doctor").asc(nulls_last=True), "shortcut", F("service").asc(nulls_last=True)
    )


def words_for(user: User, service: Service) -> dict[str, Any]:
    """What the editor of a report of this scan needs: templates `own` and `clinic`, and `phrases` by shortcut. Of one
    shortcut, one's own goes before the clinic's, and this scan's before that for all scans."""
    fits = Q(service=service) | Q(service=None)
    own: list[dict[str, Any]] = []
    clinic: list[dict[str, Any]] = []
    for each in templates_for(user).filter(fits):
        entry = {"id": str(each.pk), "name": each.name, "content": each.content}
        (clinic if each.doctor_id is None else own).append(entry)
    phrases: dict[str, str] = {}
    for phrase in phrases_for(user).filter(fits):
        phrases.setdefault(phrase.shortcut, phrase.text)
    return {"own": own, "clinic": clinic, "phrases": dict(sorted(phrases.items()))}


def save_template(
    *,
    actor: User,
    name: str,
    service: Service | None,
    content: Mapping[str, str],
    template_id: UUID | None = None,
) -> ImagingTemplate:
    """A new template, or the change of one of the actor's (management: of the clinic's).

    Raises NotAllowed, Invalid (name, service and the sections).
    """
    name = " ".join(name.split())
    wrong = _wrong_service(service)
    if not name or len(name) > NAME_MAX_LENGTH or "\x00" in name:
        wrong["name"] = [_("Give it a name of at most %(limit)s characters.") % {"limit": NAME_MAX_LENGTH}]
    clean = {part: content.get(part, "").replace("\r\n", "\n") for part in SECTIONS}
    for part, text in clean.items():
        if "\x00" in text:
            wrong[part] = [_("This contains characters that can't be stored.")]
    if not any(text.strip() for text in clean.values()):
        wrong["findings"] = [_("Write what a report begins with.")]
    if wrong:
        raise Invalid(_("Please correct the fields named here."), fields=wrong)
    template = _own_or_new(ImagingTemplate, template_id, actor)
    template.name, template.service, template.content = name, service, clean
    return stored(template, {"name": [_("There is a template of this name already.")]})


def save_phrase(
    *, actor: User, shortcut: str, text: str, service: Service | None, phrase_id: UUID | None = None
) -> ImagingPhrase:
    """A new phrase, or the change of one of the actor's (management: of the clinic's).

    Raises NotAllowed, Invalid (shortcut, text, service).
    """
    shortcut, text = clean_phrase(shortcut, text)
    wrong = _wrong_service(service)
    if wrong:
        raise Invalid(_("Please correct the fields named here."), fields=wrong)
    phrase = _own_or_new(ImagingPhrase, phrase_id, actor)
    phrase.shortcut, phrase.text, phrase.service = shortcut, text, service
    return stored(phrase, {"shortcut": [_("This shortcut is taken already.")]})


def remove(words: ImagingTemplate | ImagingPhrase, *, actor: User) -> None:
    """Reports that began from it keep what they say. Raises NotAllowed."""
    if not rules.can_change_words(actor, words):
        raise NotAllowed
    words.delete()


def _wrong_service(service: Service | None) -> dict[str, list[str]]:
    if service is None or service.kind == ServiceKind.IMAGING:
        return {}
    return {"service": [_("Choose a type of scan.")]}


def _for(user: User, found: QuerySet[Words]) -> QuerySet[Words]:
    found = found.select_related("service")
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
