"""So many tokens a day: set aside before the model is asked, and made exact after. What a worker that died had set
aside stays counted."""

from datetime import date

from django.conf import settings
from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from records.models import AssistantDay


def reserve(tokens: int) -> date | None:
    """The day they are set aside of; None when too little is left. One UPDATE decides, whoever asks at once."""
    day = timezone.localdate()
    AssistantDay.objects.get_or_create(day=day)
    left = AssistantDay.objects.filter(day=day, tokens__lte=settings.ASSISTANT_DAILY_TOKENS - tokens)
    taken = left.update(tokens=F("tokens") + tokens, requests=F("requests") + 1)
    return day if taken else None


def settle(day: date, *, reserved: int, used: int) -> None:
    """Count what was used in place of what was set aside."""
    exact = Greatest(F("tokens") - reserved + max(used, 0), Value(0))
    AssistantDay.objects.filter(day=day).update(tokens=exact)
