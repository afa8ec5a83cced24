"""Fill the database with an invented clinic to try the portal with."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from insights.demo import cast, clinic
from insights.domain.figures import doses, marks, sums


class Command(BaseCommand):
    help = "Add what is missing of the demo clinic. Running it again doubles nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--force", action="store_true", help="also with DEBUG off")
        parser.add_argument(
            "--scale",
            type=int,
            default=0,
            metavar="N",
            help="add N thousand patients, 10 N thousand appointments and messages",
        )
        parser.add_argument("--seed", type=int, default=2026, help="another number makes other bulk data")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG and not options["force"]:
            raise CommandError(
                "DEBUG is off: this looks like a real clinic. Everybody knows the demo password, so nothing was "
                "added. --force does it all the same."
            )
        if options["scale"] < 0:
            raise CommandError("--scale takes a number from 0 up.")
        clinic.seed()
        if options["scale"]:
            from insights.demo import scale

            counts = scale.seed(thousands=options["scale"], number=options["seed"])
            self.stdout.write(", ".join(f"{count:,} {what}" for what, count in counts.items()))
        # Much of it was written past the signals that mark a day.
        marks.mark_everything()
        doses.mark_everything()
        sums.sum_marked()
        doses.sum_due()
        self._say_log_ins()

    def _say_log_ins(self) -> None:
        self.stdout.write(f"Demo log-ins, all with the password {cast.PASSWORD}:")
        for email, role in cast.LOGINS:
            self.stdout.write(f"  {email:<26} {role}")
