"""Telling people of lab reports. No word of what a report says leaves the portal, nor whose it is."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse

from accounts.models import User
from messaging.domain import notifications
from records.models import CriticalAlert, LabReport


def final(report: LabReport) -> None:
    notifications.notify(
        report.doctor, occasion="lab.final.doctor", url=_page(report), key=f"lab:{report.pk}:final"
    )


def released(report: LabReport, *, corrects: bool) -> None:
    """The patient; `corrects`: it takes the place of one that they could read."""
    key = f"lab:{report.pk}:released"
    if corrects:
        notifications.notify(report.patient, occasion="lab.corrected", url=_page(report), key=key)
    else:
        notifications.notify(report.patient, occasion="lab.released", url=_page(report), key=key)


def critical(alert: CriticalAlert, people: Iterable[User], *, due: datetime) -> None:
    """`due`: the step of the escalation that this is, so that each is told once of each step."""
    key = f"lab-alert:{alert.pk}:{due.timestamp():.0f}"
    for person in people:
        if person.is_management:
            url = reverse("lab_alerts")
            notifications.notify(person, occasion="lab.critical.management", url=url, key=key)
        elif person.pk == alert.report.doctor_id:
            notifications.notify(person, occasion="lab.critical", url=_page(alert.report), key=key)
        else:
            notifications.notify(person, occasion="lab.critical.team", url=_page(alert.report), key=key)


def _page(report: LabReport) -> str:
    return reverse("lab_report", args=[report.pk])
