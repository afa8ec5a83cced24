from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from insights.domain.figures import doses, marks, sums


class Command(BaseCommand):
    help = (
        "Sum up the days whose figures have changed, as each sweep does. With --all every day, which also puts right "
        "what was written past the portal (by SQL, or in bulk). Can be stopped and run again at any time."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="sum up every day anew")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["all"]:
            self.stdout.write(f"marked {marks.mark_everything()} days")
            doses.mark_everything()
        done = sums.sum_marked(say=lambda so_far: self.stdout.write(f"summed up {so_far} days"))
        self.stdout.write(f"visits, money, feedback: {done} days; doses: {doses.sum_due()} days")
