"""Telling people of scans. No word of what a report says leaves the portal, nor whose it is."""

from collections.abc import Iterable

from django.urls import reverse

from accounts.models import User
from messaging.domain import notifications
from records.models import ImagingAddendum, ImagingReport
from scheduling.domain.queries import scan_readers


def urgent(report: ImagingReport) -> None:
    """Those who read such scans: an urgent one was done and waits for them."""
    for reader in scan_readers(report.service):
        notifications.notify(
            reader, occasion="imaging.urgent", url=_page(report), key=f"imaging:{report.pk}:acquired"
        )


def sent_back(report: ImagingReport, writer: User, *, number: int) -> None:
    """`number`: of the time that it is sent back."""
    key = f"imaging:{report.pk}:back:{number}"
    notifications.notify(writer, occasion="imaging.sent_back", url=_page(report), key=key)


def authorised(report: ImagingReport, *, actor: User) -> None:
    """Who asked for the scan, without a referral who did it: the patient sees nothing before it is released."""
    waits = report.referral.referrer if report.referral else _doctor(report)
    if waits is not None and waits.pk != actor.pk:
        key = f"imaging:{report.pk}:authorised"
        notifications.notify(waits, occasion="imaging.authorised", url=_page(report), key=key)


def released(report: ImagingReport) -> None:
    notifications.notify(
        report.patient,
        occasion="imaging.released",
        url=_page(report),
        key=f"imaging:{report.pk}:released",
    )


def added(addendum: ImagingAddendum) -> None:
    """The patient when they can read the report, and who asked for the scan."""
    report = addendum.report
    people = [report.referral.referrer] if report.referral else []
    if report.released_at is not None:
        people.append(report.patient)
    _each(people, report, but=addendum.author, key=f"imaging:{report.pk}:addendum:{addendum.pk}")


def _each(people: Iterable[User], report: ImagingReport, *, but: User, key: str) -> None:
    for person in people:
        if person.pk != but.pk:
            notifications.notify(person, occasion="imaging.addendum", url=_page(report), key=key)


def _doctor(report: ImagingReport) -> User | None:
    return report.appointment.doctor if report.appointment else None


def _page(report: ImagingReport) -> str:
    return reverse("imaging_report", args=[report.pk])
