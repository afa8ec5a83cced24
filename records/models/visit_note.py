"""What the doctor writes about a visit."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.core.models import BaseModel
from clinic.core.status import StatusChange, StatusModel
from records.enums import NOTE_TRANSITIONS, NoteStatus


class VisitNote(StatusModel, BaseModel):
    """One per appointment. `version` goes up with each save, so that two tabs can't overwrite each other
    unseen. Once final it does not change."""

    TRANSITIONS = NOTE_TRANSITIONS

    appointment = models.OneToOneField(
        "scheduling.Appointment", on_delete=models.PROTECT, related_name="visit_note"
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("note"), max_length=20000, blank=True)
    version = models.PositiveIntegerField(default=0)
    status = models.CharField(max_length=12, choices=NoteStatus, default=NoteStatus.PRELIMINARY)
    signed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return str(self.pk)


class VisitNoteStatusChange(StatusChange):
    note = models.ForeignKey(VisitNote, on_delete=models.CASCADE, related_name="history")
