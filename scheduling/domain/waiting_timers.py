"""What is to happen later on the waiting list; queued as timers.py says."""

from datetime import datetime, time, timedelta

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


def opened(doctor_id: str, spans: list[tuple[datetime, datetime]]) -> None:
    """Hours were added or a day off was taken back: offer them, outside the request that did it."""
    from scheduling.tasks import offer_opened

    for starts_at, ends_at in spans:
        offer_opened.enqueue(doctor_id, starts_at.isoformat(), ends_at.isoformat())
