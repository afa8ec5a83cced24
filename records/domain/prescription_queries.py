"""Which prescriptions a person may see."""

from collections.abc import Sequence

from django.db.models import Prefetch, Q, QuerySet

from accounts.domain.queries import patients_open_to
from accounts.enums import ActivityVerb
from accounts.models import User
from records.domain import reading
from records.enums import PrescriptionStatus, RecordRequestStatus
from records.models import Prescription, PrescriptionItem

_P = PrescriptionStatus
UNSIGNED = (_P.DRAFT, _P.DISCARDED)
_PREPARING = (RecordRequestStatus.IN_PROGRESS, RecordRequestStatus.PREPARED)


def prescriptions_visible_to(user: User) -> QuerySet[Prescription]:
    """A patient: their own, once signed. A doctor: their own drafts, and what was signed for patients whose record is
    open to them or by themselves. Management: only drafts it prepares for a doctor. With people and items loaded;
    what was thrown away is never there."""
    rows = (
        Prescription.objects.exclude(status=_P.DISCARDED)
        .select_related("patient__patient_profile", "author__doctor_profile", "replaces", "request")
        .prefetch_related(
            Prefetch("items", PrescriptionItem.objects.select_related("medicine").order_by("position"))
        )
    )
    if not user.is_active:
        return rows.none()
    if user.is_patient:
        return rows.filter(patient=user.pk, signed_at__isnull=False)
    if user.is_doctor:
        signed = Q(patient__in=patients_open_to(user), signed_at__isnull=False)
        return rows.filter(Q(author=user.pk) | signed)
    if user.is_management:
        return rows.filter(status=_P.DRAFT, request__status__in=_PREPARING)
    return rows.none()


def last_signed(patient: User) -> Prescription | None:
    """What "repeat last" repeats: the newest that was signed, neither taken back by another nor stopped."""
    signed = Prescription.objects.filter(patient=patient, signed_at__isnull=False)
    return signed.exclude(status__in=[_P.REPLACED, _P.STOPPED]).order_by("-signed_at").first()


def read(shown: Sequence[Prescription], *, reader: User, by_itself: bool = False) -> None:
    """Somebody was shown these: a line each in the activity trail, which says so when break-glass let them."""
    about = [(prescription, prescription.patient_id) for prescription in shown]
    reading.note(ActivityVerb.PRESCRIPTION_READ, about, reader=reader, by_itself=by_itself)
