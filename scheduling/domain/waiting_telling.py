"""What those who wait are told. Titles are mail subjects too: no clinical content."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from clinic.core import zones
from messaging.domain.notifications import notify
from messaging.enums import NotificationKind
from scheduling.models import WaitingOffer


def offered(offer: WaitingOffer) -> None:
    notify(
        offer.entry.patient,
        kind=NotificationKind.APPOINTMENT,
        title=lambda: _("A time is free for you: %(time)s") % {"time": _spoken(offer, offer.starts_at)},
        url=reverse("waiting_offer", args=[offer.pk]),
        key=f"waiting:{offer.pk}:offered",
        email_text=lambda: (
            _(
                "%(doctor)s has a free time on %(time)s. It is kept for you until %(until)s; after that it is offered "
                "to the next person."
            )
            % {
                "doctor": offer.doctor.name,
                "time": _spoken(offer, offer.starts_at),
                "until": _spoken(offer, offer.expires_at, "TIME_FORMAT"),
            }
        ),
    )


def lapsed(offer: WaitingOffer) -> None:
    """Inside the portal only: one mail about a time that is gone is enough."""
    notify(
        offer.entry.patient,
        kind=NotificationKind.APPOINTMENT,
        title=lambda: (
            _("The time on %(time)s went to the next person. You keep your place.")
            % {"time": _spoken(offer, offer.starts_at)}
        ),
        url=reverse("waiting_list"),
        key=f"waiting:{offer.pk}:lapsed",
    )


def _spoken(offer: WaitingOffer, moment: datetime, written: str = "DATETIME_FORMAT") -> str:
    """By the clinic's clock, and by the patient's where that shows another time."""
    return zones.spoken(moment, offer.entry.patient.time_zone, written)
