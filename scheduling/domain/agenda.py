"""What stands in calendars on some days: visits, and times that are kept for the waiting list."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from scheduling.enums import OCCUPYING, OPEN, AppointmentStatus, OfferStatus
from scheduling.models import Appointment, WaitingOffer

from .queries import appointments_visible_to

# A month's grid has at most six weeks.
MAX_DAYS = 45


def midnight(day: date) -> datetime:
    """When the clinic's day begins."""
    return timezone.make_aware(datetime.combine(day, time()), timezone.get_default_timezone())


def doctors_of(viewer: User) -> QuerySet[User]:
    """Whose calendars `viewer` may see: a doctor's own; for management those of all active doctors and of others
    who still have visits ahead. With their specialty."""
    found = User.objects.filter(role=Role.DOCTOR, doctor_profile__isnull=False).select_related(
        "doctor_profile__specialty"
    )
    if not viewer.is_active or not (viewer.is_management or viewer.is_doctor):
        return found.none()
    if viewer.is_doctor:
        return found.filter(pk=viewer.pk)
    ahead = Appointment.objects.filter(doctor=OuterRef("pk"), status__in=OPEN, ends_at__gte=timezone.now())
    return found.filter(Q(is_active=True) | Exists(ahead))


def visits(viewer: User, first_day: date, day_after: date, *, with_status: str = "") -> QuerySet[Appointment]:
    """Visits on these days that `viewer` may see and that take time; lapsed holds don't. `with_status` asks for
    those of one status instead, whether or not they take time."""
    found = appointments_visible_to(viewer).filter(
        starts_at__lt=midnight(day_after), ends_at__gt=midnight(first_day)
    )
    found = found.filter(status=with_status) if with_status else found.filter(status__in=OCCUPYING)
    lapsed = Q(status=AppointmentStatus.PENDING_PAYMENT, hold_expires_at__lte=timezone.now())
    return found.exclude(lapsed).order_by("starts_at", "pk")


def by_day(found: QuerySet[Appointment]) -> dict[date, dict[str, int]]:
    """How many of these visits there are on each day of the clinic, by status; one query."""
    counts: dict[date, dict[str, int]] = defaultdict(dict)
    rows = (
        found.order_by()
        .annotate(day=TruncDate("starts_at", tzinfo=timezone.get_default_timezone()))
        .values_list("day", "status")
        .annotate(total=Count("pk"))
    )
    for day, status, total in rows:
        counts[day][status] = total
    return dict(sorted(counts.items()))


def offers(doctor_ids: Collection[UUID], first_day: date, day_after: date) -> QuerySet[Any]:
    """Times of these doctors that are kept for somebody on the waiting list; with who that is."""
    return (
        WaitingOffer.objects.filter(
            doctor__in=doctor_ids,
            status=OfferStatus.OPEN,
            expires_at__gt=timezone.now(),
            starts_at__lt=midnight(day_after),
            ends_at__gt=midnight(first_day),
        )
        .select_related("entry__patient", "entry__service")
        .order_by("starts_at", "pk")
    )
