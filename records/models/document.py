"""Files of a patient's record, and the record as one file."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.core.models import BaseModel
from records.enums import DocumentCategory, ExportFormat, ExportState

from .fact import ClinicalFact


class Document(ClinicalFact):
    """FHIR DocumentReference. `content_type` is read from the content. What the clinic puts in is the patient's to see
    from `released_at` on; what they bring themselves at once. After `keep_until` retention may remove the file, the row
    stays."""

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
    keep_until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-dated_on", "-created_at"]
        indexes = [models.Index(fields=["patient", "-dated_on"], name="document_patient_time")]
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


class UploadSession(BaseModel):
    """A large file that comes in parts over a poor line: `received` bytes so far, in a file of its own until it is
    whole. Left alone it is swept away after a day."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    patient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=140)
    size = models.PositiveBigIntegerField()
    received = models.PositiveBigIntegerField(default=0)
    path = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(received__lte=models.F("size")), name="upload_session_within_size"
            )
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
    file = models.FileField(upload_to="exports/", blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    # In the reader's words, when it could not be made.
    failure = models.CharField(max_length=240, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.format} {self.created_at:%Y-%m-%d}"
