"""The laboratory: what can be measured, what is normal, and what was found."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.enums import Gender
from clinic.core.models import BaseModel
from clinic.core.status import StatusChange, StatusModel
from records.enums import (
    LAB_REPORT_TRANSITIONS,
    Comparator,
    LabReportStatus,
    ParameterKind,
    ResultFlag,
    TellingWay,
)

if TYPE_CHECKING:
    from .imaging import ImagingReport


class LabParameter(BaseModel):
    """Something measured, in one unit (UCUM). Values outside possible_low … possible_high are slips of the pen and
    refused. `choices` are the answers of a parameter of kind choice, the normal one first."""

    name = models.CharField(_("parameter"), max_length=80, unique=True)
    short_name = models.CharField(_("short"), max_length=16, blank=True)
    loinc = models.CharField(_("LOINC code"), max_length=10, blank=True)
    kind = models.CharField(_("kind"), max_length=8, choices=ParameterKind, default=ParameterKind.NUMBER)
    unit = models.CharField(_("unit (UCUM)"), max_length=24, blank=True)
    decimals = models.PositiveSmallIntegerField(_("decimal places"), default=1)
    possible_low = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    possible_high = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    choices = models.JSONField(default=list, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class LabPanel(BaseModel):
    name = models.CharField(_("panel"), max_length=80, unique=True)
    loinc = models.CharField(_("LOINC code"), max_length=10, blank=True)
    parameters: models.ManyToManyField[LabParameter, "PanelParameter"] = models.ManyToManyField(
        LabParameter, through="PanelParameter", related_name="panels"
    )
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class PanelParameter(models.Model):
    panel = models.ForeignKey(LabPanel, on_delete=models.CASCADE, related_name="rows")
    parameter = models.ForeignKey(LabParameter, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["panel", "position"]
        constraints = [models.UniqueConstraint(fields=["panel", "parameter"], name="panel_parameter_once")]

    def __str__(self) -> str:
        return f"{self.panel_id} {self.position}"


class ReferenceRange(BaseModel):
    """What is normal for one sex (empty: both) from one age to below another, in days. Below critical_low or above
    critical_high somebody has to be told at once. The narrowest range that fits holds."""

    parameter = models.ForeignKey(LabParameter, on_delete=models.CASCADE, related_name="ranges")
    gender = models.CharField(_("sex"), max_length=8, choices=Gender, blank=True)
    age_from_days = models.PositiveIntegerField(_("from days of age"), default=0)
    age_to_days = models.PositiveIntegerField(_("to below days of age"), default=60_000)
    low = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    high = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    critical_low = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    critical_high = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    source = models.CharField(_("source"), max_length=240, blank=True)

    class Meta:
        ordering = ["parameter", "gender", "age_from_days"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(age_to_days__gt=models.F("age_from_days")), name="reference_range_ages"
            ),
            models.CheckConstraint(
                condition=models.Q(low__isnull=True)
                | models.Q(high__isnull=True)
                | models.Q(low__lte=models.F("high")),
                name="reference_range_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.parameter_id} {self.low}–{self.high}"


class LabReport(StatusModel, BaseModel):
    """FHIR DiagnosticReport of category LAB. The patient sees it from `released_at` on. An amended report is a new one
    that `replaces` the old."""

    TRANSITIONS = LAB_REPORT_TRANSITIONS

    patient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="lab_reports"
    )
    # Who asked for it, and is told; who entered it.
    doctor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    appointment = models.ForeignKey(
        "scheduling.Appointment", on_delete=models.PROTECT, null=True, blank=True, related_name="lab_reports"
    )
    panel = models.ForeignKey(LabPanel, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    title = models.CharField(_("title"), max_length=120)
    laboratory = models.CharField(_("laboratory"), max_length=120, blank=True)
    collected_at = models.DateTimeField(_("sample taken"))
    comment = models.CharField(_("comment"), max_length=1000, blank=True)
    version = models.PositiveIntegerField(default=0)
    status = models.CharField(
        _("status"), max_length=12, choices=LabReportStatus, default=LabReportStatus.PRELIMINARY
    )
    final_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )

    class Meta:
        ordering = ["-collected_at", "-id"]
        indexes = [models.Index(fields=["patient", "-collected_at"], name="lab_report_patient_time")]

    def __str__(self) -> str:
        return self.title


class LabReportStatusChange(StatusChange):
    report = models.ForeignKey(LabReport, on_delete=models.CASCADE, related_name="history")


class LabResult(BaseModel):
    """FHIR Observation. A number with its comparator as it was written ("<0.1" stays below 0.1), or words. Unit, range
    and flag are frozen as they were when it was entered."""

    report = models.ForeignKey(LabReport, on_delete=models.CASCADE, related_name="results")
    parameter = models.ForeignKey(LabParameter, on_delete=models.PROTECT, related_name="results")
    position = models.PositiveSmallIntegerField()
    comparator = models.CharField(max_length=2, choices=Comparator, blank=True)
    value = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    text = models.CharField(max_length=120, blank=True)
    unit = models.CharField(max_length=24, blank=True)
    low = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    high = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    critical_low = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    critical_high = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    flag = models.CharField(max_length=13, choices=ResultFlag, blank=True)

    class Meta:
        ordering = ["report", "position"]
        constraints = [
            models.UniqueConstraint(fields=["report", "parameter"], name="lab_result_once"),
            models.CheckConstraint(
                condition=models.Q(value__isnull=False) | ~models.Q(text=""), name="lab_result_says_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.parameter_id} {self.comparator}{self.text if self.value is None else self.value}"


class CriticalAlert(BaseModel):
    """A critical result of a lab or imaging report that somebody must have heard of: it goes to the next person
    (`level` 0: the doctor, 1: the care team, 2: management) until someone acknowledges it."""

    report = models.OneToOneField(
        LabReport, on_delete=models.PROTECT, null=True, blank=True, related_name="critical_alert"
    )
    imaging_report = models.OneToOneField(
        "records.ImagingReport",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="critical_alert",
    )
    level = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    action = models.CharField(_("what was done"), max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["acknowledged_at", "next_at"], name="critical_alert_next")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(report__isnull=False, imaging_report__isnull=True)
                | models.Q(report__isnull=True, imaging_report__isnull=False),
                name="critical_alert_of_one_report",
            ),
        ]

    def __str__(self) -> str:
        return str(self.report_id or self.imaging_report_id)

    @property
    def subject(self) -> "LabReport | ImagingReport":
        """The report it is about."""
        found = self.report if self.report_id is not None else self.imaging_report
        assert found is not None
        return found


class CriticalTelling(BaseModel):
    """FHIR Communication: whom somebody told of a critical finding, when and how. Written once (critical_kept)."""

    alert = models.ForeignKey(CriticalAlert, on_delete=models.CASCADE, related_name="tellings")
    told = models.CharField(_("who was told"), max_length=120)
    told_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    told_at = models.DateTimeField(_("when"))
    way = models.CharField(_("how"), max_length=10, choices=TellingWay)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        ordering = ["told_at"]

    def __str__(self) -> str:
        return self.told
