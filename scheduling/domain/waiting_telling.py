"""What those who wait are told. Titles are mail subjects too: no clinical content."""

from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from messaging.domain.notifications import notify
from messaging.enums import NotificationKind
from scheduling.models import WaitingOffer


def offered(offer: WaitingOffer) -> None:
    notify(
        offer.entry.patient,
        kind=NotificationKind.APPOINTMENT,
        title=lambda: _("A time is free for you: %(time)s") % {"time": _spoken(offer.starts_at)},
        url=reverse("waiting_offer", args=[offer.pk]),
        key=f"waiting:{offer.pk}:offered",
        email_text=lambda: (
            _(
                "%(doctor)s has a free time on %(time)s. It is kept for you until %(until)s; after that it is offered "
                "to the next person."
            )
            % {
                "doctor": offer.doctor.name,
                "time": _spoken(offer.starts_at),
                "until": date_format(_local(offer.expires_at), "TIME_FORMAT"),
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
            % {"time": _spoken(offer.starts_at)}
        ),
        url=reverse("waiting_list"),
        key=f"waiting:{offer.pk}:lapsed",
    )


def _local(moment: datetime) -> datetime:
    return timezone.localtime(moment, timezone.get_default_timezone())


def _spoken(moment: datetime) -> str:
    """As the clinic's clock shows it."""
    return date_format(_local(moment), "DATETIME_FORMAT")
