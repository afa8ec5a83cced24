"""A conversation between two people exists once, whoever asks first."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from clinic.core.errors import Invalid
from messaging.models import Conversation, Member


def pair_of(a: User, b: User) -> str:
    return ":".join(sorted((str(a.pk), str(b.pk))))


def between(a: User, b: User) -> Conversation:
    """The conversation of these two, made if there is none; no rule is asked (messaging.rules.can_talk).

    Two callers at once get the same one: `pair` is unique and whoever comes second reads the first's row.
    Raises Invalid when both are the same person.
    """
    if a.pk == b.pk:
        raise Invalid(_("A conversation needs two people."))
    pair = pair_of(a, b)
    existing = Conversation.objects.filter(pair=pair).first()
    if existing is not None:
        return existing
    with transaction.atomic():
        conversation, created = Conversation.objects.get_or_create(pair=pair)
        if created:
            Member.objects.bulk_create([Member(conversation=conversation, user=person) for person in (a, b)])
    return conversation
