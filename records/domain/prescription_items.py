"""A line of a prescription as somebody typed it: made sound, or refused with a word for each field."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.core.errors import Invalid
from records.domain import dosing
from records.enums import Frequency, Route
from records.models import Medicine, Prescription, PrescriptionItem

MAX_ITEMS = 20
INSTRUCTIONS = 300
# How far from the present day a treatment may begin.
BEGINS_WITHIN = timedelta(days=366)

_HALF_SURROGATES = range(0xD800, 0xE000)
# "5,000" is five thousand to some and five to others: nothing to guess at.
_AMBIGUOUS = re.compile(r"\d{1,3}(?:,\d{3})+")


@dataclass(frozen=True)
class Line:
    """One sound line. `quantity` None: it can't be reckoned and nobody has said it yet."""

    medicine_id: UUID
    dose: Decimal
    route: str
    frequency: str
    times: tuple[str, ...]
    as_needed: bool
    starts_on: date
    days: int | None
    quantity: Decimal | None
    instructions: str

    def stored(self, prescription: Prescription, position: int) -> PrescriptionItem:
        """As a row that is not saved yet."""
        return PrescriptionItem(
            prescription=prescription,
            position=position,
            medicine_id=self.medicine_id,
            dose=self.dose,
            route=self.route,
            frequency=self.frequency,
            times=list(self.times),
            as_needed=self.as_needed,
            starts_on=self.starts_on,
            days=self.days,
            quantity=self.quantity,
            instructions=self.instructions,
        )


def line_of(item: PrescriptionItem) -> Line:
    return Line(
        medicine_id=item.medicine_id,
        dose=item.dose,
        route=item.route,
        frequency=item.frequency,
        times=tuple(item.times),
        as_needed=item.as_needed,
        starts_on=item.starts_on,
        days=item.days,
        quantity=item.quantity,
        instructions=item.instructions,
    )


def as_input(item: PrescriptionItem | Line) -> dict[str, Any]:
    """The item as page and API send it: for templates, favourites, repeats. Without the day it begins."""
    return {
        "medicine": str(item.medicine_id),
        "dose": shown(item.dose),
        "route": item.route,
        "frequency": item.frequency,
        "times": list(item.times),
        "as_needed": item.as_needed,
        "days": item.days,
        "instructions": item.instructions,
    }


def clean(items: object) -> list[Line]:
    """The lines as typed, checked all at once. Raises Invalid with `items.<number>.<field>`.

    A medicine that went out of use is refused like one that never was in the catalogue.
    """
    if not isinstance(items, list | tuple):
        raise Invalid(fields={"items": [_("Send a list of medicines.")]})
    if len(items) > MAX_ITEMS:
        raise Invalid(
            fields={"items": [_("A prescription holds at most %(limit)s medicines.") % {"limit": MAX_ITEMS}]}
        )
    known = _medicines(items)
    errors: dict[str, list[str]] = {}
    lines = []
    for number, raw in enumerate(items):
        reader = _Reader(raw if isinstance(raw, Mapping) else {}, known)
        line = reader.line()
        if line is None:
            errors |= {f"items.{number}.{name}": [said] for name, said in reader.errors.items()}
        else:
            lines.append(line)
    if errors:
        raise Invalid(_("Please look at the fields that are marked."), fields=errors)
    return lines


def check_complete(lines: Sequence[Line], active: set[UUID]) -> None:
    """What a draft may lack and a signed prescription may not. Raises Invalid."""
    if not lines:
        raise Invalid(_("Add a medicine before you sign."))
    errors = {}
    for number, line in enumerate(lines):
        if line.medicine_id not in active:
            errors[f"items.{number}.medicine"] = [_gone()]
        elif line.quantity is None:
            errors[f"items.{number}.{'quantity' if line.days else 'days'}"] = [_no_quantity(line)]
    if errors:
        raise Invalid(_("Please look at the fields that are marked."), fields=errors)


