"""The waiting list: who would like to come earlier, and what they were offered."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.enums import Mode
from clinic.core.models import BaseModel
from scheduling.enums import OfferStatus, WaitingStatus

from .appointment import Appointment
from .service import Service


class WaitingEntry(BaseModel):
    """A patient waits for a slot of `doctor` (null: of any doctor of `specialty`) between two days, both included.
    First come, first offered: order is `created_at`."""

    patient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="waiting_entries"
    )
    doctor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    specialty = models.ForeignKey("accounts.Specialty", on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    mode = models.CharField(_("mode"), max_length=10, choices=Mode)
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    status = models.CharField(
        _("status"), max_length=10, choices=WaitingStatus, default=WaitingStatus.WAITING
    )
    # A visit that the patient has already and would give up for an earlier one.
    instead_of = models.ForeignKey(
        Appointment, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["status", "created_at"], name="waiting_status_time")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_day__gte=models.F("first_day")), name="waiting_forward"
            ),
            # Nobody stands twice in one line.
            models.UniqueConstraint(
                fields=["patient", "doctor", "service", "mode"],
                condition=models.Q(
                    status__in=[WaitingStatus.WAITING, WaitingStatus.OFFERED], doctor__isnull=False
                ),
                name="waiting_once_for_a_doctor",
            ),
            models.UniqueConstraint(
                fields=["patient", "specialty", "service", "mode"],
                condition=models.Q(
                    status__in=[WaitingStatus.WAITING, WaitingStatus.OFFERED], doctor__isnull=True
                ),
                name="waiting_once_for_a_specialty",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class WaitingOffer(BaseModel):
    """A slot kept for one entry until `expires_at`; its cells keep the doctor's time meanwhile."""

    entry = models.ForeignKey(WaitingEntry, on_delete=models.CASCADE, related_name="offers")
    doctor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    status = models.CharField(max_length=8, choices=OfferStatus, default=OfferStatus.OPEN)
    appointment = models.OneToOneField(
        Appointment, on_delete=models.SET_NULL, null=True, blank=True, related_name="waiting_offer"
    )

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["doctor", "status", "starts_at"], name="offer_doctor_status")]
        constraints = [
            models.UniqueConstraint(
                fields=["entry"], condition=models.Q(status=OfferStatus.OPEN), name="one_open_offer_an_entry"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
