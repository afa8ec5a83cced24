"""What a patient fills in about a visit, and why management hides one."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from records.enums import COMMENT_MAX_LENGTH
from records.models import Feedback

STARS = [
    ("1", _("1 star: bad")),
    ("2", _("2 stars: not good")),
    ("3", _("3 stars: all right")),
    ("4", _("4 stars: good")),
    ("5", _("5 stars: very good")),
]
YES_NO = [("yes", _("Yes")), ("no", _("No"))]


class Stars(forms.RadioSelect):
    """Five stars to choose from; radio buttons for keyboards and screen readers."""

    template_name = "records/parts/stars_input.html"


def _stars(label: Any, *, required: bool = False) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label, choices=STARS, coerce=int, empty_value=None, required=required, widget=Stars
    )


class FeedbackForm(forms.Form):
    """`comment` has no max_length here: browsers send line ends as two signs, the domain counts them as one."""

    overall = _stars(_("How was the visit as a whole?"), required=True)
    staff = _stars(_("The people at the clinic"))
    facility = _stars(_("Rooms and waiting"))
    clarity = _stars(_("How clear the report and the explanations were"))
    recommend = forms.TypedChoiceField(
        label=_("Would you recommend this doctor?"),
        choices=YES_NO,
        coerce=lambda value: value == "yes",
        empty_value=None,
        widget=forms.RadioSelect,
    )
    comment = forms.CharField(
        label=_("In your own words"),
        required=False,
        help_text=_("Please name no other patients and no illness: strangers may read this."),
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": COMMENT_MAX_LENGTH}),
    )

    @classmethod
    def of(cls, feedback: Feedback | None, data: Mapping[str, Any] | None) -> "FeedbackForm":
        """Filled with what was sent, else with what is stored."""
        if feedback is None:
            return cls(data)
        stored = {
            name: getattr(feedback, name) for name in ("overall", "staff", "facility", "clarity", "comment")
        }
        return cls(data, initial={**stored, "recommend": "yes" if feedback.recommend else "no"})
