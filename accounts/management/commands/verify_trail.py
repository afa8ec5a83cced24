"""verify_trail: is the activity trail whole?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.domain import trail


class Command(BaseCommand):
    help = (
        "Check every row of the activity trail against its chain. Exit code 1 when it is broken or unguarded."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = trail.verify()
        if verdict.broken is not None:
            raise CommandError(f"The activity trail is broken at number {verdict.broken}.", returncode=1)
        if verdict.unguarded:
            names = ", ".join(verdict.unguarded)
            raise CommandError(
                f"All {verdict.checked} rows hold, but the table is not guarded: {names}", returncode=1
            )
        self.stdout.write(f"All {verdict.checked} rows hold.")
