"""A doctor asks for a scan."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.core.models import BaseModel
from clinic.core.status import StatusChange, StatusModel
from scheduling.enums import REFERRAL_TRANSITIONS, ReferralPriority, ReferralStatus

from .appointment import Appointment
from .service import Service


class Referral(StatusModel, BaseModel):
    """FHIR ServiceRequest: `referrer` asks for `service` (a scan) for the patient; `question` is clinical.

    `appointment` is the booked scan; null again when that one is called off.
    """

    TRANSITIONS = REFERRAL_TRANSITIONS

    patient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="patient_referrals"
    )
    referrer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="doctor_referrals"
    )
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="referrals")
    priority = models.CharField(
        _("priority"), max_length=8, choices=ReferralPriority, default=ReferralPriority.ROUTINE
    )
    question = models.TextField(_("what is asked"), max_length=1000)
    document = models.FileField(upload_to="referrals/", blank=True)
    document_type = models.CharField(max_length=80, blank=True)
    document_name = models.CharField(max_length=140, blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=ReferralStatus, default=ReferralStatus.REQUESTED
    )
    appointment = models.OneToOneField(
        Appointment, on_delete=models.SET_NULL, null=True, blank=True, related_name="referral"
    )

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["referrer", "-created_at"], name="referral_referrer"),
            models.Index(fields=["patient", "-created_at"], name="referral_patient"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class ReferralStatusChange(StatusChange):
    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="history")
