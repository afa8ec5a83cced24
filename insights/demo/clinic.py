"""The whole demo clinic, part by part."""

from django.db import transaction
from django.utils import timezone

from insights.demo import people, timetable


def seed() -> None:
    """Add what is missing of every part."""
    with transaction.atomic():
        people.seed()
        timetable.seed(dict(people.by_name()), timezone.localdate())
