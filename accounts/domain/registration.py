"""The clinic's own people register others and correct what is stored of them."""

from collections.abc import Mapping
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import rules
from accounts.domain import people, trail
from accounts.enums import ActivityVerb, Role
from accounts.models import DoctorProfile, PatientProfile, User
from clinic.core import mail
from clinic.core.errors import Conflict, NotAllowed
from clinic.core.status import lock

ACCOUNT_FIELDS = ("first_name", "last_name", "phone")
# Health basics are not the front desk's to know or to change.
PATIENT_FIELDS = frozenset(
    {
        "date_of_birth",
        "gender",
        "address",
        "emergency_contact_name",
        "emergency_contact_phone",
        "medical_aid_scheme",
        "medical_aid_number",
    }
)


def register(*, role: str, account: Mapping[str, Any], details: Mapping[str, Any], actor: User) -> User:
    """A new person whom the clinic vouches for, without a password: invitations.send lets them choose one.

    `account` holds email, first_name, last_name and phone, `details` fields of the role's profile.
    Raises NotAllowed, Invalid (fields) and people.EmailTaken.
    """
    if not rules.can_register(actor, role):
        raise NotAllowed
    with transaction.atomic():
        if role == Role.DOCTOR:
            own = dict(details)
            return people.create_doctor(
                **account,
                specialty=own.pop("specialty"),
                licence_number=own.pop("licence_number"),
                profile=own,
                actor=actor,
            )
        user = User(role=role, **account)
        user.set_unusable_password()
        people.add_vouched(user, actor=actor)
        if role == Role.PATIENT:
            people.fill_in_patient(user, **{name: details[name] for name in PATIENT_FIELDS & details.keys()})
    return user


def correct(
    user: User, *, account: Mapping[str, Any], details: Mapping[str, Any] | None = None, actor: User
) -> User:
    """Change somebody's account and the profile of their role; log-in and mail follow a new e-mail address, and the
    old one is told. Returns the fresh user. Raises NotAllowed, Invalid (fields) and people.EmailTaken."""
    if not rules.can_manage_account(actor, user):
        raise NotAllowed
    with people.as_domain_errors(), transaction.atomic():
        fresh = lock(User, user.pk)
        old_email = fresh.email
        email = User.objects.normalize_email(account.get("email", old_email))
        changed = {
            name for name in ACCOUNT_FIELDS if name in account and getattr(fresh, name) != account[name]
        }
        for name in changed:
            setattr(fresh, name, account[name])
        if email != old_email:
            _follow(fresh, email, actor=actor)
        fresh.full_clean(validate_unique=False, validate_constraints=False)
        fresh.save(update_fields=["email", *ACCOUNT_FIELDS, "updated_at"])
        changed |= _correct_profile(fresh, details or {})
        if changed:
            patient = fresh if fresh.is_patient else None
            trail.record(
                ActivityVerb.PROFILE_CHANGED, actor=actor, target=fresh, patient=patient, changed=changed
            )
        if email != old_email:
            with translation.override(fresh.language):
                _tell_old_address(fresh, old_email)
    return fresh


def owner_of(email: str) -> User | None:
    """Whoever has this address already, as their first or another one."""
    email = User.objects.normalize_email(email)
    owner = User.objects.filter(email=email).first()
    if owner is None:
        address = EmailAddress.objects.filter(email=email, verified=True).select_related("user").first()
        owner = address.user if address else None
    return owner


def _follow(user: User, email: str, *, actor: User) -> None:
    taken = EmailAddress.objects.filter(email=email, verified=True).exclude(user=user).exists()
    if taken or User.objects.filter(email=email).exclude(pk=user.pk).exists():
        raise people.EmailTaken
    user.email = email
    try:
        with transaction.atomic():
            User.objects.filter(pk=user.pk).update(email=email)
            people.follow_email(user, actor=actor)
    except IntegrityError as error:
        raise people.EmailTaken from error


def _correct_profile(user: User, details: Mapping[str, Any]) -> set[str]:
    if user.is_patient:
        row = PatientProfile.objects.filter(user=user).first() or PatientProfile(user=user)
        own = {name: details[name] for name in PATIENT_FIELDS & details.keys()}
        changed = {name for name, value in own.items() if getattr(row, name) != value}
        if changed:
            people.fill_in_patient(user, **own)
        return changed
    doctor = DoctorProfile.objects.filter(user=user).first() if user.is_doctor else None
    if doctor is None:
        return set()
    changed = {name for name, value in details.items() if getattr(doctor, name) != value}
    for name in changed:
        setattr(doctor, name, details[name])
    doctor.full_clean()
    try:
        with transaction.atomic():
            doctor.save()
    except IntegrityError as error:  # the licence number, taken a moment ago
        raise Conflict from error
    return changed


def _tell_old_address(user: User, old_email: str) -> None:
    text = _(
        "The clinic changed the e-mail address of your account to another one. You log in with the new address "
        "from now on. If you did not ask for this, please call the clinic."
    )
    subject = _("Your e-mail address at %(clinic)s was changed") % {"clinic": settings.CLINIC_NAME}
    mail.send_later(to=[old_email], subject=subject, text=text)
