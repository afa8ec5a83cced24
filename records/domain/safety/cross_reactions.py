"""Which allergies speak against which medicines: groups by ATC code with their sources, and the names people use."""

from dataclasses import dataclass

from .facts import Grade
from .words import gettext_noop as _

_BNF = "BNF: Penicillins, Important safety information; Cephalosporins, Cross-sensitivity"
_PICHICHERO = "Pichichero & Zagursky 2014, Ann Allergy Asthma Immunol 112:404 (side chains)"
_AAAAI = "Khan et al. 2022, Drug allergy: practice parameter update, J Allergy Clin Immunol 150:1333"
_EAACI = "Kowalski et al. 2013, EAACI/ENDA: hypersensitivity to NSAIDs, Allergy 68:1219"
_SULFA = "Strom et al. 2003, N Engl J Med 349:1628; product information of sulfonamide antibiotics"
_SPC = "Product information (SmPC, section 4.3 and 4.4)"


@dataclass(frozen=True)
class CrossReaction:
    """An allergy to something of `to` speaks against everything of `against`; `grade`, or `after_severe` when the
    reaction was a severe one. `name` says the group that is meant."""

    to: tuple[str, ...]
    against: tuple[str, ...]
    grade: Grade
    after_severe: Grade
    name: str
    source: str


PENICILLINS = ("J01C",)
# Aminopenicillins, and the cephalosporins with the same side chain (cefalexin, cefaclor, cefadroxil, cefprozil).
AMINOPENICILLINS = ("J01CA01", "J01CA04", "J01CR01", "J01CR02")
AMINO_CEPHALOSPORINS = ("J01DB01", "J01DB05", "J01DC04", "J01DC10", "J01DB09")
CEPHALOSPORINS = ("J01DB", "J01DC", "J01DD", "J01DE", "J01DI")
CARBAPENEMS = ("J01DH",)
SULFA_ANTIBIOTICS = ("J01EB", "J01EC", "J01ED", "J01EE", "D06BA", "S01AB", "P01BD51", "A07AB", "A07EC01")
SULFA_OTHERS = (
    "C03AA",
    "C03BA",
    "C03CA01",
    "C03CA02",
    "C03CA04",
    "A10BB",
    "S01EC",
    "M01AH01",
    "N03AX15",
    "J04BA02",
)
SALICYLATES = ("B01AC06", "N02BA")
NSAIDS = ("M01AA", "M01AB", "M01AC", "M01AE", "M01AG", "M01AX17", "M02AA", "S01BC", *SALICYLATES)
COXIBS = ("M01AH", "M01AC06")
PARACETAMOL = ("N02BE01",)
MACROLIDES = ("J01FA",)
QUINOLONES = ("J01M", "S01AE", "S02AA15")
TETRACYCLINES = ("J01A", "D06AA", "S01AA09", "S01AA02")
AMINOGLYCOSIDES = ("J01G", "S01AA11", "S01AA12", "S01AA24", "D06AX04", "D06AX07")
NITROIMIDAZOLES = ("J01XD", "P01AB", "G01AF01", "D06BX01")
ANTIEPILEPTICS = ("N03AB", "N03AA", "N03AF01", "N03AF02", "N03AX09")
ACE_INHIBITORS = ("C09A", "C09B")
SARTANS = ("C09C", "C09D")
STATINS = ("C10AA", "C10BA")
OPIOIDS = ("N02AA", "N02AJ06", "R05DA04", "N02AB")
PHENOTHIAZINES = ("N05AA", "N05AB", "N05AC", "R06AD")
HEPARINS = ("B01AB",)
AMIDE_ANAESTHETICS = ("N01BB", "C01BB01", "D04AB01")
ESTER_ANAESTHETICS = ("N01BA", "S01HA", "D04AB04")
IODINATED = ("V08A",)
TRIPTANS = ("N02CC",)
AZOLES = ("J02AB", "J02AC", "D01AC", "G01AF")
ANTITUBERCULAR_RIFAMYCINS = ("J04AB02", "J04AB03", "J04AB04", "J04AB05")

_S, _C, _I = Grade.SEVERE, Grade.CAUTION, Grade.INFO


