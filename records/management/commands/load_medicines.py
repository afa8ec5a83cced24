from typing import Any

from django.core.management.base import BaseCommand

from records.domain.medicines import loading


class Command(BaseCommand):
    help = (
        "Add the medicines and interactions of the starter catalogue that are not there yet. What is there is left as "
        "it is; running it again adds nothing. The catalogue is incomplete: let a pharmacist compare it with your own "
        "sources (records/data/README.md)."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(str(loading.load()))
