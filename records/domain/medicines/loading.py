"""The starter catalogue that the portal brings along: records/data/medicines.csv and interactions.csv. A beginning made
from public facts and incomplete (records/data/README.md); what a clinic has changed stays changed."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction

from records.models import Interaction, Medicine

from .values import clean
from .words import key_of

FOLDER: Path = Path(settings.BASE_DIR) / "records" / "data"
BATCH = 500


@dataclass(frozen=True)
class Loaded:
    """How many were added."""

    medicines: int
    interactions: int

    def __str__(self) -> str:
        return f"added: medicines {self.medicines}, interactions {self.interactions}"


@transaction.atomic
def load() -> Loaded:
    """Add the medicines and interactions that are missing, by key and by pair. Loading again adds nothing, and what is
    there stays as it is, retired or changed."""
    there = set(Medicine.objects.values_list("key", flat=True))
    medicines = [
        Medicine(**clean(row))
        for row in _rows("medicines.csv")
        if key_of(row["generic"], row["brand"], row["form"], row["strength"]) not in there
    ]
    pairs = set(Interaction.objects.values_list("first", "second"))
    interactions = [
        Interaction(**row) for row in _rows("interactions.csv") if (row["first"], row["second"]) not in pairs
    ]
    # Two loads at once add each row once: the second passes over what the first has.
    Medicine.objects.bulk_create(medicines, batch_size=BATCH, ignore_conflicts=True)
    Interaction.objects.bulk_create(interactions, batch_size=BATCH, ignore_conflicts=True)
    return Loaded(len(medicines), len(interactions))


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
