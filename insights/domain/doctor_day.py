"""A doctor's day at a glance."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from insights.domain.patient_day import latest_conversations
from messaging.models import Conversation
from scheduling.domain.board import at_the_door
from scheduling.domain.queries import appointments_visible_to
from scheduling.enums import AppointmentStatus as S
from scheduling.models import Appointment

SHOWN_CONVERSATIONS = 4
# Neither took place nor will: out of the way of the day's list.
NOT_SHOWN = (S.CANCELLED, S.DECLINED, S.EXPIRED, S.PENDING_PAYMENT)


@dataclass(frozen=True)
class DoctorDay:
    """`waiting` are in the waiting room or in front of the call's door; `today` holds them too."""

    today: list[Appointment]
    waiting: list[Appointment]
    current: Appointment | None
    next_later: Appointment | None
    conversations: list[Conversation]


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """The clinic's day, its end left out."""
    start = timezone.make_aware(datetime.combine(day, time()))
    return start, timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))


def doctor_day(user: User, *, now: datetime | None = None) -> DoctorDay:
    """Today's visits, who waits and the latest conversations, in six queries."""
    now = now or timezone.now()
    start, end = day_bounds(timezone.localdate(now))
    visits = appointments_visible_to(user).prefetch_related(None)
    today = list(
        visits.filter(Q(starts_at__gte=start, starts_at__lt=end) | Q(status=S.IN_PROGRESS))
        .exclude(status__in=NOT_SHOWN)
        .order_by("starts_at", "pk")
    )
    waiting_calls = at_the_door(today)
    waiting = [
        visit
        for visit in today
        if visit.status == S.CHECKED_IN or (visit.call_id in waiting_calls and visit.status == S.CONFIRMED)
    ]
    later = visits.filter(starts_at__gte=end, status__in=(S.CONFIRMED, S.PENDING_CONFIRMATION))
    return DoctorDay(
        today=today,
        waiting=waiting,
        current=next((visit for visit in today if visit.status == S.IN_PROGRESS), None),
        next_later=None if today else later.order_by("starts_at").first(),
        conversations=latest_conversations(user, SHOWN_CONVERSATIONS),
    )


def week_bounds(now: datetime) -> tuple[datetime, datetime]:
    """The week that began on Sunday (Nepal's week), its end left out."""
    today = timezone.localdate(now)
    sunday = today - timedelta(days=(today.weekday() + 1) % 7)
    return day_bounds(sunday)[0], day_bounds(sunday + timedelta(days=6))[1]
