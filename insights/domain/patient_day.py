"""What a patient needs to see first."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, F, Prefetch, Q, When
from django.utils import timezone

from accounts.models import User
from billing.enums import PaymentKind, PaymentStatus
from billing.models import Payment
from messaging.domain.queries import conversation_list
from messaging.models import Conversation, Member, Message
from scheduling.domain.queries import appointments_visible_to
from scheduling.enums import UPCOMING, AppointmentStatus
from scheduling.models import Appointment

SHOWN_AHEAD = 5
SHOWN_UNPAID = 5
SHOWN_CONVERSATIONS = 3
# A video visit that overruns stays in view this long.
OVERRUN = timedelta(hours=1)


@dataclass(frozen=True)
class PatientDay:
    """`first` is the visit that asks for something soonest, `others` follow by time. `unpaid` is what is left to pay
    besides the visits themselves (a shortfall of the medical aid, a fee); `seen_before` is the latest visit held, for
    booking the same doctor again."""

    first: Appointment | None
    others: list[Appointment]
    unpaid: list[Payment]
    seen_before: Appointment | None
    conversations: list[Conversation]

    @property
    def is_new(self) -> bool:
        return self.first is None and self.seen_before is None


def patient_day(user: User, *, now: datetime | None = None) -> PatientDay:
    """The patient's visits ahead, open payments, last doctor and latest conversations, in eight queries."""
    now = now or timezone.now()
    visits = appointments_visible_to(user).prefetch_related(None)
    lapsed = Q(status=AppointmentStatus.PENDING_PAYMENT, hold_expires_at__lte=now)
    ahead = list(
        visits.filter(status__in=UPCOMING, ends_at__gt=now - OVERRUN)
        .exclude(lapsed)
        .prefetch_related("payments")
        .order_by("starts_at", "pk")[: SHOWN_AHEAD + 1]
    )
    first = min(ahead, key=lambda visit: _urgency(visit, now), default=None)
    unpaid = list(
        Payment.objects.filter(
            appointment__patient=user, status__in=(PaymentStatus.DUE, PaymentStatus.REJECTED)
        )
        .exclude(kind=PaymentKind.CHARGE)
        .select_related("appointment__service", "appointment__doctor")
        .order_by("created_at")[:SHOWN_UNPAID]
    )
    seen_before = visits.filter(status=AppointmentStatus.COMPLETED).order_by("-starts_at").first()
    return PatientDay(
        first=first,
        others=[visit for visit in ahead if visit is not first][:SHOWN_AHEAD],
        unpaid=unpaid,
        seen_before=seen_before,
        conversations=latest_conversations(user, SHOWN_CONVERSATIONS),
    )


def _urgency(visit: Appointment, now: datetime) -> tuple[int, datetime]:
    """A visit about to begin comes before a hold that runs out, and that before whatever is later."""
    if visit.status not in (AppointmentStatus.PENDING_PAYMENT, AppointmentStatus.PENDING_CONFIRMATION):
        if visit.starts_at - now < timedelta(minutes=30):
            return (0, visit.starts_at)
    elif visit.hold_expires_at:
        return (1, visit.hold_expires_at)
    return (2, visit.starts_at)


def latest_conversations(user: User, count: int) -> list[Conversation]:
    """Conversations in which something was written, the unread first, then the latest; each with `other`, the person
    across, and `last`, its last message, without its files. Three queries."""
    last_message = Message.objects.filter(seq=F("conversation__last_seq"))
    written = (
        conversation_list(user)
        .filter(last_seq__gt=0)
        .prefetch_related(None)
        .prefetch_related(
            Prefetch("messages", last_message, to_attr="last_messages"),
            Prefetch("members", Member.objects.select_related("user"), to_attr="people"),
        )
    )
    conversations: list[Conversation] = list(
        written.order_by(Case(When(unread__gt=0, then=0), default=1), "-active_at", "-id")[:count]
    )
    for conversation in conversations:
        people = [member.user for member in conversation.people]  # type: ignore[attr-defined]
        conversation.other = next(  # type: ignore[attr-defined]
            (person for person in people if person.pk != user.pk), user
        )
        conversation.last = next(iter(conversation.last_messages), None)  # type: ignore[attr-defined]
    return conversations
