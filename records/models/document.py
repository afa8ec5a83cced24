"""Files of a patient's record, and the record as one file."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.core.models import BaseModel
from records.enums import DocumentCategory, ExportFormat, ExportState

from .fact import ClinicalFact


class Document(ClinicalFact):
    """FHIR DocumentReference. `content_type` is read from the content. What the clinic puts in is the patient's to see
    from `released_at` on; what they bring themselves at once. After `keep_until` retention removes the file, unless it
    is held; the row stays."""

    category = models.CharField(_("kind"), max_length=12, choices=DocumentCategory)
    title = models.CharField(_("title"), max_length=140)
    dated_on = models.DateField(_("date of the document"))
    file = models.FileField(upload_to="documents/", blank=True)
    preview = models.ImageField(upload_to="documents/", blank=True)
    content_type = models.CharField(max_length=80)
    name = models.CharField(max_length=140)
    size = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)
    released_at = models.DateTimeField(null=True, blank=True)
    # Of a PDF, once its preview was made.
    pages = models.PositiveIntegerField(null=True, blank=True)
    keep_until = models.DateField(null=True, blank=True)
    # Held (a court, a complaint): kept beyond its time until somebody lifts it.
    held_at = models.DateTimeField(null=True, blank=True)
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    hold_reason = models.CharField(_("why it is held"), max_length=240, blank=True)
    # When the patient was told that its time is nearly over, and when the file went.
    removal_told_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-dated_on", "-created_at"]
        indexes = [
            models.Index(fields=["patient", "-dated_on"], name="document_patient_time"),
            models.Index(
                fields=["keep_until"], condition=models.Q(removed_at__isnull=True), name="document_keep_until"
            ),
        ]
        constraints = [
            # The same file of the same person once, while it counts.
            models.UniqueConstraint(
                fields=["patient", "digest"],
                condition=models.Q(voided_at__isnull=True),
                name="document_once",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_picture(self) -> bool:
        return self.content_type.startswith("image/")

    @property
    def is_pdf(self) -> bool:
        return self.content_type == "application/pdf"


class UploadSession(BaseModel):
    """A large file that comes in parts over a poor line: `received` bytes so far, in a file of its own until it is
    whole. Left alone it is swept away after a day. With an `imaging_report` it is pictures for that one; otherwise the
    other fields are those of the document it becomes."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    patient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=140)
    size = models.PositiveBigIntegerField()
    received = models.PositiveBigIntegerField(default=0)
    path = models.CharField(max_length=200)
    # Of the beginning and end of the file, by which the browser knows it again after a reload.
    fingerprint = models.CharField(max_length=64, default="")
    category = models.CharField(
        _("kind"), max_length=12, choices=DocumentCategory, default=DocumentCategory.OTHER
    )
    title = models.CharField(_("title"), max_length=140, blank=True)
    dated_on = models.DateField(_("date of the document"), default=timezone.localdate)
    is_released = models.BooleanField(_("the patient may see it"), default=True)
    imaging_report = models.ForeignKey(
        "records.ImagingReport", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "patient", "fingerprint", "size"],
                condition=models.Q(imaging_report__isnull=True),
                name="upload_session_once",
            ),
            models.UniqueConstraint(
                fields=["owner", "imaging_report", "fingerprint", "size"],
                name="upload_session_of_pictures_once",
            ),
            models.CheckConstraint(
                condition=models.Q(received__lte=models.F("size")), name="upload_session_within_size"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RecordExport(BaseModel):
    """A patient's whole record as PDF or FHIR R4 bundle, made by a task and there for a day."""

    patient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="record_exports"
    )
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    format = models.CharField(max_length=4, choices=ExportFormat)
    state = models.CharField(max_length=8, choices=ExportState, default=ExportState.WAITING)
    # In percent. One worker at a time makes it, and each of its writes asks for its own `run`; `beat_at` is its last
    # sign of life.
    done = models.PositiveSmallIntegerField(default=0)
    run = models.UUIDField(null=True, blank=True, editable=False)
    beat_at = models.DateTimeField(null=True, blank=True, editable=False)
    file = models.FileField(upload_to="record-exports/", blank=True)
    size = models.PositiveBigIntegerField(default=0)
    expires_at = models.DateTimeField(null=True, blank=True)
    # In the reader's words, when it could not be made.
    failure = models.CharField(max_length=240, blank=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["state", "expires_at"], name="record_export_end")]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "asked_by", "format"],
                condition=models.Q(state=ExportState.WAITING),
                name="record_export_once_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.format} {self.created_at:%Y-%m-%d}"

    @property
    def is_there(self) -> bool:
        """The file can be downloaded now."""
        return (
            self.state == ExportState.READY
            and self.expires_at is not None
            and self.expires_at > timezone.now()
        )
