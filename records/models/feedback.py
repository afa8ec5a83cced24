"""What a patient says about a visit that is over."""

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.core.models import BaseModel
from clinic.core.status import StatusChange, StatusModel
from records.enums import COMMENT_MAX_LENGTH, FEEDBACK_TRANSITIONS, FeedbackStatus


def _stars(label: Any, **options: Any) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(
        label, validators=[MinValueValidator(1), MaxValueValidator(5)], **options
    )


def _one_to_five(name: str) -> models.CheckConstraint:
    unanswered = models.Q(**{f"{name}__isnull": True})
    return models.CheckConstraint(
        condition=unanswered | models.Q(**{f"{name}__gte": 1, f"{name}__lte": 5}),
        name=f"feedback_{name}_1_to_5",
    )


class Feedback(StatusModel, BaseModel):
    """One per visit, by its patient. Theirs to change until management has published or hidden it."""

    TRANSITIONS = FEEDBACK_TRANSITIONS

    appointment = models.OneToOneField(
        "scheduling.Appointment", on_delete=models.PROTECT, related_name="feedback"
    )
    overall = _stars(_("overall"))
    staff = _stars(_("staff"), null=True, blank=True)
    facility = _stars(_("facility"), null=True, blank=True)
    clarity = _stars(_("clarity of the report"), null=True, blank=True)
    recommend = models.BooleanField(_("would recommend"))
    comment = models.TextField(_("comment"), max_length=COMMENT_MAX_LENGTH, blank=True)
    status = models.CharField(
        _("status"), max_length=12, choices=FeedbackStatus, default=FeedbackStatus.PENDING
    )
    moderated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name_plural = "feedback"
        indexes = [models.Index(fields=["status", "-created_at"], name="feedback_status_time")]
        constraints = [
            *(_one_to_five(name) for name in ("overall", "staff", "facility", "clarity")),
            models.CheckConstraint(
                condition=models.Q(status=FeedbackStatus.PENDING) | models.Q(moderated_by__isnull=False),
                name="feedback_moderated_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def author_name(self) -> str:
        """All that the public learns of who wrote: a first name and an initial."""
        patient = self.appointment.patient
        first, last = patient.first_name.split()[:1], patient.last_name.strip()
        return " ".join([*first, *([f"{last[0]}."] if last else [])]) or str(_("A patient"))


class FeedbackStatusChange(StatusChange):
    feedback = models.ForeignKey(Feedback, on_delete=models.CASCADE, related_name="history")
