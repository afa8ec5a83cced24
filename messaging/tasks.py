"""What messaging does later."""

from uuid import UUID

from django_tasks import task

from messaging.domain import attachments, calls, deliveries, ringing, unread


@task()
def deliver(delivery_id: str) -> None:
    """A mail, SMS or push leaves."""
    deliveries.send(delivery_id)


@task()
def sweep_deliveries() -> None:
    """What died on its way, and what its task forgot."""
    deliveries.sweep()


@task()
def tell_of_unread(conversation_id: str) -> None:
    """Messages have waited for a while."""
    unread.tell(UUID(conversation_id))


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
