"""Background work. A task may run twice or late: each asks the domain, which looks again.

The worker does not retry a task that raised. So every run of `expire_hold` also takes along the holds whose own task
was lost, and booking frees lapsed holds itself; slots ignore them at once.
"""

from datetime import datetime

from django_tasks import task

from scheduling.domain import progress, reminding


@task()
def expire_hold(appointment_id: str) -> None:
    progress.expire(appointment_id)
    progress.expire_lapsed()


@task()
def remind(appointment_id: str, starts_at: str, which: str) -> None:
    reminding.remind(appointment_id, datetime.fromisoformat(starts_at), which)
