"""How the queue speaks of waiting."""

from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from scheduling.domain import requests
from scheduling.domain.waits import Basis, Pace, Span
from scheduling.models import Appointment

register = template.Library()

# Longer waits are said in hours.
HOURS_FROM = 100


@register.filter
def spoken_wait(span: Span | None) -> str:
    """`up to 15 minutes`, `20 to 45 minutes`, `1:10 to 2:30 hours`."""
    if span is None:
        return ""
    soonest, latest = round(span.soonest), round(span.latest)
    if latest == 0:
        return _("any moment")
    if latest >= HOURS_FROM:
        return _("%(soonest)s to %(latest)s hours") % {"soonest": _clock(soonest), "latest": _clock(latest)}
    if soonest == 0:
        return ngettext("up to %(count)s minute", "up to %(count)s minutes", latest) % {"count": latest}
    if soonest == latest:
        return ngettext("about %(count)s minute", "about %(count)s minutes", latest) % {"count": latest}
    return _("%(soonest)s to %(latest)s minutes") % {"soonest": soonest, "latest": latest}


def _clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02}"


@register.filter
def spoken_basis(pace: Pace | None) -> str:
    """What an estimate rests on, in one sentence."""
    if pace is None:
        return ""
    if pace.basis == Basis.DOCTOR:
        return _("From how long the doctor's last %(count)s visits of this kind took.") % {
            "count": len(pace.taken)
        }
    if pace.basis == Basis.SERVICE:
        return _("From how long the last %(count)s visits of this kind at the clinic took.") % {
            "count": len(pace.taken)
        }
    return _("From the planned length of the visits: too few have been measured yet.")


@register.filter
def minutes_since(moment: Any) -> int:
    return max(0, int((timezone.now() - moment).total_seconds() // 60)) if moment else 0


@register.filter
def initials(person: User) -> str:
    """`A. G.`: all that a public screen shows of a name."""
    return " ".join(f"{name[0]}." for name in (person.first_name, person.last_name) if name)


@register.inclusion_tag("scheduling/parts/requests.html", takes_context=True)
def visit_requests(context: dict[str, Any], doctor: User, live: bool = False) -> dict[str, Any]:
    """What waits for this doctor's own yes or no; nothing for a doctor who leaves that to the clinic. `live`: where
    nothing around it is drawn anew when visits change."""
    request = context["request"]
    found: list[Appointment] = list(requests.waiting_for(doctor.pk))
    return {
        "requests": found,
        "request": request,
        "user": context["user"],
        "csrf_token": context.get("csrf_token"),
        "back": request.get_full_path(),
        "live": live,
    }
