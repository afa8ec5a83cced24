"""An explanation as its page shows it: each sentence with what it cites, each finding with where it leads."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from records.enums import FindingGrade
from records.models import Explanation

from . import sources


@dataclass(frozen=True)
class Cite:
    """`anchor` of what is cited on the same page; `words` for whoever hears the link."""

    label: str
    anchor: str
    words: str


@dataclass(frozen=True)
class Sentence:
    text: str
    cites: list[Cite]


@dataclass(frozen=True)
class FindingRow:
    number: int
    anchor: str
    grade: str
    grade_label: str
    text: str
    label: str
    url: str


@dataclass(frozen=True)
class Listed:
    """For a list and for the page of what is explained."""

    row: Explanation

    @cached_property
    def kind(self) -> sources.Kind:
        return sources.kind_of(self.row)

    @cached_property
    def title(self) -> str:
        return self.kind.title(sources.source_of(self.row))

    @property
    def source_url(self) -> str:
        return self.kind.address(sources.source_of(self.row).pk)


class Shown(Listed):
    @cached_property
    def is_outdated(self) -> bool:
        return self.kind.is_outdated(self.row)

    @cached_property
    def findings(self) -> list[FindingRow]:
        return [
            FindingRow(
                number,
                f"finding-{number}",
                one["grade"],
                str(FindingGrade(one["grade"]).label),
                one["text"],
                one["source"]["label"],
                self._address(one["source"]),
            )
            for number, one in enumerate(self.row.findings, start=1)
        ]

    @cached_property
    def lines(self) -> list[tuple[int, str]]:
        """Those that a sentence cites; all stay behind a fold."""
        return list(enumerate(self.row.lines, start=1))

    @cached_property
    def sentences(self) -> list[Sentence]:
        keys = {one["key"]: number for number, one in enumerate(self.row.findings, start=1)}
        found = []
        for one in self.row.sentences:
            cites = []
            for cited in one["cites"]:
                if isinstance(cited, int):
                    words = _("Line %(number)s of the text") % {"number": cited}
                    cites.append(Cite(_("line %(number)s") % {"number": cited}, f"line-{cited}", words))
                else:
                    number = keys[cited]
                    words = _("Finding %(number)s") % {"number": number}
                    cites.append(
                        Cite(_("finding %(number)s") % {"number": number}, f"finding-{number}", words)
                    )
            found.append(Sentence(one["text"], cites))
        return found

    @property
    def failure(self) -> str:
        """Why there are no sentences, or not all: in words; empty when nothing went wrong."""
        return {
            "budget": _(
                "What the clinic allows the language model for one day is used up. Ask again tomorrow."
            ),
            "timeout": _("The language model took too long to answer."),
            "busy": _("The language model was too busy to answer."),
            "unreachable": _("The language model could not be reached."),
            "refused": _("The language model refused to answer."),
            "cut": _("The answer of the language model broke off; what came of it is here."),
            "unreadable": _("The answer of the language model could not be used."),
            "stopped": _("Writing was interrupted several times; what is certain is here."),
        }.get(self.row.failure, "")

    def _address(self, source: dict[str, Any]) -> str:
        if source["kind"] == "allergy":
            return reverse("record_history", args=[self.row.patient_id])
        return self.source_url
