"""Why a prescription is signed against a severe finding: the finding as it was shown, and its author's words."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from accounts.models import User
from clinic.core.errors import Invalid
from records.domain import safety, safety_facts
from records.domain.typed_text import plain_text
from records.models import Prescription, SafetyOverride

REASON = 300


class NeedsReason(Invalid):
    """400: severe findings that no reason was typed for; `fields` has `reasons.<key>` for each."""

    code = "needs_reason"


def keep(
    draft: Prescription, found: Sequence[safety.Finding], reasons: Mapping[str, object], *, author: User
) -> None:
    """Store the author's reason for each severe finding. Raises NeedsReason when one has none, Invalid for what is no
    text. The caller holds the draft's lock."""
    severe = safety.needs_reason(found)
    typed = {finding.key: plain_text(reasons.get(finding.key) or "", "reasons", REASON) for finding in severe}
    missing = [finding for finding in severe if len(typed[finding.key]) < 3]
    if missing:
        raise NeedsReason(
            _("Severe findings need your reason before you sign."),
            fields={f"reasons.{finding.key}": [safety_facts.say(finding)] for finding in missing},
        )
    SafetyOverride.objects.bulk_create(
        SafetyOverride(
            prescription=draft,
            finding=finding.key,
            grade=str(finding.grade),
            text=safety_facts.say(finding)[:500],
            source=finding.source[:240],
            reason=typed[finding.key],
            author=author,
        )
        for finding in severe
    )
