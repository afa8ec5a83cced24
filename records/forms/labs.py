"""The head of a lab report, and reading its grid from a request."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from records.domain.labs.entering import (
    COMMENT_MAX_LENGTH,
    LABORATORY_MAX_LENGTH,
    MOST_ROWS,
    TITLE_MAX_LENGTH,
    Details,
)
from records.models import LabPanel


class HeadForm(forms.Form):
    collected_at = forms.DateTimeField(
        label=_("Sample taken"),
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    laboratory = forms.CharField(label=_("Laboratory"), max_length=LABORATORY_MAX_LENGTH, required=False)
    title = forms.CharField(
        label=_("Title"),
        max_length=TITLE_MAX_LENGTH,
        help_text=_("The patient reads it in the list."),
    )
    comment = forms.CharField(
        label=_("Comment"),
        max_length=COMMENT_MAX_LENGTH,
        required=False,
        widget=forms.Textarea({"rows": 2, "data-counter": ""}),
    )

    def details(self, panel: LabPanel | None) -> Details:
        """Call it on a valid form."""
        data: dict[str, Any] = self.cleaned_data
        collected: datetime = data["collected_at"]
        return Details(
            collected_at=collected,
            title=data["title"],
            laboratory=data["laboratory"],
            comment=data["comment"],
            panel=panel,
        )


def uuids(texts: list[str], most: int = MOST_ROWS) -> list[UUID]:
    """Those that are ids, each once, in their order."""
    found: dict[UUID, None] = {}
    for text in texts[: most + 1]:
        try:
            found[UUID(text)] = None
        except ValueError:
            continue
    return list(found)


def typed_in(data: QueryDict) -> dict[UUID, str]:
    """What stands in each row of the grid, in the order of the rows."""
    return {pk: data.get(f"value-{pk}", "") or "" for pk in uuids(data.getlist("parameter"))}
