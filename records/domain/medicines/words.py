"""The texts of a medicine in normal form: how an import knows a row, and what a search looks through. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal

SEARCH_LENGTH = 500
# The same unit in several spellings; the written-out one, as WHO asks for on prescriptions.
_UNITS = {"mcg": "micrograms", "ug": "micrograms", "μg": "micrograms", "microgram": "micrograms", "gm": "g"}
_NUMBER_UNIT = re.compile(r"(\d)([^\W\d_])")
_IN_MG = {"g": Decimal(1000), "mg": Decimal(1), "micrograms": Decimal("0.001")}
_STRENGTH = re.compile(
    r"(?P<amount>\d+(?:\.\d+)?) (?P<unit>g|mg|micrograms)(?:/(?P<per>\d+(?:\.\d+)?)? ?(?P<what>ml|dose))?"
)


def folded(text: str) -> str:
    """Without what two spellings of one name differ in: case, width, spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def folded_strength(text: str) -> str:
    """As `folded`; "500MG", "500 mg" and "0.5mcg" are written one way."""
    spaced = _NUMBER_UNIT.sub(r"\1 \2", folded(text))
    return " ".join(
        _UNITS.get(word, word) for word in re.sub(r" ?([/+]) ?", r" \1 ", spaced).split()
    ).replace(" / ", "/")


def key_of(generic: str, brand: str, form: str, strength: str) -> str:
    """What one product is known by. Two rows with one key are one product."""
    parts = (folded(generic), folded(brand), folded(form), folded_strength(strength))
    return "|".join(part.replace("|", "/") for part in parts)


def search_text_of(texts: Iterable[str]) -> str:
    """What `search.py` looks through: the texts in the order given, names first, since who types means a name."""
    return " ".join(_searched(" ".join(texts)))[:SEARCH_LENGTH]


def search_words(text: str) -> list[str]:
    """What was typed as words in the same form, at most eight."""
    return _searched(text)[:8]


def _searched(text: str) -> list[str]:
    return folded_strength(re.sub(r"[\0(),+/|-]", " ", text)).split()


# The beginnings of forms and what one counts them in; the first that fits.
_COUNTED_IN = (
    (("eye drop", "ear drop", "nasal drop"), "drop"),
    (("eye ointment", "cream", "ointment", "gel", "lotion", "shampoo", "paste"), "application"),
    (("powder for injection", "powder for infusion"), "vial"),
    (("powder for oral", "granules", "sachet"), "sachet"),
    (("oral", "syrup", "solution", "suspension", "emulsion", "injection", "infusion", "elixir"), "ml"),
    (("inhaler", "nasal spray", "spray", "aerosol"), "puff"),
    (("transdermal", "patch"), "patch"),
    (("suppositor", "pessar"), "suppository"),
)


def usual_unit(form: str) -> str:
    """What a dose of this form is counted in; "dose" where that is not plain."""
    plain = folded(form)
    for beginnings, unit in _COUNTED_IN:
        if plain.startswith(beginnings):
            return unit
    for unit in ("tablet", "capsule"):
        if unit in plain:
            return unit
    return "dose"


def mg_in_one(strength: str, unit: str) -> Decimal | None:
    """The active substance in one `unit` in mg, where the strength says so beyond doubt: one substance, weighed, in a
    thing or in so many ml counted in ml. None otherwise."""
    found = _STRENGTH.fullmatch(folded_strength(strength))
    if not found:
        return None
    amount = Decimal(found["amount"]) * _IN_MG[found["unit"]]
    if found["what"] is None:
        return amount if folded(unit) not in ("ml", "application", "g", "drop") else None
    if found["what"] == "dose":
        return amount if folded(unit) in ("puff", "dose") and found["per"] is None else None
    if folded(unit) != "ml" or (found["per"] and Decimal(found["per"]) == 0):
        return None
    return amount / Decimal(found["per"] or 1)
