"""Reading feedback: what the public is shown, and what each person may see of the rest."""

from uuid import UUID

from django.db.models import Count, Prefetch, QuerySet

from accounts.models import User
from records import rules
from records.enums import FeedbackStatus
from records.models import Feedback, FeedbackStatusChange


def feedback_visible_to(user: User) -> QuerySet[Feedback]:
    """All for management, a patient's own, none for anyone else: doctors read what is published, without who
    wrote it. With the visit's people and the history in a constant number of queries."""
    found = Feedback.objects.select_related(
        "appointment__patient", "appointment__doctor__doctor_profile__specialty", "moderated_by"
    ).prefetch_related(Prefetch("history", FeedbackStatusChange.objects.select_related("actor")))
    if rules.can_moderate(user):
        return found
    if user.is_active and user.is_patient:
        return found.filter(appointment__patient=user.pk)
    return found.none()


def reviews() -> QuerySet[Feedback]:
    """Published feedback with words in it, about doctors who still work here, newest first."""
    return (
        Feedback.objects.filter(
            status=FeedbackStatus.PUBLISHED,
            appointment__doctor__is_active=True,
            appointment__doctor__doctor_profile__isnull=False,
        )
        .exclude(comment="")
        .select_related("appointment__patient", "appointment__doctor__doctor_profile__specialty")
        .order_by("-created_at", "-id")
    )


def reviews_of(doctor_id: UUID) -> QuerySet[Feedback]:
    """The reviews of one doctor, newest first."""
    return reviews().filter(appointment__doctor=doctor_id)


def counts() -> dict[str, int]:
    """How much feedback stands in each status, zeros included."""
    found = dict(Feedback.objects.order_by().values_list("status").annotate(Count("pk")))
    return {status: found.get(status, 0) for status in FeedbackStatus.values}
