"""Which column of an uploaded table is which field. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.core.errors import Invalid

from . import words
from .values import FIELDS, REQUIRED

# In the order of our own exports.
LABELS: dict[str, Any] = {
    "generic": gettext_lazy("Generic name"),
    "brand": gettext_lazy("Brand"),
    "form": gettext_lazy("Form"),
    "strength": gettext_lazy("Strength"),
    "unit": gettext_lazy("Counted in"),
    "strength_mg": gettext_lazy("mg in one"),
    "atc": gettext_lazy("ATC code"),
    "therapeutic_class": gettext_lazy("Class"),
    "routes": gettext_lazy("Routes"),
    "pregnancy": gettext_lazy("Pregnancy category"),
    "max_daily_mg": gettext_lazy("Most a day in mg"),
    "max_daily_mg_per_kg": gettext_lazy("Most a day in mg per kg"),
    "min_age_months": gettext_lazy("Not below months of age"),
    "renal_caution_below": gettext_lazy("Kidney: caution below ml/min"),
    "renal_avoid_below": gettext_lazy("Kidney: avoid below ml/min"),
    "source": gettext_lazy("Source"),
}
assert tuple(sorted(LABELS)) == tuple(sorted(FIELDS))

_SYNONYMS = {
    "generic": ("generic", "name", "medicine", "drug", "inn", "substance", "generic name of medicine"),
    "brand": ("brand name", "trade name", "product"),
    "form": ("dosage form", "dose form", "type"),
    "strength": ("dose", "concentration"),
    "unit": ("unit", "units"),
    "strength_mg": ("strength in mg", "mg", "mg per unit"),
    "atc": ("atc",),
    "therapeutic_class": ("therapeutic class", "group", "category"),
    "routes": ("route", "route of administration"),
    "pregnancy": ("pregnancy", "pregnancy risk"),
    "max_daily_mg": ("max daily mg", "max dose per day", "maximum daily dose", "max mg per day"),
    "max_daily_mg_per_kg": ("max daily mg per kg", "max dose per kg", "max mg per kg per day"),
    "min_age_months": ("min age months", "minimum age months"),
    "renal_caution_below": ("renal caution below",),
    "renal_avoid_below": ("renal avoid below",),
    "source": ("reference",),
}


def of(header: Sequence[str]) -> dict[str, int]:
    """Field -> place of its column; columns it does not know are left out. Raises Invalid (`file`) when a needed one is
    missing or one is there twice."""
    known = {_plain(name): field for field, names in _SYNONYMS.items() for name in (field, *names)}
    known |= {_plain(str(label)): field for field, label in LABELS.items()}
    found: dict[str, int] = {}
    for place, title in enumerate(header):
        field = known.get(_plain(title))
        if field in found:
            raise _refused(_("The column “%(name)s” is there twice.") % {"name": LABELS[field]})
        if field:
            found[field] = place
    missing = [str(LABELS[name]) for name in REQUIRED if name not in found]
    if missing:
        raise _refused(
            _("The first row must name the columns. Missing: %(names)s.") % {"names": ", ".join(missing)}
        )
    return found


def values(row: Sequence[str], places: Mapping[str, int]) -> dict[str, str]:
    """What the row says. An empty cell says nothing, so that it erases nothing."""
    return {field: row[place] for field, place in places.items() if place < len(row) and row[place]}


def _plain(title: str) -> str:
    return words.folded(title.replace("_", " ").replace("*", "").replace("(", " ").replace(")", " "))


def _refused(text: str) -> Invalid:
    return Invalid(text, fields={"file": [text]})