def _within(group: tuple[str, ...], name: str, source: str, grade: Grade = _S) -> CrossReaction:
    return CrossReaction(group, group, grade, _S, name, source)


CROSS_REACTIONS: tuple[CrossReaction, ...] = (
    _within(PENICILLINS, _("penicillins"), _BNF),
    CrossReaction(
        AMINOPENICILLINS,
        AMINO_CEPHALOSPORINS,
        _S,
        _S,
        _("beta-lactams with the same side chain"),
        _PICHICHERO,
    ),
    CrossReaction(
        AMINO_CEPHALOSPORINS,
        AMINOPENICILLINS,
        _S,
        _S,
        _("beta-lactams with the same side chain"),
        _PICHICHERO,
    ),
    CrossReaction(PENICILLINS, CEPHALOSPORINS, _C, _S, _("penicillins and cephalosporins"), _BNF),
    CrossReaction(CEPHALOSPORINS, PENICILLINS, _C, _S, _("penicillins and cephalosporins"), _AAAAI),
    CrossReaction(PENICILLINS, CARBAPENEMS, _I, _C, _("penicillins and carbapenems"), _AAAAI),
    CrossReaction(CARBAPENEMS, PENICILLINS, _C, _S, _("penicillins and carbapenems"), _AAAAI),
    CrossReaction(("J01DD02",), ("J01DF01",), _S, _S, _("ceftazidime and aztreonam"), _AAAAI),
    CrossReaction(("J01DF01",), ("J01DD02",), _S, _S, _("ceftazidime and aztreonam"), _AAAAI),
    _within(CEPHALOSPORINS, _("cephalosporins"), _AAAAI, _C),
    _within(CARBAPENEMS, _("carbapenems"), _AAAAI, _S),
    _within(SULFA_ANTIBIOTICS, _("sulfonamide antibiotics"), _SULFA),
    CrossReaction(
        SULFA_ANTIBIOTICS, SULFA_OTHERS, _I, _C, _("sulfonamides that are not antibiotics"), _SULFA
    ),
    _within(NSAIDS, _("aspirin and other NSAIDs"), _EAACI),
    CrossReaction(NSAIDS, COXIBS, _C, _S, _("NSAIDs and coxibs"), _EAACI),
    CrossReaction(COXIBS, (*NSAIDS, *COXIBS), _C, _S, _("NSAIDs and coxibs"), _EAACI),
    CrossReaction(NSAIDS, PARACETAMOL, _I, _C, _("NSAIDs and high doses of paracetamol"), _EAACI),
    _within(MACROLIDES, _("macrolides"), _SPC, _C),
    _within(QUINOLONES, _("fluoroquinolones"), _SPC),
    _within(TETRACYCLINES, _("tetracyclines"), _SPC),
    _within(AMINOGLYCOSIDES, _("aminoglycosides"), _SPC),
    _within(NITROIMIDAZOLES, _("nitroimidazoles"), _SPC),
    _within(ANTIEPILEPTICS, _("aromatic antiepileptics"), _SPC),
    # Angioedema is a class effect; sartans rarely share it.
    _within(ACE_INHIBITORS, _("ACE inhibitors"), _SPC),
    CrossReaction(ACE_INHIBITORS, SARTANS, _I, _C, _("ACE inhibitors and sartans"), _SPC),
    CrossReaction(ACE_INHIBITORS, ("C09DX04",), _S, _S, _("ACE inhibitors and sacubitril"), _SPC),
    _within(SARTANS, _("sartans"), _SPC, _C),
    _within(STATINS, _("statins"), _SPC, _C),
    _within(OPIOIDS, _("opioids of one family"), _SPC, _C),
    _within(PHENOTHIAZINES, _("phenothiazines"), _SPC),
    _within(HEPARINS, _("heparins"), _SPC),
    _within(AMIDE_ANAESTHETICS, _("local anaesthetics of the amide kind"), _SPC, _C),
    _within(ESTER_ANAESTHETICS, _("local anaesthetics of the ester kind"), _SPC),
    _within(IODINATED, _("iodinated contrast media"), _SPC),
    _within(TRIPTANS, _("triptans"), _SPC, _C),
    _within(AZOLES, _("azole antifungals"), _SPC, _C),
    _within(ANTITUBERCULAR_RIFAMYCINS, _("rifamycins"), _SPC),
)

