"""Who may open a patient's record: the care team, and doctors who broke the glass."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.core.models import BaseModel


class CareLink(BaseModel):
    """FHIR CareTeam membership. Made when an appointment is confirmed; opens the record to the doctor."""

    patient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="care_team_links"
    )
    doctor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="patient_links"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["patient", "doctor"], name="care_link_once"),
        ]

    def __str__(self) -> str:
        return f"{self.doctor_id} treats {self.patient_id}"


class BreakGlass(BaseModel):
    """A doctor outside the care team opened a record, for a typed reason and a few hours. Every one is reviewed."""

    doctor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=500)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name_plural = "break-glass accesses"
        indexes = [models.Index(fields=["doctor", "patient", "expires_at"], name="break_glass_live")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(doctor=models.F("patient")), name="break_glass_two_people"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.doctor_id} opened {self.patient_id}"

    @property
    def is_live(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()
