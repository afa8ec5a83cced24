"""What management looks after now: money to check, who comes today, who waits, what is about to lapse."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count
from django.utils import timezone

from accounts.models import User
from billing.domain import queries as payments
from billing.enums import PaymentStatus
from billing.models import Payment
from insights.domain.doctor_day import day_bounds
from scheduling.domain.queries import appointments_visible_to
from scheduling.enums import AppointmentStatus as S
from scheduling.models import Appointment

SHOWN = 5
LAPSES_WITHIN = timedelta(minutes=30)


@dataclass(frozen=True)
class FrontDesk:
    """`by_status` counts today's visits, in the order of a visit's life, empty ones left out. Lists hold the first
    SHOWN; the counts beside them are whole."""

    to_check: list[Payment]
    to_check_count: int
    by_status: list[tuple[S, int]]
    today_count: int
    waiting: list[Appointment]
    waiting_count: int
    lapsing: list[Appointment]


def front_desk(user: User, *, now: datetime | None = None) -> FrontDesk:
    """In eight queries, however busy the clinic is."""
    now = now or timezone.now()
    start, end = day_bounds(timezone.localdate(now))
    visits = appointments_visible_to(user).prefetch_related(None)
    today = Appointment.objects.filter(starts_at__gte=start, starts_at__lt=end).order_by()
    counts = dict(today.values_list("status").annotate(Count("pk")))
    to_check = payments.in_state(payments.visible_to(user), PaymentStatus.SUBMITTED)
    return FrontDesk(
        to_check=list(to_check[:SHOWN]),
        to_check_count=to_check.count(),
        by_status=[(status, counts[status]) for status in S if counts.get(status)],
        today_count=sum(counts.values()),
        waiting=list(
            visits.filter(status=S.CHECKED_IN, starts_at__gte=start, starts_at__lt=end).order_by("starts_at")[
                :SHOWN
            ]
        ),
        waiting_count=counts.get(S.CHECKED_IN, 0),
        lapsing=list(
            visits.filter(
                status=S.PENDING_PAYMENT, hold_expires_at__gt=now, hold_expires_at__lte=now + LAPSES_WITHIN
            ).order_by("hold_expires_at")[:SHOWN]
        ),
    )
