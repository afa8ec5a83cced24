"""Visits as iCalendar (RFC 5545), for calendar programs.

Calendars are shared, synchronised and shown on lock screens, so an event says as little as it can: to patients the
clinic and the doctor, to staff the doctor or nobody; never a service, a reason or a patient. Whoever needs more opens
the visit's page by its link.

Times are UTC: a visit happens once, so a rule for daylight saving (VTIMEZONE) would add nothing. The UID is the
visit's own id, the same in mails, downloads and feeds; SEQUENCE is the visit's.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vCalAddress, vText

from accounts.enums import Mode
from accounts.models import User
from clinic.core.links import absolute
from clinic.core.mail import Attachment
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment

_S = AppointmentStatus

CONTENT_TYPE = "text/calendar"
FILE_NAME = "visit.ics"
# How often a calendar program is asked to look again.
REFRESH = timedelta(hours=1)
Link = Callable[[str], str]

_TENTATIVE = frozenset({_S.PENDING_PAYMENT, _S.PENDING_CONFIRMATION})
GONE = frozenset({_S.CANCELLED, _S.DECLINED, _S.EXPIRED})


def calendar(visits: Iterable[Appointment], reader: User, *, link: Link = absolute) -> bytes:
    """The visits as one calendar in the reader's language. `link` turns a path of the portal into a whole address;
    where it gives "" the events have none."""
    with translation.override(reader.language):
        book = _calendar("PUBLISH")
        name = _("Visits at %(clinic)s") % {"clinic": settings.CLINIC_NAME}
        book.add("name", name)
        book.add("x-wr-calname", name)
        book.add("refresh-interval", REFRESH, {"VALUE": "DURATION"})
        book.add("x-published-ttl", "PT1H")
        for visit in visits:
            book.add_component(_event(visit, reader, link))
        return bytes(book.to_ical())


def file(visit: Appointment, reader: User, *, link: Link = absolute) -> bytes:
    """One visit to be opened by hand. PUBLISH: the program just keeps it and asks nobody for an answer."""
    with translation.override(reader.language):
        book = _calendar("PUBLISH")
        book.add_component(_event(visit, reader, link))
        return bytes(book.to_ical())


def invitation(visit: Appointment, reader: User) -> bytes:
    """One visit as mail programs take it up by themselves: REQUEST for a new or changed one, CANCEL for one that is
    off, or that now has another doctor than `reader`.

    Gmail and Outlook put a REQUEST into the calendar, move it with a higher SEQUENCE and take it out at CANCEL; a
    PUBLISH they show as a file that nothing updates. A REQUEST brings Yes and No with it, and an answer would reach
    nobody: so it counts as accepted, asks for no reply, and says where to move or cancel.
    """
    gone = _is_gone_for(visit, reader)
    with translation.override(reader.language):
        book = _calendar("CANCEL" if gone else "REQUEST")
        advice = _(
            "Answering this entry changes nothing. To move or cancel the visit, open it in the portal."
        )
        event = _event(visit, reader, absolute, stamp=timezone.now(), gone=gone, advice=advice)
        name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
        event.add("organizer", _person(settings.CLINIC_NAME or name, address))
        attendee = _person(reader.name, reader.email)
        attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
        attendee.params["PARTSTAT"] = vText("ACCEPTED")
        attendee.params["RSVP"] = vText("FALSE")
        event.add("attendee", attendee, encode=False)
        book.add_component(event)
        return bytes(book.to_ical())


def attachment(visit: Appointment, reader: User) -> Attachment:
    """The invitation for clinic.core.mail."""
    method = "CANCEL" if _is_gone_for(visit, reader) else "REQUEST"
    return FILE_NAME, f"{CONTENT_TYPE}; method={method}", invitation(visit, reader)


def _is_gone_for(visit: Appointment, reader: User) -> bool:
    return visit.status in GONE or reader.pk not in (visit.patient_id, visit.doctor_id)


def _calendar(method: str) -> Calendar:
    book = Calendar()
    book.add("version", "2.0")
    book.add("prodid", "-//Clinic portal//Visits//EN")
    book.add("calscale", "GREGORIAN")
    book.add("method", method)
    return book


def _event(
    visit: Appointment,
    reader: User,
    link: Link,
    *,
    stamp: datetime | None = None,
    gone: bool = False,
    advice: str = "",
) -> Event:
    gone = gone or visit.status in GONE
    event = Event()
    event.add("uid", str(visit.pk))
    event.add("sequence", visit.sequence)
    # In a published calendar DTSTAMP is when the event last changed (RFC 5545, 3.8.7.2).
    event.add("dtstamp", _utc(stamp or visit.updated_at))
    event.add("created", _utc(visit.created_at))
    event.add("last-modified", _utc(visit.updated_at))
    event.add("dtstart", _utc(visit.starts_at))
    event.add("dtend", _utc(visit.ends_at))
    event.add("summary", _title(visit, reader))
    event.add("location", _("Video") if visit.mode == Mode.VIDEO else settings.CLINIC_NAME)
    event.add("status", "CANCELLED" if gone else _status(visit))
    event.add("transp", "TRANSPARENT" if gone else "OPAQUE")
    event.add("class", "PRIVATE")
    address = link(reverse("appointment", args=[visit.pk]))
    advice = advice or _("To move or cancel the visit, open it in the portal.")
    event.add("description", f"{advice}\n{address}".strip())
    if address:
        event.add("url", address)
    return event


def _status(visit: Appointment) -> str:
    """A visit that the clinic can't keep at its time is no longer certain."""
    return "TENTATIVE" if visit.status in _TENTATIVE or visit.displaced_at else "CONFIRMED"


def _title(visit: Appointment, reader: User) -> str:
    if reader.pk == visit.patient_id:
        return _("Visit at %(clinic)s with %(doctor)s") % {
            "clinic": settings.CLINIC_NAME,
            "doctor": visit.doctor.name,
        }
    title = _("Video visit") if visit.mode == Mode.VIDEO else _("Visit at the clinic")
    return title if reader.pk == visit.doctor_id else f"{title} · {visit.doctor.name}"


def _person(name: str, address: str) -> vCalAddress:
    person = vCalAddress(f"mailto:{address}")
    person.params["CN"] = vText(name)
    return person


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)
