"""Background work. A task may run twice or late: each asks the domain, which looks again.

The worker does not retry a task that raised. So every run of `expire_hold` also takes along the holds whose own task
was lost, and booking frees lapsed holds itself; slots ignore them at once.
"""

from datetime import datetime
from uuid import UUID

from django_tasks import task

from scheduling.domain import carrying_out, offers, progress, reminding, series, sweeps, waiting


@task()
def expire_hold(appointment_id: str) -> None:
    progress.expire(appointment_id)
    progress.expire_lapsed()


@task()
def remind(appointment_id: str, starts_at: str, which: str) -> None:
    reminding.remind(appointment_id, datetime.fromisoformat(starts_at), which)


@task()
def remind_to_pay(appointment_id: str, until: str) -> None:
    series.remind_to_pay(appointment_id, datetime.fromisoformat(until))


@task()
def lapse_offer(offer_id: str) -> None:
    offers.lapse(offer_id)
    offers.lapse_due()


@task()
def end_waiting() -> None:
    waiting.end_over()


@task()
def offer_opened(doctor_id: str, starts_at: str, ends_at: str) -> None:
    offers.offer_freed(UUID(doctor_id), datetime.fromisoformat(starts_at), datetime.fromisoformat(ends_at))


@task()
def sweep() -> None:
    sweeps.sweep()
    offers.lapse_due()
    waiting.end_over()
    carrying_out.carry_out_due()


@task()
def carry_out_disruption(disruption_id: str) -> None:
    carrying_out.carry_out(disruption_id)
