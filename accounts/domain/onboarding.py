"""The first questions to a new patient: four short steps, each kept on its own, none of them a must."""

from django.utils import timezone

from accounts.domain import completeness
from accounts.enums import OnboardingStep
from accounts.models import PatientProfile, User


def lead_once(user: User) -> bool:
    """Whether to lead `user` to the first questions now: a patient of whom something is missing, and only once,
    however many log-ins happen at the same moment."""
    if not user.is_patient:
        return False
    waiting = PatientProfile.objects.filter(user=user, welcomed_at=None)
    return bool(waiting.update(welcomed_at=timezone.now())) and not completeness.of_patient(user).is_complete


def after(step: str) -> OnboardingStep | None:
    """The step that follows; None after the last."""
    steps = list(OnboardingStep)
    place = steps.index(OnboardingStep(step)) + 1
    return steps[place] if place < len(steps) else None


def before(step: str) -> OnboardingStep | None:
    """The step that precedes; None before the first."""
    steps = list(OnboardingStep)
    place = steps.index(OnboardingStep(step))
    return steps[place - 1] if place else None
