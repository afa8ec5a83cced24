"""One person, two accounts: what belongs to the one goes to the other, for good."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import rules
from accounts.domain import people, sessions, trail
from accounts.domain.people import AlreadyMerged
from accounts.enums import ActivityVerb, BloodGroup
from accounts.models import BreakGlass, CareLink, PatientProfile, User
from accounts.signals import patients_merged, patients_merging
from clinic.core.errors import Invalid, NotAllowed

KEPT, MERGED = "kept", "merged"
ON_ACCOUNT = ("first_name", "last_name", "phone")
ON_PROFILE = (
    "date_of_birth",
    "gender",
    "address",
    "emergency_contact_name",
    "emergency_contact_phone",
    "medical_aid_scheme",
    "medical_aid_number",
)
# What management chooses between; the health basics are not theirs to read.
CHOSEN = (*ON_ACCOUNT, *ON_PROFILE)


def merge(kept_id: UUID, merged_id: UUID, *, keep: Mapping[str, str], actor: User) -> User:
    """Move everything of `merged_id` to `kept_id`, close the merged account, and return the kept one.

    `keep` says for names of CHOSEN whose value stays (KEPT or MERGED); a field that is not named keeps its value, and
    takes the merged one's where it has none. Health basics: gaps are filled, allergies and conditions put together.

    Raises NotAllowed for `actor`, Invalid (not two patients, an unknown choice), AlreadyMerged, User.DoesNotExist, and
    whatever a receiver of patients_merging refuses with (scheduling: OverlappingVisits); then nothing has changed.
    """
    if not rules.can_merge_patients(actor):
        raise NotAllowed
    if kept_id == merged_id:
        raise Invalid(_("Choose two different accounts."))
    if set(keep) - set(CHOSEN) or set(keep.values()) - {KEPT, MERGED}:
        raise Invalid(_("Choose one of the two values for each detail."))
    with transaction.atomic():
        # In order of id, so that two merges never wait for each other in a circle. Not against rows that merely point
        # at these accounts: whoever holds a visit's lock may be telling its patient something.
        accounts = User.objects.select_for_update(of=("self",), no_key=True)
        rows = {row.pk: row for row in accounts.filter(pk__in=(kept_id, merged_id)).order_by("pk")}
        if len(rows) < 2:
            raise User.DoesNotExist
        kept, merged = rows[kept_id], rows[merged_id]
        if kept.merged_into_id is not None or merged.merged_into_id is not None:
            raise AlreadyMerged
        if not (kept.is_patient and merged.is_patient):
            raise Invalid(_("Only accounts of patients can be merged."))
        if not kept.is_active:
            raise Invalid(
                _("The account that stays is deactivated. Activate it first, or keep the other one.")
            )
        patients_merging.send(sender=User, kept=kept, merged=merged, actor=actor)
        changed = _take_over(kept, merged, keep)
        _move_access(kept, merged)
        patients_merged.send(sender=User, kept=kept, merged=merged, actor=actor)
        people.deactivate(merged, actor=actor)
        sessions.drop_tokens(merged)  # also of an account that was closed before
        User.objects.filter(merged_into=merged).update(merged_into=kept)
        merged.merged_into = kept
        merged.save(update_fields=["merged_into", "updated_at"])
        trail.record(ActivityVerb.MERGED, actor=actor, target=merged, patient=kept, changed=changed)
    return kept


def differing(one: User, other: User) -> list[str]:
    """Names of CHOSEN in which two patients differ."""
    return [name for name in CHOSEN if value_of(one, name) != value_of(other, name)]


def value_of(person: User, name: str) -> object:
    """One of CHOSEN, wherever it is kept; "" for what is not known."""
    row = person if name in ON_ACCOUNT else getattr(person, "patient_profile", None)
    return getattr(row, name, None) or ""


def _take_over(kept: User, merged: User, keep: Mapping[str, str]) -> list[str]:
    """Names of the fields that changed."""
    theirs = PatientProfile.objects.filter(user=merged).first() or PatientProfile(user=merged)
    profile, _made = PatientProfile.objects.get_or_create(user=kept)
    changed = [
        *_choose(kept, merged, ON_ACCOUNT, keep),
        *_choose(profile, theirs, ON_PROFILE, keep),
        *_fill_health(profile, theirs),
    ]
    profile.welcomed_at = profile.welcomed_at or theirs.welcomed_at
    if merged.photo and not kept.photo:
        kept.photo, merged.photo = merged.photo.name, ""
        merged.save(update_fields=["photo", "updated_at"])
        changed.append("photo")
    kept.save(update_fields=[*ON_ACCOUNT, "photo", "updated_at"])
    profile.save()
    return changed


def _choose(
    row: User | PatientProfile,
    theirs: User | PatientProfile,
    names: tuple[str, ...],
    keep: Mapping[str, str],
) -> list[str]:
    changed = []
    for name in names:
        mine, other = getattr(row, name), getattr(theirs, name)
        if mine != other and keep.get(name, KEPT if mine else MERGED) == MERGED:
            setattr(row, name, other)
            changed.append(name)
    return changed


def _fill_health(profile: PatientProfile, theirs: PatientProfile) -> list[str]:
    changed = []
    for name in ("blood_group", "height_cm", "weight_kg"):
        if getattr(profile, name) in (None, "", BloodGroup.UNKNOWN) and getattr(theirs, name):
            setattr(profile, name, getattr(theirs, name))
            changed.append(name)
    for name in ("allergies", "conditions"):
        mine, other = getattr(profile, name), getattr(theirs, name)
        if other and other not in mine:
            # Nothing a doctor should know is dropped, even where both together are longer than the form takes.
            setattr(profile, name, f"{mine}\n{other}" if mine else other)
            changed.append(name)
    return changed


def _move_access(kept: User, merged: User) -> None:
    """Who may open the record."""
    doctors = CareLink.objects.filter(patient=kept).values("doctor")
    CareLink.objects.filter(
        patient=merged, doctor__in=list(doctors.values_list("doctor", flat=True))
    ).delete()
    CareLink.objects.filter(patient=merged).update(patient=kept)
    BreakGlass.objects.filter(patient=merged).update(patient=kept)
