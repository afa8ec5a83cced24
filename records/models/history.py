"""A patient's history apart from visits: conditions, allergies, immunisations, family, way of life, vital signs."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from records.enums import AllergySeverity, ConditionStatus, Relation, SocialTopic

from .fact import ClinicalFact


class Condition(ClinicalFact):
    """FHIR Condition."""

    name = models.CharField(_("condition"), max_length=160)
    icd10 = models.CharField(_("ICD-10 code"), max_length=8, blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=ConditionStatus, default=ConditionStatus.ACTIVE
    )
    began_on = models.DateField(_("since"), null=True, blank=True)
    ended_on = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        ordering = ["status", "-began_on", "-created_at"]
        indexes = [models.Index(fields=["patient", "status"], name="condition_patient_status")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ended_on__isnull=True)
                | models.Q(began_on__isnull=True)
                | models.Q(ended_on__gte=models.F("began_on")),
                name="condition_forward",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Allergy(ClinicalFact):
    """FHIR AllergyIntolerance. `atc` names the substance (or, shorter, its class) where it is a medicine, so that the
    safety check can find it; an allergy it cannot place is shown beside every prescription."""

    substance = models.CharField(_("substance"), max_length=160)
    atc = models.CharField(_("ATC code"), max_length=7, blank=True)
    reaction = models.CharField(_("reaction"), max_length=240, blank=True)
    severity = models.CharField(
        _("severity"), max_length=10, choices=AllergySeverity, default=AllergySeverity.UNKNOWN
    )
    noticed_on = models.DateField(_("noticed on"), null=True, blank=True)

    class Meta:
        ordering = ["substance"]
        verbose_name_plural = "allergies"
        indexes = [models.Index(fields=["patient"], name="allergy_patient")]

    def __str__(self) -> str:
        return self.substance


class Immunisation(ClinicalFact):
    """FHIR Immunization."""

    vaccine = models.CharField(_("vaccine"), max_length=160)
    atc = models.CharField(_("ATC code"), max_length=7, blank=True)
    given_on = models.DateField(_("given on"))
    dose_number = models.PositiveSmallIntegerField(_("dose"), null=True, blank=True)
    lot = models.CharField(_("lot"), max_length=40, blank=True)
    given_by = models.CharField(_("where or by whom"), max_length=160, blank=True)

    class Meta:
        ordering = ["-given_on", "-created_at"]
        indexes = [models.Index(fields=["patient", "-given_on"], name="immunisation_patient_time")]

    def __str__(self) -> str:
        return self.vaccine


class FamilyHistory(ClinicalFact):
    """FHIR FamilyMemberHistory."""

    relation = models.CharField(_("relative"), max_length=12, choices=Relation)
    condition = models.CharField(_("condition"), max_length=160)
    age_at_onset = models.PositiveSmallIntegerField(_("age when it began"), null=True, blank=True)

    class Meta:
        ordering = ["relation", "condition"]
        verbose_name_plural = "family histories"
        indexes = [models.Index(fields=["patient"], name="family_history_patient")]

    def __str__(self) -> str:
        return f"{self.get_relation_display()}: {self.condition}"


class SocialHistory(ClinicalFact):
    """How someone lives, as they say; the newest row of a topic is what holds."""

    topic = models.CharField(_("topic"), max_length=12, choices=SocialTopic)
    text = models.CharField(_("what they say"), max_length=240)
    said_on = models.DateField(_("said on"))

    class Meta:
        ordering = ["topic", "-said_on", "-created_at"]
        verbose_name_plural = "social histories"
        indexes = [models.Index(fields=["patient", "topic"], name="social_history_patient_topic")]

    def __str__(self) -> str:
        return f"{self.get_topic_display()}: {self.text}"


def _between(name: str, low: float, high: float) -> models.CheckConstraint:
    inside = models.Q(**{f"{name}__gte": low, f"{name}__lte": high})
    return models.CheckConstraint(
        condition=models.Q(**{f"{name}__isnull": True}) | inside, name=f"vital_signs_{name}_possible"
    )


# What a living person can have: beyond it is a slip of the pen. Units: mmHg, /min, °C, /min, %, kg, cm, mmol/L.
VITAL_LIMITS: dict[str, tuple[float, float]] = {
    "systolic": (30, 300),
    "diastolic": (10, 200),
    "pulse": (10, 300),
    "temperature": (25, 45),
    "breaths": (2, 100),
    "oxygen": (20, 100),
    "weight": (0.3, 400),
    "height": (20, 260),
    "glucose": (0.3, 80),
}


def _decimal(label: Any, digits: int) -> models.DecimalField:  # type: ignore[type-arg]
    return models.DecimalField(label, max_digits=digits, decimal_places=1, null=True, blank=True)


class VitalSigns(ClinicalFact):
    """FHIR Observations of category vital-signs, measured together. Any may be missing, not all."""

    measured_at = models.DateTimeField(_("measured"))
    systolic = models.PositiveSmallIntegerField(_("systolic"), null=True, blank=True)
    diastolic = models.PositiveSmallIntegerField(_("diastolic"), null=True, blank=True)
    pulse = models.PositiveSmallIntegerField(_("pulse"), null=True, blank=True)
    temperature = _decimal(_("temperature"), 3)
    breaths = models.PositiveSmallIntegerField(_("breaths a minute"), null=True, blank=True)
    oxygen = models.PositiveSmallIntegerField(_("oxygen saturation"), null=True, blank=True)
    weight = _decimal(_("weight"), 4)
    height = _decimal(_("height"), 4)
    glucose = _decimal(_("blood glucose"), 3)

    class Meta:
        ordering = ["-measured_at", "-created_at"]
        verbose_name_plural = "vital signs"
        indexes = [models.Index(fields=["patient", "-measured_at"], name="vital_signs_patient_time")]
        constraints = [
            *(_between(name, low, high) for name, (low, high) in VITAL_LIMITS.items()),
            models.CheckConstraint(
                condition=models.Q(systolic__isnull=True)
                | models.Q(diastolic__isnull=True)
                | models.Q(systolic__gt=models.F("diastolic")),
                name="vital_signs_pressure_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measured_at:%Y-%m-%d %H:%M}"
