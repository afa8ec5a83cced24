"""How visits are spoken of in templates."""

from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from scheduling.domain import waiting_queries
from scheduling.domain.queries import appointments_visible_to
from scheduling.domain.referral_queries import of_patient, waiting_for
from scheduling.enums import UPCOMING, AppointmentStatus, ReferralStatus
from scheduling.models import Appointment
from scheduling.referral_rules import can_ask
from scheduling.rules import can_plan_next

register = template.Library()

HOUR = 60
SHOWN_ON_RECORD = 5


@register.filter
def relative(moment: datetime | None) -> str:
    """`in 2 days`, `tomorrow`, `in 35 minutes`, `3 hours ago`: days by the clinic's calendar, today by the clock."""
    if moment is None:
        return ""
    days = (timezone.localdate(moment) - timezone.localdate()).days
    if days == 0:
        return _today(round((moment - timezone.now()).total_seconds() / 60))
    if days == 1:
        return _("tomorrow")
    if days == -1:
        return _("yesterday")
    if days > 0:
        return ngettext("in %(days)s day", "in %(days)s days", days) % {"days": days}
    return ngettext("%(days)s day ago", "%(days)s days ago", -days) % {"days": -days}


def _today(minutes: int) -> str:
    if minutes == 0:
        return _("now")
    if abs(minutes) < HOUR:
        if minutes > 0:
            return ngettext("in %(count)s minute", "in %(count)s minutes", minutes) % {"count": minutes}
        return ngettext("%(count)s minute ago", "%(count)s minutes ago", -minutes) % {"count": -minutes}
    hours = abs(minutes) // HOUR
    if minutes > 0:
        return ngettext("in %(count)s hour", "in %(count)s hours", hours) % {"count": hours}
    return ngettext("%(count)s hour ago", "%(count)s hours ago", hours) % {"count": hours}


@register.filter
def visit_status(status: str) -> str:
    """The words for a stored status, as history rows keep it."""
    try:
        return str(AppointmentStatus(status).label)
    except ValueError:
        return status


@register.filter
def referral_status(status: str) -> str:
    """As visit_status, for referrals."""
    try:
        return str(ReferralStatus(status).label)
    except ValueError:
        return status


@register.inclusion_tag("scheduling/parts/referrals_to_book.html")
def referrals_to_book(user: User) -> dict[str, Any]:
    """What a patient's doctors asked for and nobody has booked yet; nothing for others."""
    return {"referrals": list(waiting_for(user)) if user.is_patient else []}


@register.inclusion_tag("scheduling/parts/waiting_panel.html")
def waiting_panel(user: User) -> dict[str, Any]:
    """What a patient waits for, open offers first; nothing for others."""
    entries = list(waiting_queries.active_of(user)) if user.is_patient else []
    return {"cards": waiting_queries.cards_of(entries), "user": user}


@register.inclusion_tag("scheduling/parts/record_referrals.html")
def record_referrals(reader: User, patient: User) -> dict[str, Any]:
    """The newest referrals of a patient whose record `reader` may open."""
    return {"patient": patient, "referrals": list(of_patient(reader, patient)[:SHOWN_ON_RECORD])}


@register.inclusion_tag("scheduling/parts/visit_ties.html")
def visit_ties(reader: User, appointment: Appointment) -> dict[str, Any]:
    """What the visit follows, what follows from it, and its series, as far as `reader` may see them."""
    seen = appointments_visible_to(reader)
    return {
        "appointment": appointment,
        "before": seen.filter(pk=appointment.follow_up_of_id).first()
        if appointment.follow_up_of_id
        else None,
        "after": seen.filter(follow_up_of=appointment, status__in=UPCOMING).order_by("starts_at").first(),
        "can_plan": can_plan_next(reader, appointment),
        "can_ask": can_ask(reader, appointment.patient),
    }
