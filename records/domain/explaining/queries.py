"""Which explanations a person may see."""

from typing import Any

from django.db.models import Q, QuerySet

from accounts.domain.queries import patients_open_to
from accounts.enums import ActivityVerb
from accounts.models import User
from records.domain import reading
from records.enums import Audience, ExplanationStatus
from records.models import Explanation

from .sources import Kind, readable

_X = ExplanationStatus


def visible_to(user: User) -> QuerySet[Explanation]:
    """Patients: their own that a doctor has released. Doctors: all but discarded ones of the patients whose record is
    open to them. Both: only as long as they see what it explains. Nobody else: none. The latest first, with the people
    and the source."""
    found = Explanation.objects.select_related(
        "patient__patient_profile",
        "asked_by",
        "released_by",
        "prescription",
        "lab_report",
        "imaging_report__service",
        "document",
    ).order_by("-created_at", "-id")
    if not user.is_active:
        return found.none()
    if user.is_patient:
        own = Q(patient=user.pk, audience=Audience.PATIENT, status=_X.RELEASED)
        return found.filter(own & readable(user))
    if user.is_doctor:
        return found.filter(readable(user), patient__in=patients_open_to(user)).exclude(status=_X.DISCARDED)
    return found.none()


def waiting_of(patient: User) -> QuerySet[Explanation]:
    """What the patient has asked for and no doctor has read yet: that it is so, for them, without what it says."""
    return (
        Explanation.objects.filter(
            readable(patient),
            patient=patient,
            asked_by=patient,
            audience=Audience.PATIENT,
            status__in=(_X.WAITING, _X.DRAFT),
        )
        .select_related("prescription", "lab_report", "imaging_report__service", "document")
        .defer("findings", "lines", "sentences")
        .order_by("-created_at", "-id")
    )


def of_source(user: User, kind: Kind, source: Any) -> list[Explanation]:
    """Those of this thing that `user` may see, the latest first; a few."""
    return list(visible_to(user).filter(**{kind.name: source})[:5])


def read(shown: list[Explanation], *, reader: User, by_itself: bool = False) -> None:
    """Somebody was shown these: a line each in the trail, which says so when break-glass let them."""
    about = [(one, one.patient_id) for one in shown]
    reading.note(ActivityVerb.EXPLANATION_READ, about, reader=reader, by_itself=by_itself)
