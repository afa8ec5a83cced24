"""How the installation itself is doing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks_db.models import DBTaskResult, get_date_max

from accounts.enums import Role
from accounts.models import User
from clinic.core.views import CHECKS

SHOWN_FAILURES = 5

CHECK_NAMES = {
    "database": _("Database"),
    "channel_layer": _("Live events"),
    "task_queue": _("Background tasks"),
    "disk": _("Disk for uploads"),
}


@dataclass(frozen=True)
class Queue:
    """`waiting` are due and not begun; `planned` are for later (reminders, ends of holds)."""

    waiting: int
    planned: int
    running: int
    failed: int
    oldest_waiting: datetime | None


@dataclass(frozen=True)
class System:
    people: list[tuple[Role, int, int]]
    queue: Queue
    failures: list[DBTaskResult]
    checks: list[tuple[object, bool]]

    @property
    def is_ready(self) -> bool:
        return all(passed for _, passed in self.checks)


def system(*, now: datetime | None = None) -> System:
    """People by role (active, deactivated), the task queue, its last failures and the checks of /readyz."""
    now = now or timezone.now()
    rows = (
        User.objects.order_by()
        .values("role")
        .annotate(active=Count("pk", filter=Q(is_active=True)), closed=Count("pk", filter=Q(is_active=False)))
    )
    people = {row["role"]: (row["active"], row["closed"]) for row in rows}
    return System(
        people=[(role, *people.get(role, (0, 0))) for role in Role],
        queue=_queue(now),
        failures=list(DBTaskResult.objects.failed().order_by("-finished_at")[:SHOWN_FAILURES]),
        checks=[(CHECK_NAMES.get(name, name), _passes(check)) for name, check in CHECKS.items()],
    )


def _queue(now: datetime) -> Queue:
    # A task for "as soon as possible" has the last possible date in run_after.
    at_once = Q(run_after=get_date_max())
    due = Q(status="READY") & (at_once | Q(run_after__lte=now))
    counts = DBTaskResult.objects.order_by().aggregate(
        waiting=Count("pk", filter=due),
        planned=Count("pk", filter=Q(status="READY", run_after__gt=now) & ~at_once),
        running=Count("pk", filter=Q(status="RUNNING")),
        failed=Count("pk", filter=Q(status="FAILED")),
    )
    oldest = DBTaskResult.objects.filter(due).order_by("enqueued_at").values_list("enqueued_at", flat=True)
    return Queue(**counts, oldest_waiting=oldest.first())


def _passes(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception:
        return False
