"""What happens to whole days: delays that were told, and days a doctor can't keep."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.core.models import BaseModel
from scheduling.enums import DisruptionAction, DisruptionStatus

from .appointment import Appointment
from .schedule import DayOff


class DelayNotice(BaseModel):
    """Those who waited were told that the doctor runs `minutes` late; the latest one of a day counts, 0 ends it."""

    doctor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    minutes = models.PositiveSmallIntegerField(_("minutes late"))
    told_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["doctor", "day", "-created_at"], name="delay_doctor_day")]

    def __str__(self) -> str:
        return f"{self.day} +{self.minutes}"


class Disruption(BaseModel):
    """A doctor can't keep some days: decided, open to undo until `runs_at`, then carried out, each visit once.

    `day_off` closes those days at once, so that nobody books them meanwhile.
    """

    doctor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="disruptions")
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    message = models.CharField(_("what patients are told"), max_length=240, blank=True)
    status = models.CharField(
        _("status"), max_length=9, choices=DisruptionStatus, default=DisruptionStatus.DECIDED
    )
    runs_at = models.DateTimeField()
    day_off = models.ForeignKey(DayOff, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.first_day} – {self.last_day}"


class DisruptedVisit(models.Model):
    """What is to happen to one visit. `problem` says in words why it could not be done; `done_at` that it was."""

    disruption = models.ForeignKey(Disruption, on_delete=models.CASCADE, related_name="visits")
    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=6, choices=DisruptionAction)
    new_starts_at = models.DateTimeField(null=True, blank=True)
    new_doctor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    done_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=240, blank=True)

    class Meta:
        ordering = ["appointment__starts_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["disruption", "appointment"], name="disrupted_visit_once"),
            models.CheckConstraint(
                condition=models.Q(action=DisruptionAction.MOVE, new_starts_at__isnull=False)
                | (~models.Q(action=DisruptionAction.MOVE) & models.Q(new_starts_at__isnull=True)),
                name="disrupted_visit_moves_somewhere",
            ),
        ]

    def __str__(self) -> str:
        return str(self.appointment_id)
