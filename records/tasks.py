"""What workers do for clinical records. Each task asks the domain, which looks again: a task may run twice or late."""

from django_tasks import task

from records.domain import document_sweep, previews


@task()
def make_document_preview(document_id: str) -> None:
    previews.make(document_id)


@task()
def sweep_documents() -> None:
    document_sweep.sweep()
