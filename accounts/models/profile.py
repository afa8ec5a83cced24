"""What a patient and a doctor are beyond their account."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from multiselectfield import MultiSelectField
from phonenumber_field.modelfields import PhoneNumberField

from accounts.enums import BloodGroup, Gender, Mode, SpokenLanguage
from accounts.validators import validate_birth, validate_line, validate_lines
from clinic.core.models import BaseModel


class PatientProfile(BaseModel):
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="patient_profile"
    )
    date_of_birth = models.DateField(_("date of birth"), null=True, blank=True, validators=[validate_birth])
    gender = models.CharField(_("gender"), max_length=8, choices=Gender, blank=True)
    address = models.CharField(_("address"), max_length=240, blank=True, validators=[validate_line])
    emergency_contact_name = models.CharField(
        _("emergency contact"), max_length=120, blank=True, validators=[validate_line]
    )
    emergency_contact_phone = PhoneNumberField(_("emergency phone"), blank=True)
    # Health basics in the patient's own words, for them and whoever may open their record (rules.may_open_record).
    blood_group = models.CharField(_("blood group"), max_length=8, choices=BloodGroup, blank=True)
    height_cm = models.PositiveSmallIntegerField(
        _("height in cm"), null=True, blank=True, validators=[MinValueValidator(30), MaxValueValidator(250)]
    )
    weight_kg = models.DecimalField(
        _("weight in kg"),
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.5")), MaxValueValidator(Decimal("400"))],
    )
    allergies = models.TextField(_("allergies"), max_length=1000, blank=True, validators=[validate_lines])
    conditions = models.TextField(
        _("long-term conditions"), max_length=1000, blank=True, validators=[validate_lines]
    )
    medical_aid_scheme = models.CharField(
        _("medical aid scheme"), max_length=120, blank=True, validators=[validate_line]
    )
    medical_aid_number = models.CharField(
        _("membership number"), max_length=40, blank=True, validators=[validate_line]
    )
    # When the patient was led through the first questions; None: not yet.
    welcomed_at = models.DateTimeField(null=True, blank=True, editable=False)

    def __str__(self) -> str:
        return str(self.user)


class Specialty(BaseModel):
    """A department patients choose from. `icon` is a Lucide icon's name."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    slug = models.SlugField(unique=True)
    description = models.CharField(_("description"), max_length=240, blank=True)
    icon = models.CharField(_("icon"), max_length=40, default="stethoscope")

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "specialties"

    def __str__(self) -> str:
        return self.name


class DoctorProfile(BaseModel):
    """FHIR Practitioner with its qualification. A radiologist is a doctor of specialty radiology."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="doctor_profile"
    )
    specialty = models.ForeignKey(Specialty, on_delete=models.PROTECT, related_name="doctors")
    licence_number = models.CharField(_("licence number"), max_length=40, unique=True)
    languages = MultiSelectField(_("languages"), choices=SpokenLanguage.choices, max_length=60)
    modes = MultiSelectField(_("consultation modes"), choices=Mode.choices, max_length=40)
    fee = models.DecimalField(_("consultation fee"), max_digits=10, decimal_places=2)
    biography = models.TextField(_("about"), max_length=2000, blank=True)
    education = models.CharField(_("education"), max_length=240, blank=True, validators=[validate_line])
    years_of_experience = models.PositiveSmallIntegerField(
        _("years of experience"), default=0, validators=[MaxValueValidator(70)]
    )
    # Kept here so that lists stay flat; domain/ratings.py writes both. None: nobody's rating is published yet.
    rating = models.DecimalField(
        _("rating"), max_digits=2, decimal_places=1, null=True, blank=True, editable=False
    )
    rating_count = models.PositiveIntegerField(_("number of ratings"), default=0, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(fee__gte=0), name="doctor_fee_not_negative"),
            models.CheckConstraint(
                condition=models.Q(rating__isnull=True, rating_count=0)
                | models.Q(rating__gte=1, rating__lte=5, rating_count__gte=1),
                name="doctor_rating_counted",
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)
