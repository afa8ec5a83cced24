"""The spellings of a unit that people write, known again as UCUM. Nothing is converted: a value in another unit is
refused, for a silent factor is a wrong result waiting to happen."""

import re

# As written, after `_squeezed` -> UCUM. Only spellings that mean exactly the same amount.
_SAME = {
    "gm/dl": "g/dL",
    "gm%": "g/dL",
    "g%": "g/dL",
    "mg%": "mg/dL",
    "mcg/dl": "ug/dL",
    "mcg/l": "ug/L",
    "mcg/ml": "ug/mL",
    "x10^3/ul": "10*3/uL",
    "10^3/ul": "10*3/uL",
    "10*9/l": "10*3/uL",
    "10^9/l": "10*3/uL",
    "x10^9/l": "10*3/uL",
    "thousand/ul": "10*3/uL",
    "k/ul": "10*3/uL",
    "x10^6/ul": "10*6/uL",
    "10^6/ul": "10*6/uL",
    "10*12/l": "10*6/uL",
    "10^12/l": "10*6/uL",
    "x10^12/l": "10*6/uL",
    "million/ul": "10*6/uL",
    "iu/l": "U/L",
    "u/l": "U/L",
    "uiu/ml": "m[IU]/L",
    "miu/l": "m[IU]/L",
    "iu/ml": "k[IU]/L",
    "meq/l": "mmol/L",  # of the singly charged ions that are measured here: sodium, potassium, chloride
    "mm/hr": "mm/h",
    "mm/1sthr": "mm/h",
    "mm/hour": "mm/h",
    "sec": "s",
    "seconds": "s",
    "ngm/ml": "ng/mL",
    "ug/l": "ug/L",
    "ng/ml": "ng/mL",
    "ml/min/1.73m2": "mL/min/{1.73_m2}",
    "/cumm": "/uL",
    "/mm3": "/uL",
    "cells/cumm": "/uL",
    "cells/ul": "/uL",
    "percent": "%",
}
# How UCUM is shown to people.
_SHOWN = {
    "10*3/uL": "×10³/µL",
    "10*6/uL": "×10⁶/µL",
    "m[IU]/L": "mIU/L",
    "k[IU]/L": "IU/mL",
    "mL/min/{1.73_m2}": "mL/min/1.73 m²",
    "{ratio}": "",
    "{INR}": "",
    "[pH]": "",
    "mm[Hg]": "mmHg",
    "/[HPF]": "/HPF",
    "1": "",
}


def shown(unit: str) -> str:
    """UCUM as people read it; empty for what has no unit."""
    return _SHOWN.get(unit, unit.replace("u", "µ", 1) if unit.startswith(("ug", "umol")) else unit)


def is_same(written: str, unit: str) -> bool:
    """Whether `written` means just this UCUM unit."""
    squeezed = _squeezed(written)
    if squeezed in (_squeezed(unit), _squeezed(shown(unit))):
        return True
    known = _SAME.get(squeezed)
    if known is None:
        return False
    # "ng/mL" is "ug/L": the same amount by another name.
    return known == unit or {known, unit} <= {"ng/mL", "ug/L"}


_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


def _squeezed(unit: str) -> str:
    text = unit.replace("µ", "u").replace("μ", "u").replace("×", "x")
    text = re.sub(r"[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda found: "^" + found[0].translate(_SUPERSCRIPT), text)
    text = re.sub(r"\s+", "", text).casefold()
    return text.replace("m^2", "m2").replace("mm^3", "mm3")
