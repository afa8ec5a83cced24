"""Prescriptions and the doses that were taken."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.core.models import BaseModel
from clinic.core.status import StatusChange, StatusModel
from records.enums import (
    PRESCRIPTION_TRANSITIONS,
    FindingGrade,
    Frequency,
    IntakeOutcome,
    PrescriptionStatus,
    Route,
)

from .medicine import Medicine


class Prescription(StatusModel, BaseModel):
    """FHIR MedicationRequests of one author at one time. A draft carries `version` against two tabs; a signed one never
    changes (triggers): a change is a new prescription that `replaces` it. `signature` is Ed25519 over `payload`, the
    text that stands in the QR code."""

    TRANSITIONS = PRESCRIPTION_TRANSITIONS

    patient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="prescriptions"
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    appointment = models.ForeignKey(
        "scheduling.Appointment",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="prescriptions",
    )
    # Short and readable aloud, for the pharmacy; random.
    number = models.CharField(max_length=12, unique=True)
    language = models.CharField(_("language"), max_length=8, default="en")
    note = models.CharField(_("note for the pharmacy"), max_length=500, blank=True)
    version = models.PositiveIntegerField(default=0)
    status = models.CharField(
        _("status"), max_length=12, choices=PrescriptionStatus, default=PrescriptionStatus.DRAFT
    )
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    signed_at = models.DateTimeField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    payload = models.TextField(blank=True)
    signature = models.CharField(max_length=128, blank=True)
    key_id = models.CharField(max_length=16, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["patient", "status", "-created_at"], name="prescription_patient"),
            models.Index(fields=["author", "status"], name="prescription_author"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=[PrescriptionStatus.DRAFT, PrescriptionStatus.DISCARDED])
                | models.Q(signed_at__isnull=False),
                name="prescription_signed_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class PrescriptionStatusChange(StatusChange):
    prescription = models.ForeignKey(Prescription, on_delete=models.CASCADE, related_name="history")


class PrescriptionItem(BaseModel):
    """One medicine: so much of its unit, how often and when, for how long. `quantity` is reckoned
    (domain/dosing.py). `times` are the hours of the patient's own clock, "HH:MM"."""

    prescription = models.ForeignKey(Prescription, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    medicine = models.ForeignKey(Medicine, on_delete=models.PROTECT, related_name="+")
    dose = models.DecimalField(_("dose"), max_digits=8, decimal_places=3)
    route = models.CharField(_("route"), max_length=12, choices=Route, default=Route.ORAL)
    frequency = models.CharField(_("how often"), max_length=12, choices=Frequency)
    times = models.JSONField(_("times of day"), default=list)
    as_needed = models.BooleanField(_("only when needed"), default=False)
    starts_on = models.DateField(_("from"))
    days = models.PositiveSmallIntegerField(_("days"), null=True, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=10, decimal_places=2, null=True, blank=True)
    instructions = models.CharField(_("instructions for the patient"), max_length=300, blank=True)
    # Stopped before its days were over; the rest of the prescription goes on.
    stopped_at = models.DateTimeField(null=True, blank=True)
    stop_reason = models.CharField(max_length=240, blank=True)

    class Meta:
        ordering = ["prescription", "position"]
        constraints = [
            models.UniqueConstraint(fields=["prescription", "position"], name="prescription_item_position"),
            models.CheckConstraint(condition=models.Q(dose__gt=0), name="prescription_item_dose_positive"),
            models.CheckConstraint(
                condition=models.Q(days__isnull=True) | models.Q(days__gte=1, days__lte=730),
                name="prescription_item_days",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.medicine_id} {self.dose}"


class SafetyOverride(BaseModel):
    """Why the author signed against a severe finding: the finding as it was shown, and their words."""

    prescription = models.ForeignKey(Prescription, on_delete=models.CASCADE, related_name="overrides")
    finding = models.CharField(max_length=120)
    grade = models.CharField(max_length=10, choices=FindingGrade)
    text = models.CharField(max_length=500)
    source = models.CharField(max_length=240, blank=True)
    reason = models.CharField(_("reason"), max_length=300)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["prescription", "finding"], name="safety_override_once")
        ]

    def __str__(self) -> str:
        return self.finding


class PrescriptionTemplate(BaseModel):
    """A doctor's own set of items to begin from. `items` as the API takes them, medicines by id."""

    doctor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="prescription_templates"
    )
    name = models.CharField(_("name"), max_length=80)
    items = models.JSONField(default=list)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["doctor", "name"], name="prescription_template_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class FavouriteMedicine(BaseModel):
    """A medicine a doctor wants at hand, with the dosage they mostly write (as an item in the API)."""

    doctor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="favourite_medicines"
    )
    medicine = models.ForeignKey(Medicine, on_delete=models.CASCADE, related_name="+")
    usual = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["doctor", "medicine"], name="favourite_medicine_once")]

    def __str__(self) -> str:
        return str(self.medicine_id)


class Intake(BaseModel):
    """FHIR MedicationAdministration as the patient tells it: one dose, known by the item, the day and the time it was
    planned for on the patient's own clock. No row: nothing was said. Of doses taken as needed each has a row."""

    item = models.ForeignKey(PrescriptionItem, on_delete=models.PROTECT, related_name="intakes")
    day = models.DateField()
    time = models.TimeField()
    # The planned moment as it was when it was told: a patient who moves to another zone was not late because of that.
    planned_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=8, choices=IntakeOutcome)
    # When it was taken, as far as it is known; the difference to the plan says how late.
    taken_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(_("why not"), max_length=160, blank=True)

    class Meta:
        ordering = ["day", "time"]
        constraints = [models.UniqueConstraint(fields=["item", "day", "time"], name="intake_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.time}"
