"""What is in one unit of a medicine: each substance by its code, with mg where they are known."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from .facts import MedicineFacts
from .substances import SAME, normal, substances

# Names of substances that stand in combinations, as the catalogue writes them -> code.
INGREDIENTS: dict[str, str] = {
    "acetylsalicylic acid": "B01AC06", "amlodipine": "C08CA01", "amoxicillin": "J01CA04", "ampicillin": "J01CA01",
    "atenolol": "C07AB03", "atazanavir": "J05AE08", "artemether": "P01BE02", "azithromycin": "J01FA10",
    "bisoprolol": "C07AB07", "budesonide": "R03BA02", "caffeine": "N06BC01", "cefixime": "J01DD08",
    "cefoperazone": "J01DD12", "cetirizine": "R06AE07", "chlorphenamine": "R06AB04", "clopidogrel": "B01AC04",
    "cloxacillin": "J01CF02", "codeine": "R05DA04", "dextromethorphan": "R05DA09", "diclofenac": "M01AB05",
    "dolutegravir": "J05AJ03", "domperidone": "A03FA03", "enalapril": "C09AA02", "ergotamine": "N02CA02",
    "ethambutol": "J04AK02", "famotidine": "A02BA03", "flucloxacillin": "J01CF05", "fluticasone": "R03BA05",
    "folic acid": "B03BB01",
    "formoterol": "R03AC13", "glibenclamide": "A10BB01", "glimepiride": "A10BB12", "gliclazide": "A10BB09",
    "hydrochlorothiazide": "C03AA03", "ibuprofen": "M01AE01", "imipenem": "J01DH", "ipratropium": "R03BB01",
    "isoniazid": "J04AC01", "lamivudine": "J05AF05", "levocetirizine": "R06AE09", "levodopa": "N04BA01",
    "lidocaine": "C01BB01", "lisinopril": "C09AA03", "lopinavir": "J05AE06", "losartan": "C09CA01",
    "mefenamic acid": "M01AG01", "metformin": "A10BA02", "metronidazole": "J01XD01", "misoprostol": "A02BB01",
    "montelukast": "R03DC03", "naproxen": "M01AE02", "norfloxacin": "J01MA06", "ofloxacin": "J01MA01",
    "omeprazole": "A02BC01", "pantoprazole": "A02BC02", "paracetamol": "N02BE01", "perindopril": "C09AA04",
    "phenylephrine": "R01BA03", "piperacillin": "J01CA12", "pseudoephedrine": "R01BA02",
    "pyrazinamide": "J04AK01", "pyrimethamine": "P01BD01", "rabeprazole": "A02BC04", "ramipril": "C09AA05",
    "rifampicin": "J04AB02", "ritonavir": "J05AE03", "rosuvastatin": "C10AA07", "sacubitril": "C09DX04",
    "salbutamol": "R03AC02", "salmeterol": "R03AC12", "simvastatin": "C10AA01", "sitagliptin": "A10BH01",
    "sofosbuvir": "J05AP08", "spironolactone": "C03DA01", "sulfadoxine": "J01ED", "sulfamethoxazole": "J01EC01",
    "telmisartan": "C09CA07", "tenofovir disoproxil": "J05AF07", "tinidazole": "J01XD02", "tramadol": "N02AX02",
    "trimethoprim": "J01EA01", "valsartan": "C09CA03", "vildagliptin": "A10BH02", "zidovudine": "J05AF01",
}  # fmt: skip

MG = {"mg": Decimal(1), "g": Decimal(1000), "micrograms": Decimal("0.001"), "µg": Decimal("0.001")}
_AMOUNT = re.compile(r"^(\d{1,6}(?:\.\d{1,6})?) ?(mg|g|micrograms|µg)\b")
_PER = re.compile(r"/ ?(\d{1,4}(?:\.\d{1,3})?)? ?(ml|dose)$")


@dataclass(frozen=True)
class Content:
    """`code` is empty for a substance without one; `mg` in one unit, None: not known."""

    code: str
    mg: Decimal | None
    # Of a part of a combination, as the catalogue writes it.
    name: str = ""


def contents(medicine: MedicineFacts) -> tuple[Content, ...]:
    """The substances of one unit. One at least: a medicine nothing is known of is one unknown substance."""
    names = [part.strip().lower() for part in medicine.generic.split(" + ")]
    if len(names) < 2:
        codes = substances(medicine.atc) or ("",)
        strength = medicine.strength_mg if len(codes) == 1 else None
        return tuple(Content(code, strength) for code in codes)
    amounts = _amounts(medicine, len(names))
    found = {
        code: Content(code, mg, name)
        for name, mg in zip(names, amounts, strict=True)
        if (code := next((known for word, known in INGREDIENTS.items() if name.startswith(word)), ""))
    }
    # Where every name is known, the names say all; a code of combinations stands for more than one of them.
    others = (
        [Content(code, None) for code in _not_by_name(medicine.atc, found)] if len(found) < len(names) else []
    )
    return (*found.values(), *others) or (Content("", None),)


def _not_by_name(atc: str, found: Iterable[str]) -> list[str]:
    """The parts of the code that no name stands for; the code of a combination by itself says nothing then."""
    return [code for code in substances(atc) if not (found and code == normal(atc)) and not _has(found, code)]


def _has(found: Iterable[str], code: str) -> bool:
    return any(SAME.get(known, known).startswith(code) for known in found)


def _amounts(medicine: MedicineFacts, count: int) -> list[Decimal | None]:
    """The mg of each part in one unit, as the strength says: "500 mg + 8 mg", "200 mg + 28.5 mg/5 ml"."""
    per = _PER.search(medicine.strength)
    share = Decimal(per[1] or 1) if per else Decimal(1)
    if share <= 0 or (per is None and medicine.unit == "ml"):
        return [None] * count
    found = [_AMOUNT.match(part.strip()) for part in medicine.strength.split(" + ")]
    if len(found) != count:
        return [None] * count
    return [Decimal(match[1]) * MG[match[2]] / share if match else None for match in found]
