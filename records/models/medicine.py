"""The catalogue of medicines, and what is known of them together."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.core.models import BaseModel
from records.enums import InteractionSeverity, PregnancyCategory


class Medicine(BaseModel):
    """FHIR Medication. One row for each product: generic, brand (empty: any), form and strength. `key` is these four
    in normal form: an import knows a row by it. `strength_mg` is the active substance in one `unit` (tablet, ml …)
    where it is one substance; the most of it a day, for adults and by weight, is in mg. Null is unknown."""

    generic = models.CharField(_("generic name"), max_length=160)
    brand = models.CharField(_("brand"), max_length=120, blank=True)
    form = models.CharField(_("form"), max_length=60)
    strength = models.CharField(_("strength"), max_length=60)
    unit = models.CharField(_("counted in"), max_length=24, default="tablet")
    strength_mg = models.DecimalField(_("mg in one"), max_digits=10, decimal_places=4, null=True, blank=True)
    atc = models.CharField(_("ATC code"), max_length=7, blank=True, db_index=True)
    therapeutic_class = models.CharField(_("class"), max_length=120, blank=True)
    # Route codes (enums.Route), the usual one first.
    routes = models.JSONField(_("routes"), default=list)
    pregnancy = models.CharField(
        _("pregnancy category"), max_length=1, choices=PregnancyCategory, default=PregnancyCategory.UNKNOWN
    )
    max_daily_mg = models.DecimalField(
        _("most a day in mg"), max_digits=10, decimal_places=3, null=True, blank=True
    )
    max_daily_mg_per_kg = models.DecimalField(
        _("most a day in mg per kg"), max_digits=10, decimal_places=3, null=True, blank=True
    )
    min_age_months = models.PositiveSmallIntegerField(_("not below months of age"), null=True, blank=True)
    # Creatinine clearance in ml/min below which it needs another dose, or is not given.
    renal_caution_below = models.PositiveSmallIntegerField(null=True, blank=True)
    renal_avoid_below = models.PositiveSmallIntegerField(null=True, blank=True)
    source = models.CharField(_("source"), max_length=240, blank=True)
    key = models.CharField(max_length=400, unique=True, editable=False)
    # Lower case names, brand, class and code, for searching as one types.
    search_text = models.CharField(max_length=500, editable=False, default="")
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        ordering = ["generic", "brand", "strength"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(strength_mg__isnull=True) | models.Q(strength_mg__gt=0),
                name="medicine_strength_positive",
            ),
            models.CheckConstraint(
                condition=models.Q(max_daily_mg__isnull=True) | models.Q(max_daily_mg__gt=0),
                name="medicine_max_positive",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brand or self.generic} {self.strength} {self.form}"


class MedicineImport(BaseModel):
    """A file of medicines that management looks over before it is taken in. The file is kept until then, a day at most;
    the row stays and says what came of it."""

    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=140)
    file = models.FileField(upload_to="medicine-imports/", blank=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    # [row, sentence] of the refused ones, the first of them.
    problems = models.JSONField(default=list)

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.name


class Interaction(BaseModel):
    """Two substances or classes (ATC codes, or their beginnings) that matter together. `first` ≤ `second`."""

    first = models.CharField(max_length=7)
    second = models.CharField(max_length=7)
    severity = models.CharField(_("severity"), max_length=10, choices=InteractionSeverity)
    effect = models.CharField(_("what happens"), max_length=300)
    advice = models.CharField(_("what to do"), max_length=300, blank=True)
    source = models.CharField(_("source"), max_length=240)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        ordering = ["first", "second"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="interaction_once"),
            models.CheckConstraint(
                condition=models.Q(first__lte=models.F("second")), name="interaction_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first} + {self.second}"
