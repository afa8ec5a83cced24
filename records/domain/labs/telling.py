"""Telling people of lab reports. No word of what a report says leaves the portal, nor whose it is."""

from django.urls import reverse

from messaging.domain import notifications
from records.models import LabReport


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


def _page(report: LabReport) -> str:
    return reverse("lab_report", args=[report.pk])
