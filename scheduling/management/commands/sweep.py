from typing import Any

from django.core.management.base import BaseCommand

from messaging.domain import deliveries
from scheduling.domain import sweeps


class Command(BaseCommand):
    help = (
        "End lapsed holds, note missed visits, call off what nobody answered, make good lost reminders and messages. "
        "The task worker does this by itself; run it after a restore, or every ten minutes by cron where there is no "
        "worker."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(str(sweeps.sweep()))
        sent = deliveries.sweep()
        self.stdout.write(f"given up on their way {sent['died']}, queued again {sent['forgotten']}")
