"""When the next sweep of documents takes place."""

from datetime import timedelta

from django.utils import timezone
from django_tasks_db.models import DBTaskResult

EVERY = timedelta(days=1)


def plan() -> None:
    """A sweep within a day, unless one waits already."""
    from records.tasks import sweep_documents

    waiting = DBTaskResult.objects.filter(task_path=sweep_documents.module_path, status="READY")
    if not waiting.exists():
        sweep_documents.using(run_after=timezone.now() + EVERY).enqueue()
