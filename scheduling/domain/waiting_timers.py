"""What is to happen later on the waiting list; queued as timers.py says."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.utils import timezone

from scheduling.models import WaitingEntry, WaitingOffer


def at_offer_end(offer: WaitingOffer) -> None:
    """Pass the offer on when its time is over."""
    from scheduling.tasks import lapse_offer

    lapse_offer.using(run_after=offer.expires_at).enqueue(str(offer.pk))


def at_window_end(entry: WaitingEntry) -> None:
    """End the entry once its last day is over."""
    from scheduling.tasks import end_waiting

    after = timezone.make_aware(datetime.combine(entry.last_day + timedelta(days=1), time()))
    end_waiting.using(run_after=after).enqueue()


def opened(doctor_id: UUID, stretches: Iterable[tuple[date, date, time | None, time | None]]) -> None:
    """Hours were added or days off taken back (first day, last day, and the hours of it or None): offer them to those
    who wait, outside the request that did it."""
    from scheduling.tasks import offer_opened

    for first_day, last_day, starts, ends in stretches:
        start = timezone.make_aware(datetime.combine(first_day, starts or time()))
        end = timezone.make_aware(
            datetime.combine(last_day if ends else last_day + timedelta(days=1), ends or time())
        )
        offer_opened.enqueue(str(doctor_id), start.isoformat(), end.isoformat())
