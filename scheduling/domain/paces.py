"""How long each doctor's visits have taken lately: what waits.py reckons with."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment, Schedule

from .waits import Basis, Pace, pace

# The last so many visits of a kind, not older than this.
LAST = 50
DAYS = 90
# Today's visits change the figures little; a screen that refreshes itself asks often.
KEPT_SECONDS = 600

Minutes = dict[Any, list[float]]


class Paces:
    """The pace of every visit of some doctors, from four queries at most however many they are."""

    def __init__(self, doctor_ids: Iterable[UUID], service_ids: Iterable[UUID]) -> None:
        doctors, services = set(doctor_ids), set(service_ids)
        self._of_doctors = _measured("doctor", doctors)
        self._of_services = _measured("service", services)
        rules = Schedule.objects.filter(doctor__in=doctors)
        self._pauses = {
            doctor: before + after
            for doctor, before, after in rules.values_list(
                "doctor", "buffer_before_minutes", "buffer_minutes"
            )
        }

    def of(self, visit: Appointment) -> Pace:
        """By this doctor's visits of the same service, else by everybody's, else as planned."""
        return pace(
            planned=(visit.ends_at - visit.starts_at).total_seconds() / 60,
            pause=self._pauses.get(visit.doctor_id, 0),
            measured=[
                (Basis.DOCTOR, self._of_doctors.get(visit.doctor_id, {}).get(visit.service_id, ())),
                (Basis.SERVICE, self._of_services.get(visit.service_id, {}).get(visit.service_id, ())),
            ],
        )


def _measured(by: str, ids: set[UUID]) -> dict[UUID, Minutes]:
    """Of each doctor (or service): minutes that their last visits of each service took."""
    keys = {f"pace:{by}:{pk}": pk for pk in ids}
    kept = cache.get_many(keys)
    missing = [pk for key, pk in keys.items() if key not in kept]
    if missing:
        found: dict[UUID, Minutes] = {pk: defaultdict(list) for pk in missing}
        for doctor, service, started, completed in _last(by, missing):
            found[doctor if by == "doctor" else service][service].append(
                (completed - started).total_seconds() / 60
            )
        cache.set_many({f"pace:{by}:{pk}": dict(minutes) for pk, minutes in found.items()}, KEPT_SECONDS)
        kept |= {f"pace:{by}:{pk}": minutes for pk, minutes in found.items()}
    return {pk: kept[key] for key, pk in keys.items()}


def _last(by: str, ids: Iterable[UUID]) -> QuerySet[Appointment, tuple[Any, ...]]:
    kinds = {"service", by}
    newest = Window(RowNumber(), partition_by=[F(name) for name in sorted(kinds)], order_by="-completed_at")
    return (
        Appointment.objects.filter(
            **{f"{by}__in": list(ids)},
            status=AppointmentStatus.COMPLETED,
            starts_at__gte=timezone.now() - timedelta(days=DAYS),
            started_at__isnull=False,
            completed_at__isnull=False,
        )
        .annotate(newest=newest)
        .filter(newest__lte=LAST)
        .order_by()
        .values_list("doctor", "service", "started_at", "completed_at")
    )
