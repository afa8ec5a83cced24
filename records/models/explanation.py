"""What the reading assistant has written."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.core.models import BaseModel
from clinic.core.status import StatusChange, StatusModel
from records.enums import EXPLANATION_TRANSITIONS, Audience, ExplanationStatus


class Explanation(StatusModel, BaseModel):
    """A prescription, lab report, imaging report or document in plain words. `findings` are deterministic: [{"key",
    "grade", "text", "source": {"kind", "id", "label"}}]. `sentences` are a model's, [{"text", "cites": [keys of
    findings or numbers of lines]}]; without a model there are none. `lines` is the text as the model was given it, with
    names, numbers, addresses and dates of birth taken out. The patient sees it once a doctor has released it."""

    TRANSITIONS = EXPLANATION_TRANSITIONS

    patient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="explanations"
    )
    prescription = models.ForeignKey(
        "records.Prescription", on_delete=models.PROTECT, null=True, blank=True, related_name="explanations"
    )
    lab_report = models.ForeignKey(
        "records.LabReport", on_delete=models.PROTECT, null=True, blank=True, related_name="explanations"
    )
    imaging_report = models.ForeignKey(
        "records.ImagingReport", on_delete=models.PROTECT, null=True, blank=True, related_name="explanations"
    )
    document = models.ForeignKey(
        "records.Document", on_delete=models.PROTECT, null=True, blank=True, related_name="explanations"
    )
    audience = models.CharField(_("for whom"), max_length=8, choices=Audience)
    language = models.CharField(_("language"), max_length=8, default="en")
    status = models.CharField(
        _("status"), max_length=10, choices=ExplanationStatus, default=ExplanationStatus.WAITING
    )
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    findings = models.JSONField(default=list)
    lines = models.JSONField(default=list)
    sentences = models.JSONField(default=list)
    # How many sentences of the model cited nothing that is there.
    dropped = models.PositiveIntegerField(default=0)
    model = models.CharField(max_length=80, blank=True)
    prompt_version = models.CharField(max_length=16, blank=True)
    tokens = models.PositiveIntegerField(default=0)
    # Why there are no sentences of a model, as a code: off, budget, timeout, refused, unreadable.
    failure = models.CharField(max_length=16, blank=True)
    # One worker at a time writes it (see RecordExport).
    run = models.UUIDField(null=True, blank=True, editable=False)
    beat_at = models.DateTimeField(null=True, blank=True, editable=False)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["patient", "-created_at"], name="explanation_patient")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status=ExplanationStatus.RELEASED, released_by__isnull=False)
                | ~models.Q(status=ExplanationStatus.RELEASED),
                name="explanation_released_by_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    prescription__isnull=False,
                    lab_report__isnull=True,
                    imaging_report__isnull=True,
                    document__isnull=True,
                )
                | models.Q(
                    prescription__isnull=True,
                    lab_report__isnull=False,
                    imaging_report__isnull=True,
                    document__isnull=True,
                )
                | models.Q(
                    prescription__isnull=True,
                    lab_report__isnull=True,
                    imaging_report__isnull=False,
                    document__isnull=True,
                )
                | models.Q(
                    prescription__isnull=True,
                    lab_report__isnull=True,
                    imaging_report__isnull=True,
                    document__isnull=False,
                ),
                name="explanation_of_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class ExplanationStatusChange(StatusChange):
    explanation = models.ForeignKey(Explanation, on_delete=models.CASCADE, related_name="history")


class AssistantDay(models.Model):
    """What the model was asked on one day, against the budget."""

    day = models.DateField(unique=True)
    requests = models.PositiveIntegerField(default=0)
    tokens = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.day}"
