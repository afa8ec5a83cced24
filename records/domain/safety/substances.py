"""Which substances an ATC code stands for."""

import re
from collections.abc import Iterable

# Fixed combinations whose parts have codes of their own. Source: WHO Collaborating Centre, ATC/DDD Index.
COMBINATIONS: dict[str, tuple[str, ...]] = {
    "A02BD": ("A02BC",),
    "A10BD02": ("A10BA02", "A10BB01"),
    "A10BD07": ("A10BA02", "A10BH01"),
    "A10BD08": ("A10BA02", "A10BH02"),
    "B01AC30": ("B01AC04", "B01AC06"),
    "C03EA01": ("C03AA03", "C03DB01"),
    "C07BB03": ("C07AB03", "C03AA03"),
    "C07CB03": ("C07AB03", "C03BA04"),
    "C07FB03": ("C07AB03", "C08CA05"),
    "C09BA02": ("C09AA02", "C03AA03"),
    "C09BA03": ("C09AA03", "C03AA03"),
    "C09DA01": ("C09CA01", "C03AA03"),
    "C09DA07": ("C09CA07", "C03AA03"),
    "C09DB01": ("C09CA03", "C08CA01"),
    "C09DB04": ("C09CA07", "C08CA01"),
    "C09DX04": ("C09CA03", "C09DX04"),
    "C10BA02": ("C10AA01", "C10AX09"),
    "J01CR01": ("J01CA01",),
    "J01CR02": ("J01CA04",),
    "J01CR05": ("J01CA12",),
    "J01CR50": ("J01C",),
    "J01EE01": ("J01EC01", "J01EA01"),
    "J04AM02": ("J04AB02", "J04AC01"),
    "J04AM03": ("J04AK02", "J04AC01"),
    "J04AM05": ("J04AB02", "J04AC01", "J04AK01"),
    "J04AM06": ("J04AB02", "J04AC01", "J04AK01", "J04AK02"),
    "J05AR01": ("J05AF01", "J05AF05"),
    "J05AR03": ("J05AF07", "J05AF09"),
    "J05AR06": ("J05AF07", "J05AF09", "J05AG03"),
    "J05AR10": ("J05AE", "J05AE03"),
    "J05AR12": ("J05AF05", "J05AF07"),
    "J05AR23": ("J05AE08", "J05AE03"),
    "J05AP55": ("J05AP08",),
    "J05AR27": ("J05AF05", "J05AF07", "J05AJ03"),
    "M01AE14": ("M01AE01",),
    # As sold in Nepal and India. Of another one (with famotidine) the names in the catalogue say so.
    "M01AE51": ("M01AE01", "N02BE01"),
    "N02AJ06": ("R05DA04", "N02BE01"),
    "N02AJ13": ("N02AX02", "N02BE01"),
    "N04BA02": ("N04BA01",),
    "P01BD51": ("P01BD01",),
    "P01BF01": ("P01BE02", "P01BF01"),
    "R03DC53": ("R03DC03", "R06AE09"),
    "R03AK06": ("R03AC12", "R03BA05"),
    "R03AK07": ("R03AC13", "R03BA02"),
    "R03AL02": ("R03AC02", "R03BB01"),
}

# The same substance under several codes, because it is used for several things (ATC/DDD Index): one code for all.
SAME: dict[str, str] = {
    "A01AD05": "B01AC06",  # acetylsalicylic acid
    "N02BA01": "B01AC06",
    "A07AA09": "J01XA01",  # vancomycin
    "L01BA01": "L04AX03",  # methotrexate
    "P01AB01": "J01XD01",  # metronidazole
    "P01AB02": "J01XD02",  # tinidazole
    "G04BE03": "C02KX06",  # sildenafil
    "G02CB01": "N04BC01",  # bromocriptine
    "G02CB03": "N04BC06",  # cabergoline
    "G02AD06": "A02BB01",  # misoprostol
    "N01BB02": "C01BB01",  # lidocaine
}

# The same substance used on the spot: for allergies it is the same, for doses and interactions it is not.
LOCAL: dict[str, str] = {
    "D01AC02": "J02AB01",  # miconazole
    "G01AF04": "J02AB01",
    "D06BX01": "J01XD01",  # metronidazole
    "G01AF01": "J01XD01",
    "D06BA01": "J01EC02",  # sulfadiazine silver
    "S01AB04": "J01EC20",  # sulfacetamide
    "D06AX07": "J01GB03",  # gentamicin
    "S01AA11": "J01GB03",
    "D06AX04": "J01GB05",  # neomycin
    "S01AA12": "J01GB01",  # tobramycin
    "D06AX02": "J01BA01",  # chloramphenicol
    "S01AA01": "J01BA01",
    "S02AA01": "J01BA01",
    "S01AE03": "J01MA02",  # ciprofloxacin
    "S02AA15": "J01MA02",
    "S01AE01": "J01MA01",  # ofloxacin
    "S01AA17": "J01FA01",  # erythromycin
    "D10AF02": "J01FA01",
    "D10AF01": "J01FF01",  # clindamycin
    "G01AA10": "J01FF01",
    "D06AA03": "J01AA06",  # oxytetracycline
    "S01AA09": "J01AA07",  # tetracycline
    "M02AA15": "M01AB05",  # diclofenac
    "S01BC03": "M01AB05",
    "M02AA13": "M01AE01",  # ibuprofen
    "S01BC05": "M01AB15",  # ketorolac
    "M02AA07": "M01AC01",  # piroxicam
    "M02AA10": "M01AE03",  # ketoprofen
}

_CODE = re.compile(r"^[A-Z][0-9]{2}[A-Z]{2}[0-9]{2}$")


def substances(atc: str) -> tuple[str, ...]:
    """The codes of what is in a medicine with this code: itself, or the parts of a combination. Empty for no code.
    The 50s of a class are combinations of the substance 50 below, the 70s with a psycholeptic (ATC guidelines)."""
    code = normal(atc)
    if not code:
        return ()
    parts = COMBINATIONS.get(code) or COMBINATIONS.get(code[:5])
    if parts is None and _CODE.match(code) and 51 <= (number := int(code[5:])) <= 89:
        parts = (f"{code[:5]}{number - (70 if number > 70 else 50):02}",)
    return tuple(dict.fromkeys(SAME.get(part, part) for part in (parts or (code,))))


def normal(atc: str) -> str:
    """The code as it is compared: capitals, nothing between."""
    return "".join(atc.split()).upper()


def every_code(codes: Iterable[str], *, on_the_spot: bool = False) -> frozenset[str]:
    """These and the codes under which the same substances are known; on the spot: also of what is used locally."""
    known = {SAME.get(code, code) for code in codes} | set(codes)
    return frozenset(known | {LOCAL[code] for code in known if code in LOCAL} if on_the_spot else known)


def is_in(every: Iterable[str], group: str) -> bool:
    """Whether one of these (`every_code`) is of this group: an ATC code or the beginning of one."""
    beginning = normal(group)
    beginnings = (beginning, SAME.get(beginning, beginning))
    return bool(beginning) and any(code.startswith(beginnings) for code in every)


def beginnings(codes: Iterable[str]) -> frozenset[str]:
    """Every code and beginning of one under which something known of these may be filed."""
    every = set(every_code(codes))
    every |= {other for other, code in SAME.items() if code in every}
    return frozenset(code[:length] for code in every for length in range(1, len(code) + 1))
