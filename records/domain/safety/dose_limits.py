"""What of a substance is usual and what is too much, where it is swallowed or injected: data of our own making from
public sources, not complete. A limit of the catalogue for the day comes before the one here."""

from dataclasses import dataclass
from decimal import Decimal

from .lines import LOCAL_ROUTES

BNF = "BNF and BNF for Children, monograph"
WHO_TB = "WHO operational handbook on tuberculosis, module 4, 2022: doses by weight"
WHO_CHILD = "WHO Pocket book of hospital care for children, 2nd ed. 2013, annex 2"
ISMP = "ISMP 2018: oral methotrexate weekly; MHRA 2020, Drug Safety Update 14(2)"
SPC = "Product information (SmPC 4.2)"


@dataclass(frozen=True)
class DoseLimits:
    """mg. `kg` limits are for children below 12 years (for whom also the adult's most holds), those of tuberculosis and
    the like for everyone. None: not known, not checked."""

    single: float | None = None
    low: float | None = None
    high: float | None = None
    kg_single: float | None = None
    kg_low: float | None = None
    kg_high: float | None = None
    by_weight_for_all: bool = False
    source: str = BNF


def _d(
    low: float | None,
    high: float | None,
    *,
    single: float | None = None,
    kg: tuple[float | None, float | None] = (None, None),
    kg_single: float | None = None,
    for_all: bool = False,
    source: str = BNF,
) -> DoseLimits:
    return DoseLimits(single, low, high, kg_single, kg[0], kg[1], for_all, source)


SWALLOWED: dict[str, DoseLimits] = {
    # Pain and fever
    "N02BE01": _d(None, 4000, single=1000, kg=(None, 75), kg_single=20, for_all=True),
    "M01AE01": _d(None, 2400, single=800, kg=(None, 30), kg_single=10),
    "M01AB05": _d(None, 150, single=100, kg=(None, 3)),
    "M01AE02": _d(None, 1250, single=750, kg=(None, 15)),
    "M01AG01": _d(None, 1500, single=500),
    "M01AB15": _d(None, 40, single=20),
    "M01AX17": _d(None, 200, single=100),
    "B01AC06": _d(None, 4000, single=1000),
    "R05DA04": _d(None, 240, single=60),
    "N02AX02": _d(None, 400, single=100),
    "N02AA01": _d(None, None, kg_single=0.5),
    "M04AC01": _d(None, 2, single=1),
    "M04AA01": _d(100, 900, single=300, source=SPC),
    # Infection
    "J01CA04": _d(750, 3000, single=3000, kg=(20, 90)),
    "J01CA01": _d(1000, 4000, kg=(25, 100)),
    "J01CE02": _d(1000, 4000, kg=(20, 50)),
    "J01CF02": _d(1000, 4000, kg=(25, 100), source=WHO_CHILD),
    "J01CF05": _d(1000, 4000, kg=(25, 100)),
    "J01DB01": _d(500, 6000, kg=(25, 100)),
    "J01DB05": _d(500, 2000, kg=(25, 50)),
    "J01DC02": _d(250, 1000, kg=(20, 30)),
    "J01DD08": _d(200, 400, kg=(8, 20)),
    "J01FA10": _d(250, 2000, kg=(10, 20)),
    "J01FA01": _d(1000, 4000, kg=(30, 50)),
    "J01FA09": _d(500, 1000, kg=(15, 15)),
    "J01AA02": _d(100, 300),
    "J01MA02": _d(500, 1500, single=1000, kg=(20, 40)),
    "J01MA12": _d(250, 1000),
    "J01XD01": _d(400, 2400, single=2000, kg=(15, 50)),
    "J01XE01": _d(100, 400, kg=(3, 7)),
    "J01FF01": _d(600, 1800, kg=(10, 40)),
    "J02AC01": _d(50, 800, kg=(3, 12)),
    "J05AB01": _d(800, 4000, kg=(40, 80), source=WHO_CHILD),
    "P02CA03": _d(None, 800, kg=(None, 15)),
    "P02CF01": _d(None, None, kg=(None, 0.4), for_all=True),
    "J04AC01": _d(100, 900, kg=(4, 15), for_all=True, source=WHO_TB),
    "J04AB02": _d(300, 900, kg=(8, 20), for_all=True, source=WHO_TB),
    "J04AK01": _d(500, 2500, kg=(20, 40), for_all=True, source=WHO_TB),
    "J04AK02": _d(400, 2000, kg=(15, 25), for_all=True, source=WHO_TB),
    "P01BA02": _d(200, 800, kg=(None, 6.5), for_all=True),
    # Heart and blood
    "C09AA02": _d(2.5, 40), "C09AA03": _d(2.5, 80), "C09AA05": _d(1.25, 10), "C09CA01": _d(12.5, 150),
    "C09CA07": _d(20, 80), "C08CA01": _d(2.5, 10), "C08CA05": _d(10, 90), "C07AB03": _d(25, 100),
    "C07AB02": _d(12.5, 400), "C07AA05": _d(10, 320), "C07AB07": _d(1.25, 20), "C07AG02": _d(6.25, 100),
    "C03CA01": _d(20, 600, kg=(0.5, 12)), "C03AA03": _d(12.5, 100), "C03DA01": _d(12.5, 400, kg=(1, 9)),
    "C01AA05": _d(0.0625, 1.5, single=1, kg=(None, 0.045)), "B01AA03": _d(0.5, 15, single=15),
    "C10AA05": _d(10, 80), "C10AA01": _d(10, 80), "C10AA07": _d(5, 40), "B01AC04": _d(75, 600),
    "C01BD01": _d(100, 1200), "B02AA02": _d(1500, 4500, single=1500),
    # Sugar, thyroid, hormones
    "A10BA02": _d(500, 3000, single=1500), "A10BB01": _d(1.25, 20), "A10BB09": _d(30, 320), "A10BB12": _d(1, 8),
    "H03AA01": _d(0.0125, 0.3), "H02AB06": _d(1, 100, kg=(0.1, 2)), "H02AB02": _d(0.5, 24, kg=(None, 0.6)),
    # Stomach
    "A02BC01": _d(10, 120), "A02BA02": _d(150, 600), "A03FA01": _d(None, 30, single=10, kg=(None, 0.5)),
    "A03FA03": _d(None, 30, single=10, kg=(None, 0.75)),
    "A04AA01": _d(None, 32, single=16, kg_single=0.15), "A07DA03": _d(None, 16, single=4),
    # Allergy, breathing
    "R06AE07": _d(None, 10), "R06AX13": _d(None, 10), "R06AB04": _d(None, 24, single=4),
    "R06AD02": _d(None, 100), "R03CC02": _d(None, 32, single=8), "R03DA04": _d(None, 1000, kg=(None, 24)),
    # Nerves and mind
    "N05BA01": _d(None, 40, single=20), "N05BA06": _d(None, 10, single=4), "N05BA12": _d(None, 4),
    "N06AA09": _d(10, 200), "N06AB03": _d(10, 80), "N06AB04": _d(10, 40), "N06AB06": _d(25, 200),
    "N06AB10": _d(5, 20), "N05AD01": _d(0.5, 20), "N05AX08": _d(0.25, 16), "N05AH03": _d(2.5, 20),
    "N03AF01": _d(100, 2000, kg=(5, 35)), "N03AG01": _d(300, 2500, kg=(10, 60)), "N03AB02": _d(100, 600, kg=(4, 10)),
    "N03AA02": _d(30, 240, kg=(2, 8)), "N03AX14": _d(250, 3000, kg=(10, 60)), "N03AX09": _d(12.5, 700),
    "N03AX12": _d(100, 3600), "N03AX16": _d(50, 600), "N05AN01": _d(200, 2000), "M03BX01": _d(5, 100),
    # Once a week
    "L04AX03": _d(2.5, 30, single=30, source=ISMP),
}  # fmt: skip

