"""Things of the catalogue for tests."""

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from records.domain.medicines import catalogue, importing, interactions
from records.models import Interaction, Medicine, MedicineImport


def medicine_things(manager: User) -> tuple[Medicine, MedicineImport, Interaction]:
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
    return medicine, importing.upload(file, actor=manager), interaction
