"""What the grid of a calendar draws (EventCalendar's plain objects). Times carry no offset: they are the clinic's
wall clock wherever the browser is."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from scheduling import rules
from scheduling.domain import agenda, backdrop
from scheduling.domain.backdrop import Patch
from scheduling.enums import AppointmentStatus
from scheduling.forms.agenda import VisitFilter, day_of
from scheduling.models import Appointment, WaitingOffer
from scheduling.views.guards import person, shown_doctors, staff_calendar

Event = dict[str, Any]

# More visits of several doctors than these are a wall, not a week: they are told in numbers, as in a month.
MAX_DRAWN = 500
WAITS = (AppointmentStatus.PENDING_PAYMENT, AppointmentStatus.PENDING_CONFIRMATION)


@staff_calendar
@never_cache
@require_safe
def events(request: HttpRequest) -> JsonResponse:
    """`?start= &end=` (the end excluded, agenda.MAX_DAYS days at most) `&view=` and filters -> what stands there.

    A month of several doctors, and a very full week, is told in numbers. Doctors' hours are told where they can
    be drawn: for one doctor, or in a day's columns. A constant number of queries.
    """
    first, after = day_of(request.GET.get("start")), day_of(request.GET.get("end"))
    if first is None or after is None or not timedelta(0) < after - first <= timedelta(days=agenda.MAX_DAYS):
        detail = _("start and end are days; the end comes after the start, %(days)s days at most.")
        body = {"code": "invalid", "detail": detail % {"days": agenda.MAX_DAYS}, "fields": {}}
        return JsonResponse(body, status=400)
    user, view = person(request), request.GET.get("view", "")
    filters = VisitFilter(request.GET, user=user)
    doctors = shown_doctors(request, filters)
    several = len(doctors) > 1
    wanted = filters.cleaned_data.get("status", "")
    visits = filters.narrow(agenda.visits(user, first, after, with_status=wanted))
    in_numbers = several and (view == "month" or (view == "week" and visits.order_by().count() > MAX_DRAWN))
    if in_numbers:
        drawn = _numbers(visits) + _bars(backdrop.closures(doctors, first, after), doctors)
    else:
        visits = visits.prefetch_related(None)
        drawn = [visit_event(user, visit, name_doctor=several) for visit in visits]
        drawn += [_offer(user, offer) for offer in agenda.offers([d.pk for d in doctors], first, after)]
        in_hours = view == "day" or (view != "month" and not several)
        drawn += (
            _behind(backdrop.patches(doctors, first, after), doctors)
            if in_hours
            else _bars(backdrop.closures(doctors, first, after), doctors)
        )
    return JsonResponse(drawn, safe=False)


def visit_event(viewer: User, visit: Appointment, *, name_doctor: bool) -> Event:
    status, mode = visit.get_status_display(), visit.get_mode_display()
    notes = notes_on(visit)
    doctor = visit.doctor.name if name_doctor else ""
    starts, ends = timezone.localtime(visit.starts_at), timezone.localtime(visit.ends_at)
    what = ", ".join(filter(None, [visit.patient.name, doctor, visit.service.name, mode]))
    return {
        "id": str(visit.pk),
        "start": _wall_clock(visit.starts_at),
        "end": _wall_clock(visit.ends_at),
        "resourceIds": [str(visit.doctor_id)],
        "title": visit.patient.name,
        "startEditable": rules.can_reschedule(viewer, visit),
        "classNames": ["visit", f"visit-{visit.status}", *(["visit-noted"] if notes else [])],
        "extendedProps": {
            "kind": "visit",
            "status": status,
            "mode": mode,
            "service": visit.service.name,
            "doctor": doctor,
            "notes": notes,
            "seen": visit.sequence,
            "label": f"{starts:%H:%M}–{ends:%H:%M} {what}: {'. '.join([status, *notes])}",
            "url": reverse("calendar_visit", args=[visit.pk]),
            "move": reverse("calendar_move", args=[visit.pk]),
        },
    }


def notes_on(visit: Appointment) -> list[str]:
    """What is out of the ordinary about a visit, in words for staff."""
    notes = []
    if visit.overbooking_reason:
        notes.append(_("Overbooked"))
    if visit.displaced_at:
        notes.append(_("Needs a new time"))
    return notes


def _offer(viewer: User, offer: WaitingOffer) -> Event:
    until = time_format(timezone.localtime(offer.expires_at), "H:i")
    words = _("Held for the waiting list until %(time)s") % {"time": until}
    whom = offer.entry.patient.name if viewer.is_management else ""
    return {
        "id": f"offer-{offer.pk}",
        "start": _wall_clock(offer.starts_at),
        "end": _wall_clock(offer.ends_at),
        "resourceIds": [str(offer.doctor_id)],
        "title": words,
        "startEditable": False,
        "classNames": ["visit", "visit-offer"],
        "extendedProps": {
            "kind": "offer",
            "status": whom,
            "label": f"{words} {whom}".strip(),
            "until": offer.expires_at.isoformat(),
            "url": reverse("waiting_list") if viewer.is_management else "",
        },
    }


def _numbers(visits: Any) -> list[Event]:
    drawn = []
    for day, by_status in agenda.by_day(visits).items():
        total, waits = sum(by_status.values()), sum(by_status.get(status, 0) for status in WAITS)
        words = ngettext("%(count)s visit", "%(count)s visits", total) % {"count": total}
        drawn.append(_bar(day, "number", words, []))
        if waits:
            drawn.append(_bar(day, "waits", _("%(count)s to confirm or pay") % {"count": waits}, []))
    return drawn


def _bars(closures: Iterable[Patch], doctors: Sequence[User]) -> list[Event]:
    """Holidays and absences as lines of their days, where there are no hours to draw."""
    names = {doctor.pk: doctor.name for doctor in doctors}
    return [
        _bar(
            patch.day, patch.kind, _closed(patch, names if len(doctors) > 1 else {}), _columns(patch, doctors)
        )
        for patch in closures
    ]


def _behind(patches: Iterable[Patch], doctors: Sequence[User]) -> list[Event]:
    """Hours, breaks and absences behind the visits; absences are also said in the line above the day, where no visit
    can hide the words."""
    drawn = []
    for patch in patches:
        columns = _columns(patch, doctors)
        if patch.kind in ("holiday", "off"):
            drawn.append(_bar(patch.day, patch.kind, _closed(patch, {}), columns))
        words = {"break": _("Break"), "opening": _("Extra hours")}
        said = ". ".join(filter(None, [words.get(patch.kind, ""), patch.words]))
        start = f"{patch.starts:%H:%M}" if patch.starts else "00:00"
        end = (
            f"{patch.day}T{patch.ends:%H:%M}:00"
            if patch.ends
            else f"{patch.day + timedelta(days=1)}T00:00:00"
        )
        drawn.append(
            {
                "id": f"{patch.kind}-{patch.doctor_id}-{patch.day}-{start}",
                "start": f"{patch.day}T{start}:00",
                "end": end,
                "resourceIds": columns,
                "title": "" if patch.kind in ("holiday", "off") else said,
                "display": "background",
                "classNames": [f"calendar-{patch.kind}"],
                "extendedProps": {"kind": patch.kind},
            }
        )
    return drawn


def _closed(patch: Patch, names: dict[Any, str]) -> str:
    """ "Holiday: Dashain", "Dr. Sita Sharma away, 14:00–15:00: dentist"."""
    if patch.kind == "holiday":
        return _("Holiday: %(name)s") % {"name": patch.words}
    name = names.get(patch.doctor_id, "")
    away = (
        _("%(name)s away") % {"name": name} if name else _("Day off") if patch.starts is None else _("Away")
    )
    hours = f"{patch.starts:%H:%M}–{patch.ends:%H:%M}" if patch.starts and patch.ends else ""
    said = ", ".join(filter(None, [away, hours]))
    return f"{said}: {patch.words}" if patch.words else said


def _columns(patch: Patch, doctors: Sequence[User]) -> list[str]:
    return [str(patch.doctor_id)] if patch.doctor_id else [str(doctor.pk) for doctor in doctors]


def _bar(day: date, kind: str, words: str, columns: list[str]) -> Event:
    return {
        "id": f"{kind}-bar-{day}-{'-'.join(columns[:1])}-{words}",
        "start": f"{day}T00:00:00",
        "end": f"{day + timedelta(days=1)}T00:00:00",
        "allDay": True,
        "resourceIds": columns,
        "title": words,
        "startEditable": False,
        "classNames": ["calendar-bar", f"calendar-bar-{kind}"],
        "extendedProps": {"kind": kind, "label": words, "day": str(day)},
    }


def _wall_clock(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%dT%H:%M:%S}"
