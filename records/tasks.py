"""What workers do for clinical records. Each task asks the domain, which looks again: a task may run twice or late."""

from datetime import datetime

from django.utils import timezone
from django_tasks import task

from records.domain import critical, document_sweep, previews, record_exports, reminders
from records.domain.explaining import writing
from records.domain.imaging import arriving


@task()
def make_document_preview(document_id: str) -> None:
    previews.make(document_id)


@task()
def sweep_documents() -> None:
    document_sweep.sweep()


@task()
def escalate_critical_alert(alert_id: str, due: str) -> None:
    critical.escalate(alert_id, datetime.fromisoformat(due))
    critical.escalate_due()


@task()
def remind_of_doses() -> None:
    reminders.remind_due()


@task(queue_name="slow")
def make_record_export(export_id: str) -> None:
    record_exports.run(export_id)


@task(queue_name="slow")
def watch_record_export(export_id: str) -> None:
    """Notice when the worker that made it has died."""
    if record_exports.watch(export_id):
        watch_record_export.using(run_after=timezone.now() + record_exports.STALE).enqueue(export_id)


@task()
def remove_record_exports() -> None:
    record_exports.remove_old()


@task(queue_name="slow")
def read_imaging_upload(upload_id: str) -> None:
    arriving.read(upload_id)


@task(queue_name="slow")
def watch_imaging_upload(upload_id: str) -> None:
    """Begin again when the worker that read it has died."""
    if arriving.watch(upload_id):
        watch_imaging_upload.using(run_after=timezone.now() + arriving.STALE).enqueue(upload_id)


@task(queue_name="slow")
def write_explanation(explanation_id: str) -> None:
    writing.run(explanation_id)


@task(queue_name="slow")
def watch_explanation(explanation_id: str) -> None:
    """Take it over when the worker that wrote it has died."""
    if writing.watch(explanation_id):
        watch_explanation.using(run_after=timezone.now() + writing.STALE).enqueue(explanation_id)
