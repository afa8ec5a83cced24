"""Choices of people."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    PATIENT = "patient", _("Patient")
    DOCTOR = "doctor", _("Doctor")
    MANAGEMENT = "management", _("Management")
    ADMIN = "admin", _("Admin")


STAFF = frozenset({Role.DOCTOR, Role.MANAGEMENT, Role.ADMIN})


class Gender(models.TextChoices):
    """FHIR AdministrativeGender."""

    FEMALE = "female", _("Female")
    MALE = "male", _("Male")
    OTHER = "other", _("Other")
    UNKNOWN = "unknown", _("Prefer not to say")


class Mode(models.TextChoices):
    """How a consultation takes place."""

    VIDEO = "video", _("Video")
    IN_PERSON = "in_person", _("In person")


class SpokenLanguage(models.TextChoices):
    NEPALI = "ne", _("Nepali")
    ENGLISH = "en", _("English")
    HINDI = "hi", _("Hindi")
    MAITHILI = "mai", _("Maithili")
    BHOJPURI = "bho", _("Bhojpuri")
    THARU = "thr", _("Tharu")
    TAMANG = "taj", _("Tamang")
    NEWARI = "new", _("Nepal Bhasa")
