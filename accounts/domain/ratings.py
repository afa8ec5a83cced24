"""What patients think of a doctor, as one figure beside the profile. Where it comes from is known further up."""

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from django.db import transaction

from accounts.models import DoctorProfile

# Sum and number of the ratings that are published.
Tally = tuple[int, int]


def average(total: int, count: int) -> Decimal | None:
    """To one decimal, halves up; None of nothing."""
    return (Decimal(total) / count).quantize(Decimal("0.1"), ROUND_HALF_UP) if count else None


def refresh(doctor_id: UUID, tally: Callable[[], Tally]) -> None:
    """Store the doctor's rating anew. `tally` counts once the profile is locked, so that of two decisions at the
    same moment the later one counts both. Nothing happens for who has no profile any more."""
    with transaction.atomic():
        profile = DoctorProfile.objects.select_for_update(of=("self",)).filter(user=doctor_id).first()
        if profile is None:
            return
        total, count = tally()
        profile.rating, profile.rating_count = average(total, count), count
        profile.save(update_fields=["rating", "rating_count", "updated_at"])
