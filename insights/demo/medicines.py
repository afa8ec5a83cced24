"""The starter catalogue of medicines, so that there is something to prescribe."""

from records.domain.medicines import loading


def seed() -> None:
    loading.load()
