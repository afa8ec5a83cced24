"""What the doctor writes about a visit."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.core.models import BaseModel
from clinic.core.status import StatusChange, StatusModel
from records.enums import NOTE_TRANSITIONS, NoteKind, NoteStatus


class VisitNote(StatusModel, BaseModel):
    """One per appointment. `version` goes up with each save, so that two tabs can't overwrite each other
    unseen. Once final it does not change; what comes after is an addendum. A structured note has four parts (SOAP)
    in place of `text`."""

    TRANSITIONS = NOTE_TRANSITIONS

    appointment = models.OneToOneField(
        "scheduling.Appointment", on_delete=models.PROTECT, related_name="visit_note"
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("form"), max_length=4, choices=NoteKind, default=NoteKind.FREE)
    text = models.TextField(_("note"), max_length=20000, blank=True)
    subjective = models.TextField(_("what the patient says"), max_length=20000, blank=True)
    objective = models.TextField(_("what was found"), max_length=20000, blank=True)
    assessment = models.TextField(_("assessment"), max_length=20000, blank=True)
    plan = models.TextField(_("plan"), max_length=20000, blank=True)
    version = models.PositiveIntegerField(default=0)
    status = models.CharField(max_length=12, choices=NoteStatus, default=NoteStatus.PRELIMINARY)
    signed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return str(self.pk)


class VisitNoteStatusChange(StatusChange):
    note = models.ForeignKey(VisitNote, on_delete=models.CASCADE, related_name="history")


class NoteVersion(BaseModel):
    """What a note said at one of its versions, kept at most one a minute while it is being written, and each signed
    one. `content` has the fields of VisitNote by name."""

    note = models.ForeignKey(VisitNote, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["note", "number"]
        constraints = [models.UniqueConstraint(fields=["note", "number"], name="note_version_once")]

    def __str__(self) -> str:
        return f"{self.note_id} {self.number}"


class NoteAddendum(BaseModel):
    """Added to a signed note; signed as it is written, and never changed."""

    note = models.ForeignKey(VisitNote, on_delete=models.CASCADE, related_name="addenda")
    text = models.TextField(_("addendum"), max_length=5000)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["created_at"]
        verbose_name_plural = "note addenda"

    def __str__(self) -> str:
        return str(self.note_id)


class NoteTemplate(BaseModel):
    """A note to begin from; without a doctor it is the clinic's. `content` has the fields of VisitNote by name."""

    doctor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="note_templates",
    )
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("form"), max_length=4, choices=NoteKind, default=NoteKind.FREE)
    content = models.JSONField(default=dict)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["doctor", "name"], name="note_template_name_once"),
            # NULL equals nothing, so the clinic's own need a constraint of theirs.
            models.UniqueConstraint(
                fields=["name"],
                condition=models.Q(doctor__isnull=True),
                name="note_template_clinic_name_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Phrase(BaseModel):
    """Words for a shortcut typed in a note (".bp"); without a doctor they are the clinic's. A doctor's own go before
    the clinic's of the same shortcut."""

    doctor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="phrases"
    )
    shortcut = models.CharField(_("shortcut"), max_length=24)
    text = models.CharField(_("text"), max_length=1000)

    class Meta:
        ordering = ["shortcut"]
        constraints = [
            models.UniqueConstraint(fields=["doctor", "shortcut"], name="phrase_shortcut_once"),
            models.UniqueConstraint(
                fields=["shortcut"],
                condition=models.Q(doctor__isnull=True),
                name="phrase_clinic_shortcut_once",
            ),
        ]

    def __str__(self) -> str:
        return self.shortcut
