"""What a doctor asks the clinic's staff to prepare."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.core.models import BaseModel
from clinic.core.status import StatusChange, StatusModel
from records.enums import RECORD_REQUEST_TRANSITIONS, RecordRequestKind, RecordRequestStatus

from .lab import LabPanel, LabReport
from .prescription import Prescription


class RecordRequest(StatusModel, BaseModel):
    """FHIR ServiceRequest from the visit: a prescription or a lab report to be prepared by management. Its result is
    the patient's to see only once the doctor has released it."""

    TRANSITIONS = RECORD_REQUEST_TRANSITIONS

    kind = models.CharField(_("what"), max_length=12, choices=RecordRequestKind)
    patient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="record_requests"
    )
    doctor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    appointment = models.ForeignKey(
        "scheduling.Appointment",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="record_requests",
    )
    text = models.CharField(_("what is wanted"), max_length=500)
    panels = models.ManyToManyField(LabPanel, blank=True, related_name="+")
    is_urgent = models.BooleanField(_("urgent"), default=False)
    status = models.CharField(
        _("status"), max_length=12, choices=RecordRequestStatus, default=RecordRequestStatus.REQUESTED
    )
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    prescription = models.OneToOneField(
        Prescription, on_delete=models.PROTECT, null=True, blank=True, related_name="request"
    )
    lab_report = models.OneToOneField(
        LabReport, on_delete=models.PROTECT, null=True, blank=True, related_name="request"
    )

    class Meta:
        ordering = ["-is_urgent", "created_at"]
        indexes = [models.Index(fields=["status", "created_at"], name="record_request_queue")]

    def __str__(self) -> str:
        return str(self.pk)


class RecordRequestStatusChange(StatusChange):
    request = models.ForeignKey(RecordRequest, on_delete=models.CASCADE, related_name="history")
