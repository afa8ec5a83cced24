"""The pictures of a scan on the report's page, and what became of what was sent."""

from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from records.domain.imaging import arriving, identity, pictures
from records.enums import PictureUploadState
from records.models import ImagingReport, ImagingUpload

register = template.Library()

_WORDS = {
    identity.Outcome.SAME: ("success", "check"),
    identity.Outcome.DIFFERENT: ("danger", "x"),
    identity.Outcome.UNCOMPARABLE: ("warning", "circle-question-mark"),
    identity.Outcome.MISSING: ("neutral", "minus"),
}


@register.simple_tag
def pictures_of(report: ImagingReport, user: User) -> dict[str, Any]:
    """What records/imaging/_studies.html shows."""
    handles = pictures.can_bring(user, report)
    return {
        "handles": handles,
        "looks": not user.is_management,
        "studies": pictures.studies_of(report, user),
        "uploads": pictures.uploads_of(report) if handles else [],
    }


@register.filter
def outcome(upload: ImagingUpload) -> str:
    """What became of an upload, in a sentence or two."""
    if upload.state == PictureUploadState.WAITING:
        return _("It is being read. This takes a minute or two.")
    if upload.state == PictureUploadState.FAILED:
        return str(arriving.FAILURES.get(upload.failure, arriving.FAILURES["broken"]))
    added = upload.found.get("added", 0)
    said = ngettext("%(count)s picture was added.", "%(count)s pictures were added.", added) % {
        "count": added
    }
    left = [
        f"{count} × {arriving.SKIPPED.get(why, why)}"
        for why, count in upload.found.get("skipped", {}).items()
    ]
    # The words stand outside the f-string: gettext does not look into those.
    return " ".join([said, _("Left out:"), f"{', '.join(left)}."]) if left else said


@register.filter
def tone_of(found: identity.Outcome) -> str:
    return _WORDS[found][0]


@register.filter
def icon_of(found: identity.Outcome) -> str:
    return _WORDS[found][1]


@register.filter
def in_words(found: identity.Outcome) -> str:
    return {
        identity.Outcome.SAME: _("The same"),
        identity.Outcome.DIFFERENT: _("Different"),
        identity.Outcome.UNCOMPARABLE: _("Can't be compared"),
        identity.Outcome.MISSING: _("Not said"),
    }[found]
