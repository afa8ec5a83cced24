"""Which payments a person sees, and the queue's questions."""

from django.db.models import Count, Prefetch, Q, QuerySet

from accounts.models import User
from billing.enums import AttemptOutcome, PaymentStatus
from billing.models import Attempt, Payment

from .references import bare


def visible_to(user: User) -> QuerySet[Payment]:
    """All for management, a patient's own, none for anyone else. With the people, the
    service and the attempts, in a constant number of queries."""
    payments = Payment.objects.select_related(
        "appointment__patient", "appointment__doctor", "appointment__service"
    ).prefetch_related(
        Prefetch(
            "attempts",
            Attempt.objects.select_related(
                "decided_by", "reviewer", "first_approval_by", "resembles__payment"
            )
            .prefetch_related("gateway_events")
            .order_by("created_at", "id"),
        )
    )
    if user.is_active and user.is_management:
        return payments
    if user.is_active and user.is_patient:
        return payments.filter(appointment__patient=user)
    return payments.none()


def in_state(payments: QuerySet[Payment], status: str) -> QuerySet[Payment]:
    """The payments of one tab: what waits for management oldest first, everything else newest first."""
    if status == PaymentStatus.SUBMITTED:
        return payments.filter(_to_check()).order_by("submitted_at", "id")
    payments = payments.filter(status=status)
    if status == PaymentStatus.REFUND_DUE:
        return payments.order_by("updated_at", "id")
    return payments.order_by("-updated_at", "-id")


def matching(payments: QuerySet[Payment], text: str) -> QuerySet[Payment]:
    """Those whose reference, bank reference or patient contains `text`; all for an empty text."""
    words = text.replace("\x00", "").split()
    if not words:
        return payments
    key = bare("".join(words))
    by_reference = Q(reference__contains=key) | Q(
        pk__in=Attempt.objects.filter(reference_key__contains=key).values("payment_id")
    )
    by_patient = Q()
    for word in words:
        by_patient &= (
            Q(appointment__patient__first_name__icontains=word)
            | Q(appointment__patient__last_name__icontains=word)
            | Q(appointment__patient__email__icontains=word)
        )
    return payments.filter((by_reference | by_patient) if key else by_patient)


def counts() -> dict[str, int]:
    """How many payments are under each tab, zeros included."""
    found = dict(Payment.objects.order_by().values_list("status").annotate(Count("pk")))
    found[PaymentStatus.SUBMITTED] = Payment.objects.filter(_to_check()).count()
    return {status: found.get(status, 0) for status in PaymentStatus.values}


def _to_check() -> Q:
    """Also those settled another way while an attempt of the patient's was being checked: that money may come too."""
    # Two short looks by an index each; “one or the other” would read every payment there ever was.
    submitted = Payment.objects.filter(status=PaymentStatus.SUBMITTED).order_by().values("pk")
    pending = Attempt.objects.filter(outcome=AttemptOutcome.PENDING).order_by().values("payment")
    return Q(pk__in=submitted.union(pending))
