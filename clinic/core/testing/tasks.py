"""Running queued tasks inside a test, by the worker's own code."""

from clinic.core.management.commands.serve import new_worker


def run_due_tasks() -> None:
    """Run every task that is due now, and those that they enqueue for now; then return."""
    new_worker(batch=True).run()
