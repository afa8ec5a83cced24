"""What messaging does later."""

from django_tasks import task

from messaging.domain import attachments, calls, ringing


@task()
def miss_call(call_id: str) -> None:
    """Nobody answered in time."""
    ringing.miss(call_id)


@task()
def close_call(call_id: str) -> None:
    """Its time is over."""
    calls.close(call_id)


@task()
def sweep_uploads() -> None:
    """Files that were uploaded and never sent."""
    attachments.sweep()
