"""What a patient has written and attached and not booked yet: in their session, so that nothing typed is lost."""

from typing import NotRequired, TypedDict

from django.http import HttpRequest

from scheduling.domain import drafts
from scheduling.domain.drafts import DraftFile

SESSION_KEY = "booking"


class Draft(TypedDict):
    reason: str
    files: list[DraftFile]
    # Only at the front desk.
    overbooking_reason: NotRequired[str]


def read_draft(request: HttpRequest, key: str) -> Draft:
    stored: Draft | None = request.session.get(SESSION_KEY, {}).get(key)
    return stored or {"reason": "", "files": []}


def write_draft(request: HttpRequest, key: str, draft: Draft) -> None:
    request.session[SESSION_KEY] = {**request.session.get(SESSION_KEY, {}), key: draft}


def forget_draft(request: HttpRequest, key: str) -> None:
    """The booking is made: its draft and the files' first copies go."""
    drafts.drop(read_draft(request, key)["files"])
    kept = dict(request.session.get(SESSION_KEY, {}))
    kept.pop(key, None)
    request.session[SESSION_KEY] = kept
