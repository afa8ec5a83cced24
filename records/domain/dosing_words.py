"""A dosage as a sentence for whoever takes it, in the language that is active."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from records.domain.dosing import ends_on
from records.enums import Frequency, Route

_F = Frequency

# What medicines are counted in. Another unit stands as the catalogue has it.
_UNITS: Mapping[str, Callable[[int], str]] = {
    "tablet": lambda n: ngettext("tablet", "tablets", n),
    "capsule": lambda n: ngettext("capsule", "capsules", n),
    "ml": lambda n: ngettext("ml", "ml", n),
    "drop": lambda n: ngettext("drop", "drops", n),
    "puff": lambda n: ngettext("puff", "puffs", n),
    "sachet": lambda n: ngettext("sachet", "sachets", n),
    "suppository": lambda n: ngettext("suppository", "suppositories", n),
    "pessary": lambda n: ngettext("pessary", "pessaries", n),
    "ampoule": lambda n: ngettext("ampoule", "ampoules", n),
    "vial": lambda n: ngettext("vial", "vials", n),
    "patch": lambda n: ngettext("patch", "patches", n),
    "unit": lambda n: ngettext("unit", "units", n),
    "g": lambda n: ngettext("g", "g", n),
    "application": lambda n: ngettext("application", "applications", n),
    "spray": lambda n: ngettext("spray", "sprays", n),
    "tube": lambda n: ngettext("tube", "tubes", n),
    "bottle": lambda n: ngettext("bottle", "bottles", n),
}


def unit(name: str, amount: Decimal) -> str:
    """The unit for so many of it."""
    words = _UNITS.get(name)
    return words(1 if amount <= 1 else 2) if words else name


def amount(number: Decimal, name: str) -> str:
    """1 tablet, ½ tablet, 7.5 ml."""
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    text = {"0.5": "½", "1.5": "1½", "2.5": "2½", "0.25": "¼", "0.75": "¾"}.get(text, text)
    return f"{text} {unit(name, number)}"


def how_often(frequency: str, *, as_needed: bool, times: Sequence[str]) -> str:
    often = str(Frequency(frequency).label).lower()
    if frequency == _F.AS_NEEDED:
        if times:
            return _("when needed, up to %(count)s times a day") % {"count": len(times)}
        return _("when needed")
    if as_needed:
        return _("%(often)s, only when needed") % {"often": often}
    if times and frequency != _F.ONCE:
        return _("%(often)s (%(times)s)") % {"often": often, "times": ", ".join(times)}
    return often


def how_long(frequency: str, starts_on: date, days: int | None) -> str:
    """Empty for a dose that is taken once."""
    if frequency == _F.ONCE:
        return ""
    last = ends_on(starts_on, days)
    if days is None or last is None:
        return _("until further notice")
    until = date_format(last, "j F Y")
    return ngettext("for %(days)s day, until %(until)s", "for %(days)s days, until %(until)s", days) % {
        "days": days,
        "until": until,
    }


def route(code: str) -> str:
    return str(Route(code).label).lower()


def sentence(item: Mapping[str, Any]) -> str:
    """`item`: dose, unit, route, frequency, times, as_needed, starts_on, days. Without what else was written."""
    parts = [
        amount(item["dose"], item["unit"]),
        route(item["route"]),
        how_often(item["frequency"], as_needed=item["as_needed"], times=item["times"]),
        how_long(item["frequency"], item["starts_on"], item["days"]),
    ]
    return ", ".join(part for part in parts if part)
