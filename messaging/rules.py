"""Who may talk to whom. Pure questions; nothing is loaded that the caller may not see."""

from collections.abc import Iterable

from accounts.enums import Role
from accounts.models import User
from accounts.rules import treats
from messaging.models import Conversation, Member


def can_talk(a: User, b: User) -> bool:
    """Patient and doctor who treats them, patient and management, staff among themselves; nobody to admin."""
    if a.pk == b.pk or not (a.is_active and b.is_active) or Role.ADMIN in (a.role, b.role):
        return False
    if a.is_patient and b.is_patient:
        return False
    patient, other = (a, b) if a.is_patient else (b, a)
    if not patient.is_patient or other.is_management:
        return True
    return treats(other, patient)


def can_write(user: User, people: Iterable[User]) -> bool:
    """In a conversation of these people, `user` being one of them: while they may talk. Reading it stays."""
    return any(can_talk(user, other) for other in people if other.pk != user.pk)


def can_find(user: User, other: User) -> bool:
    """May `user` know that this account exists? Staff are public; a patient is not."""
    if other.pk == user.pk or not other.is_patient or user.is_management or user.is_staff:
        return True
    return user.is_doctor and treats(user, other)


def is_member(user: User, conversation: Conversation) -> bool:
    return Member.objects.filter(conversation=conversation, user_id=user.pk).exists()
