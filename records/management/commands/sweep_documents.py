"""What the daily sweep of documents does, at once; with --dry-run what it would remove."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from records.domain import document_sweep


class Command(BaseCommand):
    help = "Tell patients whose documents' time is nearly over, and remove the files whose time is over."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would be told and removed")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["dry_run"]:
            self.stdout.write(str(document_sweep.sweep()))
            return
        now = timezone.now()
        for word, documents in (
            ("to tell", document_sweep.to_announce(timezone.localdate(now))),
            ("to remove", document_sweep.to_remove(now)),
        ):
            # Ids and kinds only: this ends in logs, and a title says what somebody has.
            for document in documents:
                self.stdout.write(
                    f"{word}: {document.pk} {document.category}, kept until {document.keep_until}"
                )
