"""All that the front desk needs of one person on one page; nothing clinical."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from billing.domain import queries as payments
from billing.models import Payment
from messaging.models import Conversation, Member
from scheduling.domain.queries import appointments_visible_to
from scheduling.enums import UPCOMING
from scheduling.models import Appointment

SHOWN = 8


@dataclass(frozen=True)
class Overview:
    """The next and the latest visits and payments, first SHOWN of each, with whole counts; conversations are named by
    who is across and when something was last written, never by what."""

    ahead: list[Appointment] = field(default_factory=list)
    past: list[Appointment] = field(default_factory=list)
    visit_count: int = 0
    payments: list[Payment] = field(default_factory=list)
    payment_count: int = 0
    conversations: list[tuple[User, Conversation]] = field(default_factory=list)
    conversation_count: int = 0


def overview(person: User, *, viewer: User, now: datetime | None = None) -> Overview:
    """What `viewer` may see of `person` across the apps, in a constant number of queries: management all of it,
    anybody else (admin) nothing beyond the account."""
    if not (viewer.is_active and viewer.is_management) or not (person.is_patient or person.is_doctor):
        return Overview()
    now = now or timezone.now()
    visits = _visits_of(person, viewer)
    coming = Q(status__in=UPCOMING, ends_at__gt=now)
    ahead = list(visits.filter(coming).order_by("starts_at", "pk")[:SHOWN])
    if person.is_doctor:
        return Overview(ahead=ahead, visit_count=visits.order_by().count())
    owed = payments.visible_to(viewer).filter(appointment__patient=person)
    talks = Conversation.objects.filter(members__user=person, last_seq__gt=0)
    return Overview(
        ahead=ahead,
        past=list(visits.exclude(coming).order_by("-starts_at", "-pk")[:SHOWN]),
        visit_count=visits.order_by().count(),
        payments=list(owed.order_by("-created_at", "-pk")[:SHOWN]),
        payment_count=owed.order_by().aggregate(count=Count("pk"))["count"],
        conversations=_across(person, talks),
        conversation_count=talks.count(),
    )


def _visits_of(person: User, viewer: User) -> QuerySet[Appointment]:
    visits = appointments_visible_to(viewer).prefetch_related(None)
    return visits.filter(doctor=person) if person.is_doctor else visits.filter(patient=person)


def _across(person: User, talks: QuerySet[Conversation]) -> list[tuple[User, Conversation]]:
    latest = talks.order_by("-last_message_at", "-id")[:SHOWN]
    others = Member.objects.filter(conversation__in=list(latest)).exclude(user=person)
    rows = others.select_related("user", "conversation").order_by("-conversation__last_message_at", "pk")
    return [(member.user, member.conversation) for member in rows]
