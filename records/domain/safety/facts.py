"""What the safety check is told and what it answers: plain values, no Django, nothing read from anywhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Grade(StrEnum):
    """The same words as records.enums.FindingGrade. A severe finding needs a typed reason to sign."""

    INFO = "info"
    CAUTION = "caution"
    SEVERE = "severe"

    @property
    def rank(self) -> int:
        return (Grade.INFO, Grade.CAUTION, Grade.SEVERE).index(self)


class Kind(StrEnum):
    ALLERGY = "allergy"
    DUPLICATE = "duplicate"
    INTERACTION = "interaction"
    DOSE = "dose"
    ROUTE = "route"
    PREGNANCY = "pregnancy"
    KIDNEY = "kidney"
    AGE = "age"
    # What could not be checked, and why: never silence.
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class MedicineFacts:
    """One row of the catalogue. `strength_mg` is the substance in one unit; of a combination ("A + B") `strength`
    says how much of each ("500 mg + 8 mg"). None is unknown everywhere. Kidney limits are ml/min, `pregnancy` a
    letter (A B C D X, N unknown)."""

    id: str
    generic: str
    name: str = ""
    atc: str = ""
    strength_mg: Decimal | None = None
    strength: str = ""
    unit: str = "tablet"
    # records.enums.Route; empty: not known
    routes: Sequence[str] = ()
    pregnancy: str = "N"
    max_daily_mg: Decimal | None = None
    max_daily_mg_per_kg: Decimal | None = None
    min_age_months: int | None = None
    renal_caution_below: int | None = None
    renal_avoid_below: int | None = None
    source: str = ""

    @property
    def label(self) -> str:
        return self.name or self.generic or self.atc or self.id


@dataclass(frozen=True)
class InteractionFact:
    """Two substances or classes by ATC code or its beginning; the order means nothing."""

    first: str
    second: str
    # minor, moderate, severe, forbidden (records.enums.InteractionSeverity)
    severity: str
    effect: str
    advice: str = ""
    source: str = ""


@dataclass(frozen=True)
class Knowledge:
    """What the catalogue knows of the medicines in question, by medicine id, and of them together."""

    medicines: Mapping[str, MedicineFacts] = field(default_factory=dict)
    interactions: Sequence[InteractionFact] = ()


@dataclass(frozen=True)
class PlannedItem:
    """One medicine as it is to be taken: `dose` counts units of the medicine, `frequency` is a records.enums.Frequency.
    `key` only names the item to whoever asked; findings are the same under any key."""

    key: str
    medicine_id: str
    dose: Decimal | None = None
    frequency: str = "od"
    times: Sequence[str] = ()
    as_needed: bool = False
    route: str = "oral"
    starts_on: date | None = None
    # None: until further notice.
    days: int | None = None


@dataclass(frozen=True)
class AllergyFact:
    """`atc` a substance or class, or empty: then the words are compared with names that are known."""

    key: str
    substance: str
    atc: str = ""
    reaction: str = ""
    # mild, moderate, severe, unknown (records.enums.AllergySeverity)
    severity: str = "unknown"
    # In the patient's own words, not yet taken over by a doctor.
    said_by_patient: bool = False


@dataclass(frozen=True)
class Creatinine:
    """Serum creatinine."""

    umol_per_l: Decimal
    measured_on: date


@dataclass(frozen=True)
class Subject:
    """The patient on `today`. None and empty mean: not known."""

    today: date
    born_on: date | None = None
    # female, male, other, unknown or empty (accounts.enums.Gender)
    gender: str = ""
    weight_kg: Decimal | None = None
    weighed_on: date | None = None
    height_cm: Decimal | None = None
    pregnant: bool | None = None
    creatinine: Creatinine | None = None
    allergies: Sequence[AllergyFact] = ()
    # Items of earlier prescriptions that are not over.
    taking: Sequence[PlannedItem] = ()


@dataclass(frozen=True)
class Finding:
    """One thing to know before signing. `key` stays the same however the items are ordered or named, so that a reason
    typed for it can be kept. `message` is a message id for gettext, filled with `params`; `text` says it in
    English. `items` are the keys of the items it is about, `source` where the knowledge is from."""

    key: str
    kind: Kind
    grade: Grade
    message: str
    params: tuple[tuple[str, str], ...] = ()
    source: str = ""
    items: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return self.message % dict(self.params)
