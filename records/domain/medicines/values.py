"""What is filled in for a medicine, by a form, a file or the API, as what is stored. Pure."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from clinic.core.errors import Invalid
from records.enums import PregnancyCategory, Route

from . import words

# name -> longest
TEXTS = {
    "generic": 160,
    "brand": 120,
    "form": 60,
    "strength": 60,
    "unit": 24,
    "therapeutic_class": 120,
    "source": 240,
}
REQUIRED = ("generic", "form", "strength")
# name -> (decimal places, most)
FIGURES = {
    "strength_mg": (4, Decimal(100_000)),
    "max_daily_mg": (3, Decimal(1_000_000)),
    "max_daily_mg_per_kg": (3, Decimal(10_000)),
}
WHOLE = {"min_age_months": 1200, "renal_caution_below": 200, "renal_avoid_below": 200}
FIELDS = (*TEXTS, "atc", "routes", "pregnancy", *FIGURES, *WHOLE)
# What a product is: the same things make another product.
IDENTITY = ("generic", "brand", "form", "strength", "unit")

_ATC = re.compile(r"[A-Z][0-9]{2}(?:[A-Z](?:[A-Z](?:[0-9]{2})?)?)?")
_ROUTE_WORDS = {
    "po": Route.ORAL, "by mouth": Route.ORAL, "sl": Route.SUBLINGUAL, "inhalation": Route.INHALED,
    "inh": Route.INHALED, "ophthalmic": Route.EYE, "otic": Route.EAR, "topical": Route.SKIN,
    "transdermal": Route.SKIN, "pr": Route.RECTAL, "pv": Route.VAGINAL, "sc": Route.SUBCUTANEOUS,
    "subcut": Route.SUBCUTANEOUS, "s.c.": Route.SUBCUTANEOUS, "intramuscular": Route.INTRAMUSCULAR,
    "i.m.": Route.INTRAMUSCULAR, "intravenous": Route.INTRAVENOUS, "i.v.": Route.INTRAVENOUS,
}  # fmt: skip


def clean(raw: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """All FIELDS as they are stored, with `key` and `search_text`. What `raw` does not name is as in `before`, else
    empty. When nobody says them, the unit goes by the form and the mg in one are reckoned from the strength. Raises
    Invalid (`fields`)."""
    errors: dict[str, list[str]] = {}
    values: dict[str, Any] = {name: (before or {}).get(name) for name in FIELDS}

    def take(name: str, read: Callable[[Any], Any]) -> None:
        if name not in raw:
            if before is None:
                values[name] = read(None)
            return
        try:
            values[name] = read(raw[name])
        except ValueError as error:
            errors[name] = [str(error)]

    for name, longest in TEXTS.items():
        take(name, lambda given, longest=longest: clean_text(given, longest))  # type: ignore[misc]
    take("atc", clean_code)
    take("routes", _routes)
    take("pregnancy", _letter)
    for name, (places, most) in FIGURES.items():
        take(name, lambda given, p=places, m=most: _figure(given, p, m))  # type: ignore[misc]
    for name, limit in WHOLE.items():
        take(name, lambda given, limit=limit: _whole(given, limit))  # type: ignore[misc]
    for name in REQUIRED:
        if name not in errors and not values[name]:
            errors[name] = [_("This is needed.")]
    values["unit"] = values["unit"] or words.usual_unit(values["form"] or "")
    if not errors:
        errors = _together(values)
    if errors:
        raise Invalid(_("Please correct the fields named here."), fields=errors)
    if values["strength_mg"] is None and "strength_mg" not in (before or {}):
        values["strength_mg"] = _stored_mg(values)
    names = tuple(values[name] for name in ("generic", "brand", "form", "strength"))
    values["key"] = words.key_of(*names)
    if len(values["key"]) > 400:
        raise Invalid(fields={"generic": [_("The names are too long together.")]})
    searched = ("generic", "brand", "atc", "form", "strength", "therapeutic_class")
    values["search_text"] = words.search_text_of(values[name] for name in searched)
    return values


def _together(values: Mapping[str, Any]) -> dict[str, list[str]]:
    """What one figure says against another."""
    said, reckoned = values["strength_mg"], _stored_mg(values)
    if said is not None and reckoned is not None and abs(said - reckoned) > reckoned / 100:
        text = _("The strength says %(reckoned)s mg in one %(unit)s, this says %(said)s.")
        return {
            "strength_mg": [
                text % {"reckoned": f"{reckoned.normalize():f}", "unit": values["unit"], "said": f"{said:f}"}
            ]
        }
    caution, avoid = values["renal_caution_below"], values["renal_avoid_below"]
    if caution is not None and avoid is not None and avoid > caution:
        return {"renal_avoid_below": [_("This can't be above the limit for caution.")]}
    return {}


def _stored_mg(values: Mapping[str, Any]) -> Decimal | None:
    """As reckoned from the strength; None where it is unknown or too little to store."""
    reckoned = words.mg_in_one(values["strength"], values["unit"])
    if reckoned is None or reckoned > FIGURES["strength_mg"][1]:
        return None
    stored = reckoned.quantize(Decimal("0.0001"))
    return stored if abs(stored - reckoned) <= reckoned / 100 else None


def clean_text(given: Any, longest: int) -> str:
    """One line. Raises ValueError with the sentence for the field."""
    text = " ".join(("" if given is None else str(given)).split())
    if any(unicodedata.category(sign) in ("Cc", "Cs", "Co") for sign in text):
        raise ValueError(_("This has signs in it that can't be stored."))
    if len(text) > longest:
        raise ValueError(_("At most %(limit)s letters.") % {"limit": longest})
    return text


def clean_code(given: Any) -> str:
    """An ATC code or its beginning; "" for nothing. Raises ValueError."""
    code = "".join(clean_text(given, 40).split()).upper()
    if code and not _ATC.fullmatch(code):
        raise ValueError(_("An ATC code looks like N02BE01, or is the beginning of one."))
    return code


def _routes(given: Any) -> list[str]:
    parts = given if isinstance(given, list | tuple) else re.split(r"[,;/]", str(given or ""))
    found: list[str] = []
    for part in parts:
        whole = words.folded(str(part))
        # "oral iv" is two routes, "by mouth" one.
        for word in [whole] if _route(whole) else whole.split():
            route = _route(word)
            if route is None:
                raise ValueError(
                    _("“%(word)s” is no route. Known are: %(known)s.")
                    % {"word": word[:24], "known": ", ".join(Route.values)}
                )
            if route not in found:
                found.append(route)
    return found


def _route(word: str) -> str | None:
    if word in Route.values:
        return word
    known = _ROUTE_WORDS.get(word)
    return known.value if known else None


def _letter(given: Any) -> str:
    letter = clean_text(given, 20).upper()
    if not letter or letter in ("N", "NONE", "UNKNOWN", "-", "?"):
        return PregnancyCategory.UNKNOWN.value
    if letter not in PregnancyCategory.values:
        raise ValueError(_("A, B, C, D or X; empty when it is not known."))
    return letter


def _number(given: Any) -> Decimal | None:
    text = "".join(str("" if given is None else given).split())
    if not text:
        return None
    if "," in text:
        # 12,5 is twelve and a half; 1,500 may be either, and a dose is nothing to guess at.
        if not re.fullmatch(r"\d+,\d{1,2}|\d+,\d{4}", text):
            raise ValueError(_("Write the number without commas: 1500 or 1.5."))
        text = text.replace(",", ".")
    if not re.fullmatch(r"\d{1,12}(?:\.\d{1,12})?", text, re.ASCII):
        raise ValueError(_("A number above 0, like 500 or 0.25; empty when it is not known."))
    try:
        return Decimal(text)
    except InvalidOperation:  # pragma: no cover
        raise ValueError(_("A number above 0, like 500 or 0.25; empty when it is not known.")) from None


def _figure(given: Any, places: int, most: Decimal) -> Decimal | None:
    number = _number(given)
    if number is None:
        return None
    exact = number.quantize(Decimal(1).scaleb(-places))
    if not 0 < number <= most or not exact:
        raise ValueError(_("This must be above 0 and at most %(most)s.") % {"most": f"{most:f}"})
    if exact != number:
        raise ValueError(_("At most %(places)s places behind the point.") % {"places": places})
    return exact


def _whole(given: Any, most: int) -> int | None:
    number = _number(given)
    if number is None:
        return None
    if number != int(number) or not 0 <= number <= most:
        raise ValueError(_("A whole number from 0 to %(most)s.") % {"most": most})
    return int(number)
