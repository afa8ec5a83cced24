"""What messaging does when an app below announces something."""

from typing import Any

from django.dispatch import receiver

from accounts.signals import glass_broken
from messaging.domain import record_notices


@receiver(glass_broken)
def tell_of_break_glass(access: Any, **kwargs: Any) -> None:
    record_notices.glass_broken(access)
