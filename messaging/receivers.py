"""What messaging does when an app below announces something."""

from typing import Any

from django.dispatch import receiver

from accounts.signals import glass_broken, patients_merged
from messaging.domain import merging, record_notices


@receiver(glass_broken)
def tell_of_break_glass(access: Any, **kwargs: Any) -> None:
    record_notices.glass_broken(access)


@receiver(patients_merged)
def move_conversations(kept: Any, merged: Any, **kwargs: Any) -> None:
    merging.move(kept, merged)
