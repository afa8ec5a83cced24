"""The starter catalogue: read whole, loaded once, and in step with what it promises."""

import csv
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from records.domain.medicines.values import clean
from records.enums import InteractionSeverity
from records.models import Interaction, Medicine

pytestmark = pytest.mark.django_db
DATA = Path(settings.BASE_DIR) / "records" / "data"


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_there_are_enough_and_each_is_right() -> None:
    medicines = rows("medicines.csv")
    cleaned = [clean(row) for row in medicines]  # raises for a row that is not
    assert len({row["generic"] for row in medicines}) >= 300
    assert len({row["key"] for row in cleaned}) == len(medicines)
    assert all(len(row["atc"]) >= 4 and row["routes"] and row["source"] for row in cleaned)


def test_each_interaction_is_cited_and_of_something_in_the_catalogue() -> None:
    codes = [row["atc"] for row in rows("medicines.csv")]
    interactions = rows("interactions.csv")
    assert len(interactions) >= 80
    assert len({(row["first"], row["second"]) for row in interactions}) == len(interactions)
    for row in interactions:
        assert row["first"] <= row["second"], row
        assert all(row.values()), row
        assert row["severity"] in InteractionSeverity.values, row
        assert all(any(code.startswith(row[name]) for code in codes) for name in ("first", "second")), row


def test_loading_again_adds_and_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_medicines")
    assert Medicine.objects.count() == len(rows("medicines.csv"))
    assert Interaction.objects.count() == len(rows("interactions.csv"))
    Medicine.objects.filter(generic="Warfarin").update(is_active=False, max_daily_mg=9)
    Interaction.objects.filter(first="B01AA03").update(advice="Ask us.")
    capsys.readouterr()
    call_command("load_medicines")
    assert capsys.readouterr().out.strip() == "added: medicines 0, interactions 0"
    assert set(Medicine.objects.filter(generic="Warfarin").values_list("is_active", "max_daily_mg")) == {
        (False, 9)
    }
    assert Interaction.objects.filter(advice="Ask us.").exists()
