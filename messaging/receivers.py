"""What messaging does when an app below announces something."""

from typing import Any

from django.dispatch import receiver

from accounts.domain import sessions
from accounts.signals import glass_broken, log_in_ended, patients_merged
from messaging.domain import merging, push, record_notices


@receiver(glass_broken)
def tell_of_break_glass(access: Any, **kwargs: Any) -> None:
    record_notices.glass_broken(access)


@receiver(patients_merged)
def move_conversations(kept: Any, merged: Any, **kwargs: Any) -> None:
    merging.move(kept, merged)


@receiver(log_in_ended)
def end_push(user: Any, reason: str, session: str, **kwargs: Any) -> None:
    """Not where nothing happened for a while: who is away is whom push is for."""
    if reason != sessions.IDLE:
        push.log_in_ended(user, session)