# Words under which people write an allergy down, in lower case -> what is meant (codes or their beginnings).
# Found as whole words (or, for Devanagari, anywhere) in the substance's text.
NAMES: dict[str, tuple[str, ...]] = {
    "penicillin": PENICILLINS,
    "penicillins": PENICILLINS,
    "penicilin": PENICILLINS,
    "पेनिसिलिन": PENICILLINS,
    "amoxicillin": ("J01CA04",),
    "amoxycillin": ("J01CA04",),
    "amoxil": ("J01CA04",),
    "एमोक्सिसिलिन": ("J01CA04",),
    "augmentin": ("J01CR02",),
    "co-amoxiclav": ("J01CR02",),
    "ampicillin": ("J01CA01",),
    "cloxacillin": ("J01CF02",),
    "flucloxacillin": ("J01CF05",),
    "beta-lactam": ("J01C", "J01D"),
    "beta-lactams": ("J01C", "J01D"),
    "cephalosporin": CEPHALOSPORINS,
    "cephalosporins": CEPHALOSPORINS,
    "cefalexin": ("J01DB01",),
    "cephalexin": ("J01DB01",),
    "ceftriaxone": ("J01DD04",),
    "cefixime": ("J01DD08",),
    "sulfa": SULFA_ANTIBIOTICS,
    "sulpha": SULFA_ANTIBIOTICS,
    "sulfonamide": SULFA_ANTIBIOTICS,
    "sulfonamides": SULFA_ANTIBIOTICS,
    "sulphonamide": SULFA_ANTIBIOTICS,
    "सल्फा": SULFA_ANTIBIOTICS,
    "cotrimoxazole": ("J01EE01",),
    "co-trimoxazole": ("J01EE01",),
    "bactrim": ("J01EE01",),
    "septrin": ("J01EE01",),
    "aspirin": ("B01AC06",),
    "acetylsalicylic": ("B01AC06",),
    "एस्पिरिन": ("B01AC06",),
    "nsaid": NSAIDS,
    "nsaids": NSAIDS,
    "ibuprofen": ("M01AE01",),
    "brufen": ("M01AE01",),
    "ब्रुफेन": ("M01AE01",),
    "diclofenac": ("M01AB05",),
    "naproxen": ("M01AE02",),
    "nimesulide": ("M01AX17",),
    "paracetamol": PARACETAMOL,
    "acetaminophen": PARACETAMOL,
    "पारासिटामोल": PARACETAMOL,
    "codeine": ("R05DA04",),
    "morphine": ("N02AA01",),
    "opioid": OPIOIDS,
    "opioids": OPIOIDS,
    "macrolide": MACROLIDES,
    "macrolides": MACROLIDES,
    "erythromycin": ("J01FA01",),
    "azithromycin": ("J01FA10",),
    "quinolone": QUINOLONES,
    "quinolones": QUINOLONES,
    "ciprofloxacin": ("J01MA02",),
    "tetracycline": TETRACYCLINES,
    "tetracyclines": TETRACYCLINES,
    "doxycycline": ("J01AA02",),
    "gentamicin": ("J01GB03",),
    "metronidazole": ("J01XD01",),
    "phenytoin": ("N03AB02",),
    "carbamazepine": ("N03AF01",),
    "ace inhibitor": ACE_INHIBITORS,
    "ace inhibitors": ACE_INHIBITORS,
    "enalapril": ("C09AA02",),
    "statin": STATINS,
    "statins": STATINS,
    "heparin": HEPARINS,
    "lidocaine": AMIDE_ANAESTHETICS,
    "lignocaine": AMIDE_ANAESTHETICS,
    "insulin": ("A10A",),
    "contrast": IODINATED,
    "iodine contrast": IODINATED,
}

# What somebody without an allergy is written down with.
NONE_KNOWN = frozenset(
    {"none", "no", "nil", "nka", "nkda", "no known allergies", "no known drug allergies", "no allergies",
     "none known", "छैन", "कुनै छैन"}
)  # fmt: skip
