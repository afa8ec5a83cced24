"""Exports in the background. Each task asks the domain, which looks again: a task may run twice or late."""

from django.utils import timezone
from django_tasks import task

from insights.domain import exports
from insights.domain.figures import sums


@task()
def make_export(export_id: str) -> None:
    exports.run(export_id)


@task()
def watch_export(export_id: str) -> None:
    """Notice when the worker that made it has died."""
    if exports.watch(export_id):
        watch_export.using(run_after=timezone.now() + exports.STALE).enqueue(export_id)


@task()
def remove_exports() -> None:
    exports.remove_old()


@task()
def sum_figures() -> None:
    sums.sum_marked()
