"""Telling people of critical findings. No word of what was found leaves the portal, nor whose it is."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse

from accounts.models import User
from messaging.domain.notifications import notify
from records import critical_rules
from records.models import CriticalAlert


def critical(alert: CriticalAlert, people: Iterable[User], *, due: datetime) -> None:
    """`due`: the step of the escalation that this is, so that each is told once of each step."""
    key = f"critical:{alert.pk}:{due.timestamp():.0f}"
    url = reverse("critical_alert", args=[alert.pk])
    first = critical_rules.responsible(alert)
    is_scan, readers = alert.imaging_report_id is not None, critical_rules.readers(alert)
    for person in people:
        if person.is_management and is_scan:
            notify(person, occasion="imaging.critical.management", url=url, key=key)
        elif person.is_management:
            notify(person, occasion="lab.critical.management", url=url, key=key)
        elif is_scan and person.pk in readers:
            notify(person, occasion="imaging.critical.reader", url=url, key=key)
        elif is_scan and (first is None or person.pk == first.pk):
            notify(person, occasion="imaging.critical", url=url, key=key)
        elif is_scan:
            notify(person, occasion="imaging.critical.team", url=url, key=key)
        elif first is not None and person.pk == first.pk:
            notify(person, occasion="lab.critical", url=url, key=key)
        else:
            notify(person, occasion="lab.critical.team", url=url, key=key)
