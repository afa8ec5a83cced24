"""One radiologist at a time: a scan that somebody has begun to read is theirs as long as they go on writing."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from clinic.core.errors import Conflict, InvalidTransition
from records import imaging_rules
from records.enums import ImagingStatus
from records.imaging_events import imaging_changed
from records.models import ImagingReport

from .locking import locked_for_reader

# A claim ends so long after the last saving.
HOLDS = timedelta(minutes=30)


class Claimed(Conflict):
    """409: another radiologist is writing this report; `reader` is their name, `until` when it is free again."""

    code = "claimed"


def claim(report_id: UUID, *, reader: User) -> ImagingReport:
    """The report is `reader`'s to write, until 30 minutes after their last saving; once more: from now on anew.

    Raises NotAllowed, InvalidTransition when there is nothing to write, and Claimed.
    """
    with transaction.atomic():
        report = locked_for_reader(report_id, reader)
        take(report, reader)
    return report


def let_go(report_id: UUID, *, reader: User) -> ImagingReport:
    """Anybody may write it now. One that is not `reader`'s stays as it is. Raises NotAllowed."""
    with transaction.atomic():
        report = locked_for_reader(report_id, reader)
        if report.reader_id == reader.pk:
            report.reader = report.reading_until = None
            report.save(update_fields=["reader", "reading_until", "updated_at"])
            imaging_changed(report)
    return report


def take(report: ImagingReport, reader: User) -> None:
    """The locked report is `reader`'s for the next 30 minutes. Raises InvalidTransition and Claimed."""
    if report.status != ImagingStatus.ACQUIRED:
        raise InvalidTransition(
            _("This report can't be written now: look at it again."), extra={"status": str(report.status)}
        )
    refuse_held(report, reader)
    is_new = report.reader_id != reader.pk
    report.reader, report.reading_until = reader, timezone.now() + HOLDS
    report.save(update_fields=["reader", "reading_until", "updated_at"])
    if is_new:
        trail.record(
            ActivityVerb.IMAGING_REPORT_CHANGED,
            actor=reader,
            target=report,
            patient=report.patient_id,
            changed=["reader"],
        )
        imaging_changed(report)


def refuse_held(report: ImagingReport, reader: User) -> None:
    """Raises Claimed."""
    other, until = report.reader, report.reading_until
    if other is not None and until is not None and imaging_rules.is_held_by_another(reader, report):
        raise Claimed(
            _("%(name)s is writing this report at the moment.") % {"name": other.name},
            extra={"reader": other.name, "until": until.isoformat()},
        )
