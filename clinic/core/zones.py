"""Two clocks: the clinic's, and that of whoever reads."""

from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

# Names that browsers still report for places which are written otherwise today.
_OLD = {
    "Asia/Calcutta": "Asia/Kolkata",
    "Asia/Dacca": "Asia/Dhaka",
    "Asia/Katmandu": "Asia/Kathmandu",
    "Asia/Rangoon": "Asia/Yangon",
    "Asia/Saigon": "Asia/Ho_Chi_Minh",
    "Asia/Thimbu": "Asia/Thimphu",
    "Europe/Kiev": "Europe/Kyiv",
    "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
}


def clinic_time(moment: datetime) -> datetime:
    return timezone.localtime(moment, timezone.get_default_timezone())


def own_time(moment: datetime, zone_name: str) -> datetime | None:
    """The moment by the clock of this zone; None when the clinic's clock shows the same, or no known zone is named.

    Compared for this very moment: two zones may agree in winter and not in summer.
    """
    if zone_name not in known():
        return None
    here, there = clinic_time(moment), timezone.localtime(moment, ZoneInfo(zone_name))
    return None if there.utcoffset() == here.utcoffset() else there


def own_clock(moment: datetime, own: datetime, *, brief: bool = False) -> str:
    """`05:15`; on another day than at the clinic with that: `Tue 24 Nov, 23:15`, brief: `Tue 23:15`."""
    if own.date() == clinic_time(moment).date():
        return date_format(own, "H:i")
    return date_format(own, "D H:i" if brief else "D j M, H:i")


def place(zone_name: str) -> str:
    """The zone's city: `New York`."""
    return zone_name.rsplit("/", 1)[-1].replace("_", " ")


def spoken(moment: datetime, zone_name: str = "", written: str = "DATETIME_FORMAT") -> str:
    """The clinic's time in words, and the reader's beside it where that differs:
    `25 Nov 2026, 10:00 clinic time (05:15 your time)`."""
    at_the_clinic = date_format(clinic_time(moment), written)
    own = own_time(moment, zone_name)
    if own is None:
        return at_the_clinic
    return _("%(clinic)s clinic time (%(own)s your time)") % {
        "clinic": at_the_clinic,
        "own": own_clock(moment, own),
    }


@cache
def known() -> frozenset[str]:
    """Every zone of this machine; looked up on the disk once."""
    return frozenset(available_timezones())


@cache
def names() -> tuple[str, ...]:
    """The zones to choose from: places by continent, no abbreviations."""
    continents = (
        "Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific",
    )  # fmt: skip
    return tuple(sorted(name for name in known() if name.split("/")[0] in continents and name not in _OLD))


def meant(text: str) -> str:
    """The zone's name for what a person typed: its name in any case, or its city alone; else the text as it is."""
    wanted = "_".join(text.split()).casefold()
    if not wanted:
        return ""
    by_name = {name.casefold(): name for name in known()}
    if wanted in by_name:
        return _OLD.get(by_name[wanted], by_name[wanted])
    cities = [name for name in names() if name.rsplit("/", 1)[-1].casefold() == wanted]
    return cities[0] if len(cities) == 1 else text.strip()
