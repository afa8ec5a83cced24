"""Finding people."""

from django.db.models import QuerySet

from accounts.enums import Role
from accounts.models import User


def doctors() -> QuerySet[User]:
    """Active doctors that have a profile, with their specialty."""
    return User.objects.filter(role=Role.DOCTOR, is_active=True, doctor_profile__isnull=False).select_related(
        "doctor_profile__specialty"
    )
