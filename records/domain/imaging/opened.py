"""Who has looked at a report, and when: a line in the activity trail each time."""

from collections.abc import Sequence

from django.db.models import QuerySet

from accounts.enums import ActivityVerb
from accounts.models import Activity, User
from records.domain.reading import note
from records.models import ImagingReport

VIEWED, DOWNLOADED = "viewed", "downloaded"
_VERBS = {
    VIEWED: ActivityVerb.IMAGING_REPORT_READ,
    DOWNLOADED: ActivityVerb.IMAGING_REPORT_DOWNLOADED,
}


def note_opening(report: ImagingReport, *, actor: User, how: str, by_itself: bool = False) -> None:
    """`how`: viewed or downloaded; `by_itself`: an open page fetched itself again (records.domain.reading.note)."""
    note(_VERBS[how], [(report, report.patient_id)], reader=actor, by_itself=by_itself)


def note_openings(reports: Sequence[ImagingReport], *, actor: User, by_itself: bool = False) -> None:
    """Somebody was shown all of these at once."""
    about = [(report, report.patient_id) for report in reports]
    note(ActivityVerb.IMAGING_REPORT_READ, about, reader=actor, by_itself=by_itself)


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
