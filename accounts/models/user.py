"""Who someone is: one account, one role."""

import unicodedata
from pathlib import PurePath
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from accounts.enums import STAFF, Role
from accounts.validators import validate_person_name, validate_time_zone
from clinic.core.models import BaseModel


class UserManager(BaseUserManager["User"]):
    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """Lower case, and signs that merely look alike (ſ, K) as the plain letters they stand for."""
        return unicodedata.normalize("NFKC", email or "").strip().lower()

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, **{**fields, "role": Role.ADMIN})

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(BaseModel, AbstractBaseUser):
    """Logs in by e-mail, kept in lower case. What a person may do follows from `role` and the rules alone;
    Django's groups and permissions are not used, and the Django admin is for role admin."""

    email = models.EmailField(_("e-mail"), unique=True)
    first_name = models.CharField(_("first name"), max_length=80, validators=[validate_person_name])
    last_name = models.CharField(_("last name"), max_length=80, validators=[validate_person_name])
    phone = PhoneNumberField(_("phone"), blank=True)
    role = models.CharField(_("role"), max_length=12, choices=Role, default=Role.PATIENT)
    photo = models.ImageField(_("photo"), upload_to="photos/", blank=True)
    # What mails and notifications are written in; pages follow the browser (cookie, then Accept-Language).
    language = models.CharField(
        _("language"), max_length=8, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    # Where the person lives (IANA name); empty: where the clinic is. Their browser says so, their profile corrects it.
    time_zone = models.CharField(_("time zone"), max_length=40, blank=True, validators=[validate_time_zone])
    is_active = models.BooleanField(_("active"), default=True)
    # When the clinic last mailed a link to choose a first password.
    invited_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Part of what a session is bound to: raising it logs the person out of every browser at once.
    session_generation = models.PositiveIntegerField(default=0, editable=False)

    # Set once, by domain/merging.py: this account was a double, and what belonged to it is now that one's.
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="merged_accounts",
    )

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["first_name", "last_name"]

    class Meta:
        ordering = ["first_name", "last_name", "id"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_any_case"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="user_role_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """How the person is addressed; doctors with their title."""
        full = f"{self.first_name} {self.last_name}".strip() or self.email
        return f"Dr. {full}" if self.role == Role.DOCTOR else full

    @property
    def photo_version(self) -> str:
        """Changes with every new photo, so that browsers may keep one for good; "" without a photo."""
        return PurePath(self.photo.name).stem if self.photo else ""

    @property
    def photo_url(self) -> str:
        """Where the photo is shown to those who may see it; "" without one."""
        return f"{reverse('photo', args=[self.pk])}?v={self.photo_version}" if self.photo else ""

    @property
    def is_staff(self) -> bool:
        """May enter the Django admin."""
        return self.role == Role.ADMIN

    @property
    def is_clinic_staff(self) -> bool:
        return self.role in STAFF

    @property
    def is_patient(self) -> bool:
        return self.role == Role.PATIENT

    @property
    def is_doctor(self) -> bool:
        return self.role == Role.DOCTOR

    @property
    def is_management(self) -> bool:
        return self.role == Role.MANAGEMENT

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Sessions end when the password or `session_generation` changes (Django and Channels compare this)."""
        return salted_hmac(
            "accounts.User.session",
            f"{self.password}{self.session_generation}",
            secret=secret,
            algorithm="sha256",
        ).hexdigest()

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return self.is_active and self.is_staff

    def has_perms(self, perms: Any, obj: Any = None) -> bool:
        return self.is_active and self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_staff
