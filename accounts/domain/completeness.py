"""How much of a profile is filled in: pure functions over plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from accounts.enums import OnboardingStep
from accounts.models import User

# What a clinic should know of every patient, by the step that asks for it. Medical aid is asked for and not counted:
# many people have none.
COUNTED: Mapping[OnboardingStep, tuple[str, ...]] = {
    OnboardingStep.ABOUT: ("date_of_birth", "gender", "address"),
    OnboardingStep.CONTACT: ("phone", "emergency_contact_name", "emergency_contact_phone"),
    OnboardingStep.HEALTH: ("blood_group", "height_cm", "weight_kg", "allergies", "conditions"),
    OnboardingStep.AID: ("photo",),
}
ON_ACCOUNT = frozenset({"phone", "photo"})


@dataclass(frozen=True)
class Completeness:
    """`percent` is 100 exactly when nothing is missing; `next_step` asks for the first missing thing."""

    percent: int
    missing: tuple[str, ...]
    next_step: OnboardingStep | None

    @property
    def is_complete(self) -> bool:
        return not self.missing


def measure(values: Mapping[str, Any]) -> Completeness:
    """How far these values (field name -> value) fill what is counted; a name that is not there is missing."""
    names = [name for step in OnboardingStep for name in COUNTED[step]]
    missing = tuple(name for name in names if not _is_filled(values.get(name)))
    next_step = next((step for step in OnboardingStep if set(COUNTED[step]) & set(missing)), None)
    return Completeness(100 * (len(names) - len(missing)) // len(names), missing, next_step)


def of_patient(user: User) -> Completeness:
    """As `measure`, of a patient with (or without) a profile row."""
    profile = getattr(user, "patient_profile", None)
    names = [name for step in OnboardingStep for name in COUNTED[step]]
    return measure({name: getattr(user if name in ON_ACCOUNT else profile, name, None) for name in names})


def _is_filled(value: Any) -> bool:
    """A figure counts even when it is 0; blank text does not."""
    if isinstance(value, str):
        return bool(value.strip())
    return value is not None and value != "" and (not hasattr(value, "name") or bool(value))
