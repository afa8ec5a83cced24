"""Accounts: who joins, who is let in, who may do what."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts import rules
from accounts.domain import languages, sessions, trail
from accounts.enums import ActivityVerb, Role
from accounts.models import DoctorProfile, PatientProfile, Specialty, User
from clinic.core.errors import Conflict, Invalid, NotAllowed
from clinic.core.status import lock

_VERBS = {
    sessions.DEACTIVATED: ActivityVerb.ACCOUNT_DEACTIVATED,
    sessions.ROLE_CHANGED: ActivityVerb.ROLE_CHANGED,
}


class EmailTaken(Conflict):
    """409: an account with this address exists. Public sign-up must not pass it on to whoever asked."""

    code = "email_taken"
    message = _("There is an account with this e-mail address already.")


class AlreadyMerged(Conflict):
    """409: the account was merged into another, which can't be undone."""

    code = "already_merged"
    message = _("This account was merged into another one.")


def register_patient(
    *,
    email: str,
    password: str,
    first_name: str,
    last_name: str,
    phone: Any = "",
    date_of_birth: date | None = None,
    gender: str = "",
) -> User:
    """A new patient, whose address is still to be verified. Raises Invalid (fields) and EmailTaken."""
    user = User(
        email=User.objects.normalize_email(email),
        first_name=first_name,
        last_name=last_name,
        phone=phone,
        language=languages.spoken_now(),
    )
    with as_domain_errors():
        check_password(password, user)
    user.set_password(password)
    with as_domain_errors(), transaction.atomic():
        _save_new(user, verified=False)
        fill_in_patient(user, date_of_birth=date_of_birth, gender=gender)
        trail.record(ActivityVerb.SIGNED_UP, actor=user, target=user, patient=user)
    return user


def check_password(password: str, user: User) -> None:
    """Raises Django's ValidationError for the field `password` when it is too weak, or too like the person."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ValidationError({"password": error.messages}) from error


def fill_in_patient(user: User, **fields: Any) -> PatientProfile:
    """The patient's profile, made when it is missing, with the named fields set. Raises Invalid."""
    profile = PatientProfile.objects.filter(user=user).first() or PatientProfile(user=user)
    for name, value in fields.items():
        setattr(profile, name, value)
    with as_domain_errors():
        profile.full_clean(validate_unique=False)
        profile.save()
    return profile


def create_doctor(
    *,
    email: str,
    first_name: str,
    last_name: str,
    specialty: Specialty,
    licence_number: str,
    password: str | None = None,
    phone: Any = "",
    profile: Mapping[str, Any] | None = None,
    actor: User | None = None,
) -> User:
    """A doctor whom the clinic vouches for (address verified). `profile` holds further DoctorProfile fields.

    Without a password the doctor sets one by 'forgotten password'. Raises Invalid (fields) and EmailTaken.
    """
    user = User(
        email=User.objects.normalize_email(email),
        first_name=first_name,
        last_name=last_name,
        phone=phone,
        role=Role.DOCTOR,
    )
    user.set_password(password)
    with as_domain_errors(), transaction.atomic():
        _save_new(user, verified=True)
        doctor = DoctorProfile(
            user=user, specialty=specialty, licence_number=licence_number, **(profile or {})
        )
        doctor.full_clean()
        doctor.save()
        trail.record(ActivityVerb.ACCOUNT_CREATED, actor=actor, target=user)
    return user


def add_vouched(user: User, *, actor: User | None = None) -> User:
    """Store a new account of any role whom an admin vouches for: the address counts as verified.

    Raises Invalid (fields) and EmailTaken."""
    user.email = User.objects.normalize_email(user.email)
    with as_domain_errors(), transaction.atomic():
        _save_new(user, verified=True)
        if user.is_patient:
            fill_in_patient(user)
        trail.record(
            ActivityVerb.ACCOUNT_CREATED, actor=actor, target=user, patient=user if user.is_patient else None
        )
    return user


def follow_email(user: User, *, actor: User | None = None) -> None:
    """An admin has corrected the account's address: log-in and mail follow it."""
    with transaction.atomic():
        EmailAddress.objects.filter(user=user).exclude(email=user.email).delete()
        EmailAddress.objects.update_or_create(
            user=user, email=user.email, defaults={"primary": True, "verified": True}
        )
        trail.record(ActivityVerb.EMAIL_CHANGED, actor=actor, target=user, changed=["email"])


def deactivate(user: User, *, actor: User | None = None, reason: str = "") -> User:
    """Close the account: log-in, API and every open socket end at once. `reason` goes into the activity trail.

    Raises NotAllowed for `actor`."""
    return _change(user, sessions.DEACTIVATED, actor=actor, note=reason, is_active=False)


def activate(user: User, *, actor: User | None = None) -> User:
    """Let somebody in again; nothing that was open before comes back. Raises NotAllowed for `actor`, and
    AlreadyMerged for an account that was merged into another."""
    _check(actor, user)
    with transaction.atomic():
        locked = lock(User, user.pk)
        if locked.merged_into_id is not None:
            raise AlreadyMerged
        locked.is_active = user.is_active = True
        locked.save(update_fields=["is_active", "updated_at"])
        trail.record(ActivityVerb.ACCOUNT_ACTIVATED, actor=actor, target=user, changed=["is_active"])
    return user


def change_role(user: User, role: str, *, actor: User | None = None) -> User:
    """Give somebody another role; whatever they have open ends. A doctor needs a DoctorProfile first.

    Raises Invalid, and NotAllowed unless `actor` is an admin (None: the portal itself).
    """
    if role not in Role.values:
        raise Invalid(fields={"role": [_("There is no such role.")]})
    if actor is not None and actor.role != Role.ADMIN:
        raise NotAllowed
    if role == Role.DOCTOR and not DoctorProfile.objects.filter(user=user).exists():
        raise Invalid(fields={"role": [_("Add a doctor profile with specialty and licence first.")]})
    if role == Role.PATIENT:
        PatientProfile.objects.get_or_create(user=user)
    return _change(user, sessions.ROLE_CHANGED, actor=actor, role=role)


def _change(user: User, reason: str, *, actor: User | None, note: str = "", **fields: Any) -> User:
    _check(actor, user)
    with transaction.atomic():
        locked = lock(User, user.pk)
        if all(getattr(locked, name) == value for name, value in fields.items()):
            return user
        for name, value in fields.items():
            setattr(locked, name, value)
            setattr(user, name, value)
        locked.save(update_fields=[*fields, "updated_at"])
        sessions.end_everywhere(user, reason)
        trail.record(_VERBS[reason], actor=actor, target=user, changed=fields, reason=note)
    return user


def _check(actor: User | None, user: User) -> None:
    if actor is not None and not rules.can_manage_account(actor, user):
        raise NotAllowed


def _save_new(user: User, *, verified: bool) -> None:
    user.full_clean(validate_unique=False, validate_constraints=False)
    if EmailAddress.objects.filter(email=user.email, verified=True).exists():
        raise EmailTaken  # also when it is somebody's second address
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=verified)
    except IntegrityError as error:
        raise EmailTaken from error


@contextmanager
def as_domain_errors() -> Iterator[None]:
    try:
        yield
    except ValidationError as error:
        raise Invalid(fields=error.message_dict) from error