INJECTED: dict[str, DoseLimits] = {
    "J01DD04": _d(1000, 4000, single=4000, kg=(20, 100)),
    "J01GB03": _d(None, 560, kg=(3, 8), for_all=True),
    "J01CA01": _d(1000, 12000, kg=(50, 200)),
    "J01CF02": _d(1000, 12000, kg=(50, 200), source=WHO_CHILD),
    "N02BE01": _d(None, 4000, single=1000, kg=(None, 60), kg_single=15),
    "M01AB05": _d(None, 150, single=75),
    "M01AB15": _d(None, 90, single=30),
    "N02AX02": _d(None, 600, single=100),
    "A04AA01": _d(None, 32, single=16, kg_single=0.15),
    "A03FA01": _d(None, 30, single=10, kg=(None, 0.5)),
    "H02AB02": _d(0.4, 40),
    "C03CA01": _d(None, 1500, kg=(None, 6)),
}

# Only once a week: a daily dose of these kills (methotrexate) or harms. codes -> source
WEEKLY_ONLY: dict[str, str] = {"L04AX03": ISMP}

# Units at once -> (unusual above, hardly possible above), for slips of the pen where nothing else is known.
UNITS: dict[str, tuple[int, int]] = {
    "tablet": (10, 40), "capsule": (10, 40), "suppository": (2, 6), "pessary": (2, 6), "sachet": (6, 20),
    "lozenge": (4, 12), "patch": (3, 8), "puff": (10, 40), "dose": (10, 40), "drop": (40, 200),
    "ampoule": (10, 40), "vial": (10, 40), "ml": (100, 3000), "g": (60, 300), "application": (6, 20),
}  # fmt: skip
OTHER_UNITS = (200, 2000)
# Insulin has no highest dose, but ten times too much kills: a "U" read as a nought, or ml for units (100 in one).
INSULIN = "A10A"
INSULIN_UNITS: dict[str, tuple[Decimal | int, int]] = {"ml": (Decimal("0.6"), 2)}
INSULIN_OTHER_UNITS = (60, 200)
ISMP_INSULIN = "ISMP 2017: safe subcutaneous insulin use; how many units at once are plausible: Clinic Portal"
# No medicine is given in more than this at once, in mg.
HEAVIEST = 60_000

INJECTIONS = frozenset({"im", "iv", "subcutaneous"})


def plausible_units(unit: str, *, insulin: bool) -> tuple[Decimal | int, int]:
    """How many of them at once are unusual above, and hardly possible above."""
    if insulin:
        return INSULIN_UNITS.get(unit, INSULIN_OTHER_UNITS)
    return UNITS.get(unit, OTHER_UNITS)


def dose_limits(code: str, route: str) -> DoseLimits | None:
    """What is known of a substance by this route; None: nothing."""
    if route in LOCAL_ROUTES:
        return None
    return (INJECTED if route in INJECTIONS else SWALLOWED).get(code)
