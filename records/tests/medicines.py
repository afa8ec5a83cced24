"""Things of the catalogue for tests."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from records.domain.medicines import catalogue, importing, interactions


def medicine_things(manager: User) -> dict[str, Any]:
    """A medicine, a file that waits and an interaction."""
    medicine = catalogue.add(
        actor=manager, values={"generic": "Cetirizine", "form": "tablet", "strength": "10 mg"}
    )
    file = SimpleUploadedFile("list.csv", b"generic,form,strength\nLoratadine,tablet,10 mg\n")
    interaction = interactions.add(
        actor=manager,
        values={
            "first": "R06A",
            "second": "N05BA",
            "severity": "minor",
            "effect": "Sleep.",
            "source": "Label",
        },
    )
    return {
        "medicine": medicine,
        "medicine_import": importing.upload(file, actor=manager),
        "interaction": interaction,
    }
