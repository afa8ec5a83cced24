"""What became of everything that left the portal, for management."""

from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from messaging.enums import DeliveryStatus
from messaging.models import Delivery

from .deliveries import KEPT


def visible_to(user: User) -> QuerySet[Delivery]:
    """All for management, nothing for others; the newest first, with person, without the words."""
    if not user.is_management:
        return Delivery.objects.none()
    return Delivery.objects.select_related("notification__user").defer("text", "html", "files")


def found(
    user: User,
    *,
    channel: str = "",
    status: str = "",
    occasion: str = "",
    search: str = "",
    since: datetime | None = None,
) -> QuerySet[Delivery]:
    """Those of the log that fit; `search` looks at the person's name and e-mail."""
    exact = {"channel": channel, "status": status, "notification__occasion": occasion}
    rows = visible_to(user).filter(**{field: value for field, value in exact.items() if value})
    for word in search.split()[:5]:
        person = "notification__user__"
        rows = rows.filter(
            Q(**{f"{person}first_name__icontains": word})
            | Q(**{f"{person}last_name__icontains": word})
            | Q(**{f"{person}email__icontains": word})
        )
    return rows.filter(created_at__gte=since) if since else rows


def counts(user: User, since: datetime | None = None) -> dict[str, int]:
    """How many stand in each status, zeros too."""
    rows = visible_to(user).order_by()
    if since:
        rows = rows.filter(created_at__gte=since)
    by_status = dict(rows.values_list("status").annotate(count=Count("pk")))
    return {status: by_status.get(status, 0) for status in DeliveryStatus}


def can_resend(delivery: Delivery) -> bool:
    """Whether `deliveries.resend` would take it."""
    if delivery.status == DeliveryStatus.GIVEN_UP:
        return delivery.updated_at > timezone.now() - KEPT
    return delivery.status == DeliveryStatus.FAILED


def reason(delivery: Delivery) -> str:
    """Why it has not gone, in a sentence; "" when there is nothing to say."""
    code = delivery.error
    if code.startswith(("uncertain", "broke")):
        return _("It broke off while being sent: nobody knows whether it arrived.")
    known = {
        "no_mobile": _("There is no mobile number."),
        "too_late": _("It would have come too late to be of use."),
        "read_here": _("It was read in the portal before it left."),
        "account_closed": _("The account is closed."),
        "channel_off": _("This channel is not set up."),
        "gone": _("No browser of theirs takes notifications any more."),
    }
    return known.get(code, _("The other side said: %(code)s") % {"code": code} if code else "")
