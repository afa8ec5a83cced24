"""The care team: which doctors treat which patient, since when."""

from django.conf import settings
from django.db import models

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
