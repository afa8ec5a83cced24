"""Scans: the report's way from the order to the patient, its templates, and the pictures."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.core.models import BaseModel
from clinic.core.status import StatusChange, StatusModel
from records.enums import IMAGING_TRANSITIONS, ImagingStatus, PictureUploadState, StudyState
from scheduling.enums import ReferralPriority


class ImagingReport(StatusModel, BaseModel):
    """FHIR DiagnosticReport of category RAD, one for each scan from its order (a referral) or its booking on. Written
    by `reported_by`, put in force by `authorised_by`; the patient sees it from `released_at` on. What was authorised
    never changes (triggers): more is said by an addendum. The moments of its way are for turnaround times; the history
    has them too."""

    TRANSITIONS = IMAGING_TRANSITIONS

    patient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="imaging_reports"
    )
    service = models.ForeignKey("scheduling.Service", on_delete=models.PROTECT, related_name="+")
    referral = models.OneToOneField(
        "scheduling.Referral", on_delete=models.PROTECT, null=True, blank=True, related_name="imaging_report"
    )
    # The booked scan; null again when that one is called off.
    appointment = models.OneToOneField(
        "scheduling.Appointment",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="imaging_report",
    )
    priority = models.CharField(
        _("priority"), max_length=8, choices=ReferralPriority, default=ReferralPriority.ROUTINE
    )
    status = models.CharField(
        _("status"), max_length=12, choices=ImagingStatus, default=ImagingStatus.ORDERED
    )
    # Who has it open to write it, and until when nobody else begins.
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reading_until = models.DateTimeField(null=True, blank=True)

    history_text = models.TextField(_("history"), max_length=4000, blank=True)
    technique = models.TextField(_("technique"), max_length=4000, blank=True)
    findings = models.TextField(_("findings"), max_length=10_000, blank=True)
    impression = models.TextField(_("impression"), max_length=4000, blank=True)
    recommendation = models.TextField(_("recommendation"), max_length=4000, blank=True)
    is_critical = models.BooleanField(_("somebody has to be told at once"), default=False)
    version = models.PositiveIntegerField(default=0)

    ordered_at = models.DateTimeField(null=True, blank=True)
    scheduled_at = models.DateTimeField(null=True, blank=True)
    acquired_at = models.DateTimeField(null=True, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)
    authorised_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    authorised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["status", "acquired_at"], name="imaging_report_worklist"),
            models.Index(fields=["patient", "-created_at"], name="imaging_report_patient"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(status=ImagingStatus.AUTHORISED)
                | models.Q(
                    authorised_at__isnull=False, authorised_by__isnull=False, reported_by__isnull=False
                ),
                name="imaging_report_authorised_by_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(released_at__isnull=True) | models.Q(status=ImagingStatus.AUTHORISED),
                name="imaging_report_released_is_authorised",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class ImagingReportStatusChange(StatusChange):
    report = models.ForeignKey(ImagingReport, on_delete=models.CASCADE, related_name="history")


class ImagingAddendum(BaseModel):
    """Added to an authorised report; authorised as it is written, and never changed."""

    report = models.ForeignKey(ImagingReport, on_delete=models.CASCADE, related_name="addenda")
    text = models.TextField(_("addendum"), max_length=5000)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["created_at"]
        verbose_name_plural = "imaging addenda"

    def __str__(self) -> str:
        return str(self.report_id)


class ImagingTemplate(BaseModel):
    """A report to begin from, of one type of scan or (without a service) of all; without a doctor it is the clinic's.
    `content` has the sections of ImagingReport by name."""

    service = models.ForeignKey(
        "scheduling.Service", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    doctor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="imaging_templates",
    )
    name = models.CharField(_("name"), max_length=80)
    content = models.JSONField(default=dict)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["doctor", "name"],
                condition=models.Q(doctor__isnull=False),
                name="imaging_template_name_once",
            ),
            models.UniqueConstraint(
                fields=["name"],
                condition=models.Q(doctor__isnull=True),
                name="imaging_template_clinic_name_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ImagingPhrase(BaseModel):
    """Words for a shortcut typed in a report (".nad"), of one type of scan or of all; see Phrase."""

    service = models.ForeignKey(
        "scheduling.Service", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    doctor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="imaging_phrases",
    )
    shortcut = models.CharField(_("shortcut"), max_length=24)
    text = models.CharField(_("text"), max_length=1000)

    class Meta:
        ordering = ["shortcut"]
        # One each for what may be without a doctor or a service: no two rows are alike where one of them is null.
        constraints = [
            models.UniqueConstraint(
                fields=["doctor", "service", "shortcut"],
                condition=models.Q(doctor__isnull=False, service__isnull=False),
                name="imaging_phrase_own_once",
            ),
            models.UniqueConstraint(
                fields=["doctor", "shortcut"],
                condition=models.Q(doctor__isnull=False, service__isnull=True),
                name="imaging_phrase_own_of_all_once",
            ),
            models.UniqueConstraint(
                fields=["service", "shortcut"],
                condition=models.Q(doctor__isnull=True, service__isnull=False),
                name="imaging_phrase_clinic_once",
            ),
            models.UniqueConstraint(
                fields=["shortcut"],
                condition=models.Q(doctor__isnull=True, service__isnull=True),
                name="imaging_phrase_clinic_of_all_once",
            ),
        ]

    def __str__(self) -> str:
        return self.shortcut


class ImagingStudy(BaseModel):
    """FHIR ImagingStudy: a DICOM study that was brought for a report. The fields `found_…` are what its files say of
    the person; where that may be somebody else it counts only after `decided_by` has said why, or is refused by them
    and the files that name them are removed. `named` is everybody its files name, with `is_doubted`."""

    report = models.ForeignKey(ImagingReport, on_delete=models.PROTECT, related_name="studies")
    uid = models.CharField(max_length=64)
    modality = models.CharField(max_length=16, blank=True)
    description = models.CharField(max_length=140, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=StudyState, default=StudyState.READING)
    found_name = models.CharField(max_length=140, blank=True)
    found_birth_date = models.DateField(null=True, blank=True)
    found_sex = models.CharField(max_length=16, blank=True)
    found_patient_id = models.CharField(max_length=64, blank=True)
    named = models.JSONField(default=list)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_reason = models.CharField(_("why"), max_length=240, blank=True)

    class Meta:
        ordering = ["started_at", "created_at"]
        verbose_name_plural = "imaging studies"
        constraints = [
            # What was refused here (brought to the wrong report, say) may come again, here or elsewhere.
            models.UniqueConstraint(
                fields=["uid"], condition=~models.Q(state=StudyState.REFUSED), name="imaging_study_once"
            ),
        ]

    def __str__(self) -> str:
        return self.uid


class ImagingSeries(BaseModel):
    study = models.ForeignKey(ImagingStudy, on_delete=models.CASCADE, related_name="series")
    uid = models.CharField(max_length=64)
    number = models.IntegerField(default=0)
    modality = models.CharField(max_length=16, blank=True)
    description = models.CharField(max_length=140, blank=True)
    body_part = models.CharField(max_length=32, blank=True)
    # How bright the pictures are shown at first; null: the viewer takes the whole range.
    window_center = models.FloatField(null=True, blank=True)
    window_width = models.FloatField(null=True, blank=True)

    class Meta:
        ordering = ["number", "uid"]
        verbose_name_plural = "imaging series"
        constraints = [models.UniqueConstraint(fields=["study", "uid"], name="imaging_series_once")]

    def __str__(self) -> str:
        return self.uid


class ImagingInstance(BaseModel):
    """One DICOM file as it came."""

    series = models.ForeignKey(ImagingSeries, on_delete=models.CASCADE, related_name="instances")
    uid = models.CharField(max_length=64)
    number = models.IntegerField(default=0)
    # The plane it lies in (the cosines of its sides) and how far along the line upright on it, in mm; null: not said.
    plane = models.CharField(max_length=64, blank=True)
    position = models.FloatField(null=True, blank=True)
    sop_class = models.CharField(max_length=64, blank=True)
    # How the pictures are packed in the file (a UID).
    transfer_syntax = models.CharField(max_length=64, blank=True)
    file = models.FileField(upload_to="imaging/")
    # It names somebody who may not be the patient, and nobody has decided on them.
    is_doubted = models.BooleanField(default=False)
    size = models.PositiveBigIntegerField()
    rows = models.PositiveIntegerField(default=0)
    columns = models.PositiveIntegerField(default=0)
    frames = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["number", "uid"]
        constraints = [models.UniqueConstraint(fields=["series", "uid"], name="imaging_instance_once")]

    def __str__(self) -> str:
        return self.uid


class ImagingUpload(BaseModel):
    """DICOM files that have arrived whole for a report, and what a task made of them. `path` (in MEDIA_ROOT) is what
    was sent, until it is read; `found` counts what was in it."""

    report = models.ForeignKey(ImagingReport, on_delete=models.CASCADE, related_name="picture_uploads")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=140)
    size = models.PositiveBigIntegerField()
    path = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=8, choices=PictureUploadState, default=PictureUploadState.WAITING)
    # How often a worker has begun to read it.
    tries = models.PositiveSmallIntegerField(default=0)
    found = models.JSONField(default=dict)
    # What to say when nothing could be taken; a name of records.domain.imaging.arriving.FAILURES.
    failure = models.CharField(max_length=24, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name
