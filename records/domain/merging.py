"""Two accounts of one patient become one: their records too."""

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from records.domain import reminders
from records.domain.fact_values import KINDS
from records.enums import ExportState
from records.models import (
    Document,
    Explanation,
    ImagingReport,
    LabReport,
    Prescription,
    RecordExport,
    RecordRequest,
)
from records.models.dose_reminder import DoseReminder


def move(kept: User, merged: User, *, actor: User) -> None:
    """Give `kept` every entry, prescription, report, request and document of `merged`, in the transaction of the merge.

    Who wrote what stays as it was. Finished exports go along for the rest of their day; one that is being made fails,
    and half-sent files are swept away after a day. Of a file that both have, the merged one's is voided. What both
    records say stays there twice, for a doctor to tell apart.
    """
    for model in (*(kind.model for kind in KINDS.values()), LabReport, ImagingReport, RecordRequest):
        model.objects.filter(patient=merged).update(patient=kept)
    have = Document.objects.filter(patient=kept, voided_at=None).values("digest")
    Document.objects.filter(patient=merged, voided_at=None, digest__in=have).update(
        voided_at=timezone.now(), voided_by=actor, void_reason=_("The record has this file already.")
    )
    Document.objects.filter(patient=merged).update(patient=kept)
    exports = RecordExport.objects.filter(patient=merged).exclude(state=ExportState.WAITING)
    exports.filter(asked_by=merged).update(asked_by=kept)
    exports.update(patient=kept)
    Explanation.objects.filter(asked_by=merged).update(asked_by=kept)
    Explanation.objects.filter(patient=merged).update(patient=kept)
    DoseReminder.objects.filter(patient=merged).delete()
    if Prescription.objects.filter(patient=merged).update(patient=kept):
        reminders.plan(kept)
