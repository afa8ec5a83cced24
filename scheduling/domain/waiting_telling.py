"""What those who wait are told. Titles are mail subjects too: no clinical content."""

from datetime import datetime

from django.urls import reverse

from clinic.core import zones
from messaging.domain.notifications import notify
from scheduling.models import WaitingOffer


def offered(offer: WaitingOffer) -> None:
    notify(
        offer.entry.patient,
        occasion="waiting.offered",
        variables={
            "doctor": offer.doctor.name,
            "time": lambda: _spoken(offer, offer.starts_at),
            "until": lambda: _spoken(offer, offer.expires_at, "TIME_FORMAT"),
        },
        url=reverse("waiting_offer", args=[offer.pk]),
        key=f"waiting:{offer.pk}:offered",
        until=offer.expires_at,
    )


def lapsed(offer: WaitingOffer) -> None:
    """Inside the portal only: one mail about a time that is gone is enough."""
    notify(
        offer.entry.patient,
        occasion="waiting.lapsed",
        variables={"time": lambda: _spoken(offer, offer.starts_at)},
        url=reverse("waiting_list"),
        key=f"waiting:{offer.pk}:lapsed",
    )


def _spoken(offer: WaitingOffer, moment: datetime, written: str = "DATETIME_FORMAT") -> str:
    """By the clinic's clock, and by the patient's where that shows another time."""
    return zones.spoken(moment, offer.entry.patient.time_zone, written)
