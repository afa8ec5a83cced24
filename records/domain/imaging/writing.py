"""What a report says, saved while it is written."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from clinic.core.errors import Conflict, Invalid
from records.models import ImagingReport

from . import reading
from .locking import locked_for_reader

# The sections as they stand in a report, by the names of its fields.
SECTIONS: dict[str, Any] = {
    "history_text": gettext_lazy("History"),
    "technique": gettext_lazy("Technique"),
    "findings": gettext_lazy("Findings"),
    "impression": gettext_lazy("Impression"),
    "recommendation": gettext_lazy("Recommendation"),
}


class StaleReport(Conflict):
    """409: the report was saved elsewhere since; `version`, `sections` and `is_critical` are what is stored now."""

    code = "stale_version"


def save(
    report_id: UUID,
    *,
    author: User,
    version: object,
    sections: Mapping[str, str],
    is_critical: bool | None = None,
) -> ImagingReport:
    """Store these sections (those not named stay) of a report that is being written, and hold it for its writer for
    another 30 minutes; `version` is the one the writer has seen last (0 before the first save).

    Saving what is stored again changes nothing, so that a lost answer can be retried. Raises NotAllowed, Invalid
    (fields by section, version), InvalidTransition when there is nothing to write, Claimed, StaleReport.
    """
    if not isinstance(version, int) or isinstance(version, bool) or version < 0:
        raise Invalid(fields={"version": [_("version is the number from the last save.")]})
    clean = cleaned(sections)
    with transaction.atomic():
        report = locked_for_reader(report_id, author)
        reading.take(report, author)
        stored = {**of(report), "is_critical": report.is_critical}
        wanted = {**stored, **clean}
        if is_critical is not None:
            wanted["is_critical"] = is_critical
        if wanted == stored:
            return report
        if report.version != version:
            raise stale(report)
        for name, value in wanted.items():
            setattr(report, name, value)
        report.version += 1
        report.save(update_fields=[*wanted, "version", "updated_at"])
    return report


def of(report: ImagingReport) -> dict[str, str]:
    """What it says, by section."""
    return {name: getattr(report, name) for name in SECTIONS}


def parts(report: ImagingReport) -> list[tuple[str, str, str]]:
    """(name, label, text) of the sections that say something."""
    return [(name, str(SECTIONS[name]), text) for name, text in of(report).items() if text.strip()]


def stale(report: ImagingReport) -> StaleReport:
    return StaleReport(
        _("This report was changed in another window."),
        extra={"version": report.version, "sections": of(report), "is_critical": report.is_critical},
    )


def cleaned(sections: Mapping[str, object]) -> dict[str, str]:
    """As they are stored. Raises Invalid with every section that can't be."""
    clean, wrong = {}, {}
    for name, value in sections.items():
        problem = _problem(name, value)
        if problem:
            wrong[name] = [problem]
        else:
            # Browsers send line ends as CRLF.
            clean[name] = str(value).replace("\r\n", "\n")
    if wrong:
        raise Invalid(_("This report can't be stored as it is."), fields=wrong)
    return clean


def longest(name: str) -> int:
    """How many characters a section may have."""
    return int(ImagingReport._meta.get_field(name).max_length or 0)  # type: ignore[union-attr]


def _problem(name: str, value: object) -> str:
    if name not in SECTIONS:
        return _("A report has no such section.")
    if not isinstance(value, str) or "\x00" in value:
        return _("A section is text.")
    if len(value.replace("\r\n", "\n")) > longest(name):
        return _("At most %(limit)s characters, please.") % {"limit": longest(name)}
    try:
        value.encode()
    except UnicodeEncodeError:
        return _("This text contains characters that can't be stored.")
    return ""
