"""What the assistant is told of a source and what it answers: plain values, nothing read from anywhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Source:
    """The row a finding is from."""

    kind: str
    id: str
    label: str


@dataclass(frozen=True)
class Found:
    """One certain thing. `grade` is a records.enums.FindingGrade; `key` stays the same as long as the thing
    does."""

    key: str
    grade: str
    text: str
    source: Source

    def stored(self) -> dict[str, Any]:
        return {"key": self.key, "grade": self.grade, "text": self.text, "source": vars(self.source)}


@dataclass(frozen=True)
class Warned:
    """What the safety check says of a prescription, in words: `source` is where its knowledge is from."""

    key: str
    grade: str
    text: str
    source: str
    items: Sequence[str] = ()


@dataclass(frozen=True)
class Taken:
    """A medicine of a prescription. None: not said."""

    id: str
    medicine: str
    sentence: str = ""
    dose: Decimal | None = None
    unit: str = ""
    times: Sequence[str] = ()
    as_needed: bool = False
    once: bool = False
    days: int | None = None
    instructions: str = ""
    is_stopped: bool = False


@dataclass(frozen=True)
class Prescribed:
    id: str
    number: str
    items: Sequence[Taken]
    warnings: Sequence[Warned] = ()
    # draft, signed, dispensed, stopped, replaced
    status: str = "signed"
    valid_until: date | None = None
    today: date | None = None
    allergies_known: bool = True


@dataclass(frozen=True)
class Measured:
    """`flag` is a records.enums.ResultFlag or empty; `said` the value as it is read, `normal` the range in words."""

    id: str
    name: str
    said: str
    unit: str = ""
    normal: str = ""
    flag: str = ""
    is_number: bool = True


@dataclass(frozen=True)
class Reported:
    """Of a laboratory. `status` is a records.enums.LabReportStatus."""

    id: str
    title: str
    results: Sequence[Measured]
    status: str = "final"
    comment: str = ""


@dataclass(frozen=True)
class Scanned:
    """Of imaging: the sections by name, in their order."""

    id: str
    title: str
    sections: Sequence[tuple[str, str]]
    is_critical: bool = False
    addenda: int = 0


@dataclass(frozen=True)
class Allergic:
    id: str
    substance: str


@dataclass(frozen=True)
class Written:
    """A document. `lines` is its text; None when it could not be read. `is_cut`: there is more than was read."""

    id: str
    title: str
    # a records.enums.DocumentCategory
    category: str
    lines: Sequence[str] | None
    is_picture: bool = False
    is_cut: bool = False
    allergies: Sequence[Allergic] = ()
