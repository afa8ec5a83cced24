"""When something takes place: by the clinic's clock, and by the reader's beside it where the two differ.

    {% load zones %}{% when appointment.starts_at %}           Wed 25 Nov 2026, 10:00 clinic time · 05:15 your time
    {% when appointment.starts_at "l, j F Y, H:i" %}          as Django's date filter writes it
    {{ visit.starts_at|date:"H:i" }}–… {% beside visit.starts_at %}   behind a time that is written otherwise
    <a …>{{ time.starts_at|date:"H:i" }}{% own_clock time.starts_at %}</a>   where there is little room

Whose zone is not known on the server (visitors) gets the second time from js/zones.js.
"""

from datetime import datetime
from typing import Any

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _

from clinic.core import zones

register = template.Library()


def zone_of(context: dict[str, Any]) -> str:
    return getattr(context.get("user"), "time_zone", "")


@register.simple_tag(takes_context=True)
def when(context: dict[str, Any], moment: datetime | None, written: str = "D j M Y, H:i") -> str:
    """A <time> of the clinic, with the reader's own time behind it."""
    if moment is None:
        return ""
    at_the_clinic = zones.clinic_time(moment)
    text = date_format(at_the_clinic, written)
    own = beside(context, moment)
    return format_html(
        '<time datetime="{}">{}</time>{}{}', at_the_clinic.isoformat(), text, " " if own else "", own
    )


@register.simple_tag(takes_context=True)
def beside(context: dict[str, Any], moment: datetime) -> str:
    """What stands behind the clinic's time where the reader's differs: `clinic time · 05:15 your time`."""
    zone = zone_of(context)
    if not zone:
        stamp = zones.clinic_time(moment).isoformat()
        return format_html('<span class="own-time" data-own-time="{}" hidden></span>', stamp)
    own = zones.own_time(moment, zone)
    if own is None:
        return ""
    return format_html(
        '<span class="own-time">{} · <time datetime="{}">{}</time></span>',
        _("clinic time"),
        own.isoformat(),
        _("%(time)s your time") % {"time": zones.own_clock(moment, own)},
    )


@register.simple_tag(takes_context=True)
def own_clock(context: dict[str, Any], moment: datetime) -> str:
    """Only the reader's time, small, where it differs; the clinic's stands before it already."""
    zone = zone_of(context)
    if not zone:
        return format_html(
            '<span class="own-clock" data-own-clock="{}" hidden></span>',
            zones.clinic_time(moment).isoformat(),
        )
    own = zones.own_time(moment, zone)
    if own is None:
        return ""
    return format_html(
        '<span class="own-clock"><span class="sr-only">, {}</span><span aria-hidden="true">{}</span></span>',
        _("%(time)s your time") % {"time": zones.own_clock(moment, own)},
        zones.own_clock(moment, own, brief=True),
    )


@register.simple_tag
def own_clock_of(moment: datetime, person: Any) -> str:
    """For staff: what the person's own clock shows then, where it differs."""
    own = zones.own_time(moment, person.time_zone)
    if own is None:
        return ""
    words = _("%(time)s for the patient") % {"time": zones.own_clock(moment, own)}
    return format_html('<span class="own-time block">{}</span>', words)


@register.simple_tag(takes_context=True)
def own_zone_note(context: dict[str, Any], moment: datetime) -> str:
    """What the small times are: `Below it in small: your time (Berlin).` Empty where the clocks agree."""
    zone = zone_of(context)
    words = _("Below it in small: your time (%(zone)s).")
    if not zone:
        return format_html('<span data-own-zone="{}" hidden></span>', words)
    return words % {"zone": zones.place(zone)} if zones.own_time(moment, zone) else ""
