"""Who has looked at a report, and when: a line in the activity trail each time."""

from collections.abc import Sequence

from django.db.models import QuerySet

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import Activity, User
from records.models import ImagingReport

VIEWED, DOWNLOADED = "viewed", "downloaded"
_VERBS = {
    VIEWED: ActivityVerb.IMAGING_REPORT_READ,
    DOWNLOADED: ActivityVerb.IMAGING_REPORT_DOWNLOADED,
}


def note_opening(report: ImagingReport, *, actor: User, how: str) -> None:
    """`how`: viewed or downloaded."""
    trail.record(_VERBS[how], actor=actor, target=report, patient=report.patient_id)


def note_openings(reports: Sequence[ImagingReport], *, actor: User) -> None:
    """Somebody was shown all of these at once."""
    about = [(report, report.patient_id) for report in reports]
    trail.record_each(ActivityVerb.IMAGING_REPORT_READ, actor=actor, about=about)


def openings(report: ImagingReport) -> QuerySet[Activity]:
    """Each view and download of this report, the latest first, with who it was."""
    return (
        Activity.objects.filter(
            target_type=ImagingReport._meta.label_lower,
            target_id=str(report.pk),
            verb__in=[*_VERBS.values(), ActivityVerb.PICTURES_OPENED],
        )
        .select_related("actor")
        .order_by("-id")
    )
