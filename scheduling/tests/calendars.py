"""Reading iCalendar in tests."""

from typing import Any

from icalendar import Calendar


def events_of(content: bytes) -> list[Any]:
    """The events of a calendar that keeps to RFC 5545: lines end in CRLF and are at most 75 octets long."""
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert b"\n" not in content.replace(b"\r\n", b"")
    return list(Calendar.from_ical(content).walk("VEVENT"))
