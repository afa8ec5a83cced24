"""Telling people of critical findings. No word of what was found leaves the portal, nor whose it is."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.urls import reverse

from accounts.models import User
from messaging.domain.notifications import notify
from records.critical_rules import responsible
from records.models import CriticalAlert


def critical(alert: CriticalAlert, people: Iterable[User], *, due: datetime) -> None:
    """`due`: the step of the escalation that this is, so that each is told once of each step."""
    key = f"critical:{alert.pk}:{due.timestamp():.0f}"
    url = reverse("critical_alert", args=[alert.pk])
    first = responsible(alert)
    is_scan = alert.imaging_report_id is not None
    for person in people:
        if person.is_management and is_scan:
            notify(person, occasion="imaging.critical.management", url=url, key=key)
        elif person.is_management:
            notify(person, occasion="lab.critical.management", url=url, key=key)
        elif is_scan and person.pk in _readers(alert):
            notify(person, occasion="imaging.critical.reader", url=url, key=key)
        elif is_scan and (first is None or person.pk == first.pk):
            notify(person, occasion="imaging.critical", url=url, key=key)
        elif is_scan:
            notify(person, occasion="imaging.critical.team", url=url, key=key)
        elif first is not None and person.pk == first.pk:
            notify(person, occasion="lab.critical", url=url, key=key)
        else:
            notify(person, occasion="lab.critical.team", url=url, key=key)


def _readers(alert: CriticalAlert) -> set[UUID | None]:
    """Who read the scan, unless they are also who sent for it: then it is theirs to act on."""
    scan, first = alert.imaging_report, responsible(alert)
    assert scan is not None
    return {scan.reported_by_id, scan.authorised_by_id} - {None, first.pk if first else None}
