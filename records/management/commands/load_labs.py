from typing import Any

from django.core.management.base import BaseCommand

from records.domain.labs import loading


class Command(BaseCommand):
    help = (
        "Add the common lab parameters, their reference ranges and panels that are not there yet. What is there is "
        "left as it is; running it again adds nothing. The ranges are usual ones, with their sources: compare them "
        "with those of your laboratory."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(str(loading.load()))