def shown(number: Decimal | None) -> str:
    """Without zeros at its end: 1, 0.5."""
    if number is None:
        return ""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class _Reader:
    """Reads one line; `errors` holds what was wrong."""

    def __init__(self, raw: Mapping[str, Any], known: Mapping[UUID, Medicine]) -> None:
        self.raw, self.known = raw, known
        self.errors: dict[str, str] = {}

    def line(self) -> Line | None:
        medicine = self.known.get(_uuid(self.raw.get("medicine")) or UUID(int=0))
        if medicine is None or not medicine.is_active:
            self.errors["medicine"] = _gone()
        dose = self._amount("dose", dosing.MAX_DOSE, places=3)
        frequency = self._choice("frequency", Frequency.values, Frequency.DAILY)
        usual_route = (medicine.routes or [Route.ORAL])[0] if medicine else Route.ORAL
        route = self._choice("route", Route.values, usual_route)
        as_needed = self.raw.get("as_needed") in (True, "true", "on", "1") or frequency == Frequency.AS_NEEDED
        starts_on = self._date("starts_on") or timezone.localdate()
        days = self._days(starts_on)
        times = self._times(frequency)
        instructions = self._instructions()
        if abs(starts_on - timezone.localdate()) > BEGINS_WITHIN:
            self.errors.setdefault("starts_on", _("The first day is within a year from today."))
        said = self._amount("quantity", dosing.MAX_QUANTITY, places=2, needed=False)
        if self.errors or medicine is None or dose is None:
            self.errors.setdefault("dose", _("How much at once?")) if not self.errors else None
            return None
        quantity = said if said is not None else dosing.quantity(dose, frequency, times, starts_on, days)
        if quantity is not None and quantity > dosing.MAX_QUANTITY:
            self.errors["dose"] = _("This comes to more than can be handed out. Look at dose and days.")
            return None
        return Line(
            medicine_id=medicine.pk,
            dose=dose,
            route=route,
            frequency=frequency,
            times=tuple(times),
            as_needed=as_needed,
            starts_on=starts_on,
            days=days,
            quantity=quantity,
            instructions=instructions,
        )

    def _amount(self, name: str, most: Decimal, *, places: int, needed: bool = True) -> Decimal | None:
        raw = self.raw.get(name)
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            if needed:
                self.errors[name] = _("How much at once?")
            return None
        text = str(raw).strip()
        if _AMBIGUOUS.fullmatch(text):
            self.errors[name] = _("Write the number without commas: 1500 or 1.5.")
            return None
        try:
            if isinstance(raw, bool) or not isinstance(raw, str | int | float | Decimal) or "_" in text:
                raise InvalidOperation
            amount = Decimal(text.replace(",", "."))
        except InvalidOperation:
            self.errors[name] = _("A number, such as 1 or 0.5.")
            return None
        if not amount.is_finite() or amount <= 0:
            self.errors[name] = _("More than nothing.")
        elif amount > most:
            self.errors[name] = _("This is more than %(most)s: look again.") % {"most": shown(most)}
        elif amount != round(amount, places):
            self.errors[name] = _("At most %(count)s digits after the point.") % {"count": places}
        else:
            return amount
        return None

    def _choice(self, name: str, values: Sequence[str], usual: str) -> str:
        raw = self.raw.get(name)
        if raw in (None, ""):
            return str(usual)
        if not isinstance(raw, str) or raw not in values:
            self.errors[name] = _("Choose one of the list.")
            return str(usual)
        return raw

    def _date(self, name: str) -> date | None:
        raw = self.raw.get(name)
        if raw in (None, "") or isinstance(raw, date):
            return raw or None  # type: ignore[return-value]
        try:
            return date.fromisoformat(raw)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            self.errors[name] = _("A date such as 2026-11-30.")
            return None

    def _days(self, starts_on: date) -> int | None:
        raw = self.raw.get("days")
        if raw in (None, ""):
            last = self._date("ends_on")
            if last is None:
                return None
            if last < starts_on:
                self.errors["ends_on"] = _("It ends before it begins.")
                return None
            days = (last - starts_on).days + 1
        elif isinstance(raw, bool) or not str(raw).strip().isascii() or not str(raw).strip().isdigit():
            self.errors["days"] = _("A whole number of days.")
            return None
        else:
            days = int(str(raw).strip()[:9])
        if not 1 <= days <= dosing.MAX_DAYS:
            self.errors["days"] = _("From 1 to %(most)s days.") % {"most": dosing.MAX_DAYS}
            return None
        return days

    def _times(self, frequency: str) -> list[str]:
        raw = self.raw.get("times")
        if raw in (None, "", []):
            return dosing.usual_times(frequency)
        try:
            if not isinstance(raw, list | tuple):
                raise ValueError(raw)
            times = dosing.clean_times(raw)
        except ValueError:
            self.errors["times"] = _("Times of day such as 08:00 and 20:00.")
            return []
        wanted = dosing.times_wanted(frequency)
        if wanted and len(times) != wanted:
            self.errors["times"] = _("This frequency has %(count)s times a day.") % {"count": wanted}
        return times

    def _instructions(self) -> str:
        raw = self.raw.get("instructions") or ""
        if not isinstance(raw, str) or "\x00" in raw or any(ord(sign) in _HALF_SURROGATES for sign in raw):
            self.errors["instructions"] = _("Instructions are text.")
            return ""
        text = " ".join(raw.split())
        if len(text) > INSTRUCTIONS:
            self.errors["instructions"] = _("At most %(limit)s characters.") % {"limit": INSTRUCTIONS}
        return text


def _no_quantity(line: Line) -> str:
    if line.days is None:
        return _("Say for how many days, or how much to hand out.")
    return _("Say how much to hand out, or choose how often at most and tick “Only when needed”.")


def _gone() -> str:
    return _("This medicine is not in the catalogue any more. Choose another.")


def _medicines(items: Sequence[object]) -> dict[UUID, Medicine]:
    wanted = {_uuid(raw.get("medicine")) for raw in items if isinstance(raw, Mapping)} - {None}
    return Medicine.objects.in_bulk(list(wanted)) if wanted else {}


def _uuid(raw: object) -> UUID | None:
    try:
        return UUID(str(raw))
    except ValueError:
        return None
