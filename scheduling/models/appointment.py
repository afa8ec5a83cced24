"""Appointments, their history and the calendar cells they claim."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.enums import Mode
from clinic.core.models import BaseModel
from clinic.core.status import StatusChange, StatusModel
from scheduling.enums import APPOINTMENT_TRANSITIONS, AppointmentStatus

from .resource import Resource
from .series import AppointmentSeries
from .service import Service


class Appointment(StatusModel, BaseModel):
    """FHIR Appointment. `price` is what was agreed at booking; `hold_expires_at` is set exactly while the
    slot is held for payment."""

    TRANSITIONS = APPOINTMENT_TRANSITIONS

    doctor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="doctor_appointments"
    )
    patient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="patient_appointments"
    )
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="appointments")
    mode = models.CharField(_("mode"), max_length=10, choices=Mode)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    status = models.CharField(
        _("status"), max_length=24, choices=AppointmentStatus, default=AppointmentStatus.PENDING_PAYMENT
    )
    hold_expires_at = models.DateTimeField(null=True, blank=True)
    price = models.DecimalField(max_digits=10, decimal_places=2)
    currency = models.CharField(max_length=3)
    booked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    conversation = models.ForeignKey(
        "messaging.Conversation", on_delete=models.PROTECT, null=True, blank=True, related_name="appointments"
    )
    call = models.OneToOneField(
        "messaging.Call", on_delete=models.PROTECT, null=True, blank=True, related_name="appointment"
    )

    resources = models.ManyToManyField(
        Resource, blank=True, related_name="appointments", verbose_name=_("rooms and equipment")
    )
    # Why management put this visit where the doctor was taken; it then claims no time of the doctor's calendar.
    overbooking_reason = models.CharField(_("why overbooked"), max_length=200, blank=True)
    follow_up_of = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="follow_ups"
    )
    series = models.ForeignKey(
        AppointmentSeries, on_delete=models.SET_NULL, null=True, blank=True, related_name="appointments"
    )
    # Raised by each change that a calendar program has to hear of (RFC 5545 SEQUENCE).
    sequence = models.PositiveIntegerField(default=0, editable=False)
    # When the clinic could not keep the time and asked the patient for another one; null once they have it.
    displaced_at = models.DateTimeField(null=True, blank=True, editable=False)
    # How the day really went; the history has the same moments, these are for reckoning with.
    checked_in_at = models.DateTimeField(null=True, blank=True, editable=False)
    called_at = models.DateTimeField(null=True, blank=True, editable=False)
    started_at = models.DateTimeField(null=True, blank=True, editable=False)
    completed_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["starts_at", "id"]
        indexes = [
            models.Index(fields=["doctor", "starts_at"], name="appointment_doctor_time"),
            models.Index(fields=["patient", "-starts_at"], name="appointment_patient_time"),
            models.Index(fields=["status", "starts_at"], name="appointment_status_time"),
            # What the clinic has on a day, and long lists of visits from the latest on.
            models.Index(fields=["-starts_at", "id"], name="appointment_time"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="appointment_forward"
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(status=AppointmentStatus.PENDING_PAYMENT, hold_expires_at__isnull=False)
                    | (
                        ~models.Q(status=AppointmentStatus.PENDING_PAYMENT)
                        & models.Q(hold_expires_at__isnull=True)
                    )
                ),
                name="appointment_hold_while_pending_payment",
            ),
            models.CheckConstraint(
                condition=~models.Q(doctor=models.F("patient")), name="appointment_two_people"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class AppointmentStatusChange(StatusChange):
    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="history")


class CalendarCell(models.Model):
    """Five minutes of one calendar (a person's or a resource's id), claimed by one appointment or kept for one offer
    to the waiting list.

    The unique constraint is what makes overlap impossible, on SQLite and PostgreSQL alike.
    `cell` is Unix minutes // CELL_MINUTES. An appointment has rows exactly while its status is OCCUPYING (in its
    doctor's calendar only when it is not overbooked), an offer while it is open.
    """

    calendar = models.UUIDField()
    cell = models.PositiveIntegerField()
    appointment = models.ForeignKey(
        Appointment, on_delete=models.CASCADE, null=True, blank=True, related_name="cells"
    )
    offer = models.ForeignKey(
        "WaitingOffer", on_delete=models.CASCADE, null=True, blank=True, related_name="cells"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["calendar", "cell"], name="calendar_cell_once"),
            models.CheckConstraint(
                condition=models.Q(appointment__isnull=False, offer__isnull=True)
                | models.Q(appointment__isnull=True, offer__isnull=False),
                name="calendar_cell_of_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.calendar}#{self.cell}"


class AppointmentFile(BaseModel):
    """What the patient attached when booking. `content_type` is read from the content."""

    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="files")
    file = models.FileField(upload_to="appointments/")
    content_type = models.CharField(max_length=80)
    name = models.CharField(max_length=140)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["created_at"]

    def __str__(self) -> str:
        return self.name
