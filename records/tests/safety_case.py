"""How a known case of the safety check is written down: who gets what, and what has to be found or must not be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from records.domain.safety import (
    AllergyFact,
    Creatinine,
    InteractionFact,
    Knowledge,
    MedicineFacts,
    PlannedItem,
    Subject,
)

TODAY = date(2026, 6, 1)
SEVERE, CAUTION, INFO = "severe", "caution", "info"


@dataclass(frozen=True)
class Rx:
    """One line: a medicine by code and strength, and how it is taken."""

    atc: str
    mg: str | None = "500"
    dose: str = "1"
    frequency: str = "od"
    days: int | None = 7
    starts: int = 0
    as_needed: bool = False
    route: str = "oral"
    times: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def medicine(self) -> MedicineFacts:
        values: dict[str, Any] = {
            "id": f"{self.atc}-{self.mg}-{self.facts.get('generic', '')}",
            "generic": self.atc.lower(),
            "atc": self.atc,
            "strength_mg": None if self.mg is None else Decimal(self.mg),
        }
        return MedicineFacts(**(values | dict(self.facts)))

    def item(self, key: str) -> PlannedItem:
        return PlannedItem(
            key=key,
            medicine_id=self.medicine.id,
            dose=Decimal(self.dose),
            frequency=self.frequency,
            times=self.times,
            as_needed=self.as_needed,
            route=self.route,
            starts_on=TODAY + timedelta(days=self.starts),
            days=self.days,
        )


@dataclass(frozen=True)
class Case:
    title: str
    items: Sequence[Rx]
    # key of a finding -> its grade; None: there must be no such finding
    expected: Mapping[str, str | None]
    source: str
    taking: Sequence[Rx] = ()
    subject: Mapping[str, Any] = field(default_factory=dict)
    interactions: Sequence[InteractionFact] = ()

    def asked(self) -> tuple[Subject, list[PlannedItem], Knowledge]:
        facts: dict[str, Any] = {
            "today": TODAY,
            "taking": [rx.item(f"t{n}") for n, rx in enumerate(self.taking)],
            **self.subject,
        }
        subject = Subject(**facts)
        items = [rx.item(str(n)) for n, rx in enumerate(self.items)]
        medicines = {rx.medicine.id: rx.medicine for rx in (*self.items, *self.taking)}
        return subject, items, Knowledge(medicines, tuple(self.interactions))


def allergic(substance: str, atc: str = "", severity: str = "unknown", **more: Any) -> dict[str, Any]:
    return {"allergies": [AllergyFact("a", substance, atc, severity=severity, **more)]}


def born(years: float, **more: Any) -> dict[str, Any]:
    return {"born_on": TODAY - timedelta(days=round(years * 365.25)), **more}


def child(years: float, kg: str | None, **more: Any) -> dict[str, Any]:
    weight = {"weight_kg": Decimal(kg), "weighed_on": TODAY} if kg else {}
    return born(years, **weight, **more)


def creatinine(umol: str, days_ago: int = 10) -> Creatinine:
    return Creatinine(Decimal(umol), TODAY - timedelta(days=days_ago))


def pair(first: str, second: str, severity: str) -> list[InteractionFact]:
    return [InteractionFact(first, second, severity, "Known to matter.", source="test")]


BNF = "BNF"
AAAAI = "Khan 2022, drug allergy practice parameter"
PARACETAMOL = {"max_daily_mg": Decimal(4000), "max_daily_mg_per_kg": Decimal(75)}
