"""The figures in the order they are shown in: page, Excel, CSV and PDF show the same tables."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.enums import Mode
from accounts.models import User
from billing.enums import PaymentMethod
from records.domain.adherence import Share
from scheduling.models import Service

from . import reading
from .cells import Card, Cell, Table
from .dose_table import dose_table
from .periods import By, Period
from .reading import Figures
from .sources import Narrowing, own_currency
from .words import named

Column = tuple[str, str, Callable[[Figures], Any], str]


class Report:
    """The figures of a period and what it is narrowed to, beside those of the period before."""

    def __init__(self, period: Period, narrowing: Narrowing, by: By) -> None:
        self.period, self.narrowing, self.by = period, narrowing, by
        self.found = reading.find(period, narrowing, by=by)
        self.before = reading.find(period.before, narrowing, by=by, in_pieces=False)
        wanted = set(self.found.doctors) | set(self.found.dose_doctors)
        self._doctors = {user.pk: user.name for user in User.objects.filter(pk__in=wanted)}
        self._services = dict(Service.objects.filter(pk__in=self.found.services).values_list("pk", "name"))

    @property
    def is_empty(self) -> bool:
        return self.found.total == Figures() and self.found.doses == Share()

    @property
    def cards(self) -> list[Card]:
        now, then = self.found.total, self.before.total
        wanted: list[tuple[str, str, str, str, int]] = [
            (_("Booked visits"), "booked", "count", "booked", 1),
            (_("Completed"), "completed", "count", "completed", 1),
            (_("Completion, %"), "completion", "share", "completed", 1),
            (_("Did not come, %"), "missing", "share", "no_show", -1),
            (_("Waiting, minutes"), "waiting", "minutes", "waited", -1),
            (_("Net revenue"), "net", "money", "payments", 1),
            (_("Stars of 5"), "stars", "stars", "answers", 1),
            (_("Would recommend, %"), "recommend", "share", "recommending", 1),
        ]
        cards = [
            Card(
                label,
                Cell(getattr(now, name), kind, self.behind(what, self.period)),
                Cell(getattr(then, name), kind, self.behind(what, self.period.before)),
                better,
            )
            for label, name, kind, what, better in wanted
        ]
        doses = Cell(self.found.doses.percent, "percent"), Cell(self.before.doses.percent, "percent")
        return [*cards, Card(_("Doses taken, %"), *doses, better=1)]

    @property
    def tables(self) -> list[Table]:
        """Those in which anything stands."""
        found = [
            self._over_time(),
            self._revenue(),
            self._by("service", _("By service"), self.found.services, self._services),
            self._by("doctor", _("By doctor"), self.found.doctors, self._doctors),
            self._by("mode", _("By way"), self.found.modes, dict(Mode.choices)),
            self._methods(),
            self._cover(),
            self._satisfaction(),
            self._doses(),
        ]
        return [table for table in found if table.rows]

    # --- The tables ---

    def _over_time(self) -> Table:
        columns: list[Column] = [
            (_("Booked"), "count", lambda each: each.booked, "booked"),
            (_("Completed"), "count", lambda each: each.completed, "completed"),
            (_("Still open"), "count", lambda each: each.open, "open"),
            (_("Did not come"), "count", lambda each: each.no_show, "no_show"),
            (_("Called off"), "count", lambda each: each.called_off, "called_off"),
            (_("Never paid"), "count", lambda each: each.expired, "expired"),
            (_("Completion, %"), "share", lambda each: each.completion, ""),
            (_("Did not come, %"), "share", lambda each: each.missing, ""),
            (_("Waiting, minutes"), "minutes", lambda each: each.waiting, "waited"),
            (_("Length, minutes"), "minutes", lambda each: each.lasting, "measured"),
        ]
        table = self._in_pieces("visits", _("Visits"), columns, lambda each: each.booked)
        table.note = _(
            "Completion: of the visits whose end is known, those that took place; holds that were never paid do not "
            "count. Did not come: of the visits that nobody called off. Waiting: from check-in to the beginning."
        )
        table.chart = self._chart(
            _("visits"),
            (_("Completed"), "--success", lambda each: each.completed),
            (_("Still open"), "--info", lambda each: each.open),
            (_("Did not come"), "--danger", lambda each: each.no_show),
            (_("Called off"), "--warning", lambda each: each.called_off),
            (_("Never paid"), "--line-strong", lambda each: each.expired),
        )
        return table

    def _revenue(self) -> Table:
        columns: list[Column] = [
            (_("Payments"), "count", lambda each: each.payments, "payments"),
            (_("Received"), "money", lambda each: each.received, "payments"),
            (_("Sent back"), "money", lambda each: each.refunded, "refunds"),
            (_("Net"), "money", lambda each: each.net, ""),
        ]
        title = _("Revenue in %(currency)s") % {"currency": own_currency()}
        table = self._in_pieces("revenue", title, columns, lambda each: each.payments + each.refunds)
        table.note = _(
            "Money counts on the day it was accepted or sent back, with the doctor and service of its visit. Paying "
            "from credit brings no new money, so it stands only under “By way of paying”. What medical aids pay the "
            "clinic is not in it; what they cover stands under “Medical aid”."
        )
        table.chart = self._chart(
            own_currency(),
            (_("Received"), "--success", lambda each: float(each.received)),
            (_("Sent back"), "--warning", lambda each: -float(each.refunded)),
        )
        return table

    def _by(self, name: str, title: str, found: dict[Any, Figures], names: dict[Any, Any]) -> Table:
        """One row for each value of a dimension, which has this `name` in addresses too."""
        columns: list[Column] = [
            (_("Booked"), "count", lambda each: each.booked, "booked"),
            (_("Completed"), "count", lambda each: each.completed, "completed"),
            (_("Completion, %"), "share", lambda each: each.completion, ""),
            (_("Did not come"), "count", lambda each: each.no_show, "no_show"),
            (_("Did not come, %"), "share", lambda each: each.missing, ""),
            (_("Waiting, minutes"), "minutes", lambda each: each.waiting, "waited"),
            (_("Length, minutes"), "minutes", lambda each: each.lasting, "measured"),
            (_("Received"), "money", lambda each: each.received, "payments"),
            (_("Sent back"), "money", lambda each: each.refunded, "refunds"),
            (_("Net"), "money", lambda each: each.net, ""),
            (_("Answers"), "count", lambda each: each.answers, "answers"),
            (_("Stars"), "stars", lambda each: each.stars, ""),
            (_("Recommend, %"), "share", lambda each: each.recommend, "recommending"),
        ]
        ordered = sorted(
            found.items(), key=lambda item: (-item[1].booked, -item[1].net, str(names.get(item[0])))
        )
        rows = [
            [
                Cell(names.get(value, "–"), "text"),
                *self._cells(columns, each, self.period, **{name: value}),
            ]
            for value, each in ordered
        ]
        heads = {"service": _("Service"), "doctor": _("Doctor"), "mode": _("How")}
        return Table(name, title, _header(heads[name], columns), rows)

    def _methods(self) -> Table:
        columns: list[Column] = [
            (_("Payments"), "count", lambda each: each.payments, "payments"),
            (_("Received"), "money", lambda each: each.received, "payments"),
            (_("Refunds"), "count", lambda each: each.refunds, "refunds"),
            (_("Sent back"), "money", lambda each: each.refunded, "refunds"),
            (_("Net"), "money", lambda each: each.net, ""),
        ]
        names = dict(PaymentMethod.choices)
        ordered = sorted(self.found.methods.items(), key=lambda item: -item[1].received)
        rows = [
            [Cell(names.get(method, method), "text"), *self._cells(columns, each, self.period, method=method)]
            for method, each in ordered
        ]
        note = _("The total leaves out “Credit with the clinic”: that money was counted when it came.")
        table = Table("methods", _("By way of paying"), _header(_("How"), columns), rows, note=note)
        table.total = [Cell(_("Total"), "text"), *self._cells(columns, self.found.total, self.period)]
        return table

    def _cover(self) -> Table:
        columns: list[Column] = [
            (_("Charged"), "money", lambda each: each.charged, "quoted"),
            (_("Covered"), "money", lambda each: each.covered, "quoted"),
            (_("Co-payment"), "money", lambda each: each.co_payment, "quoted"),
            (_("Shortfall"), "money", lambda each: each.shortfall, "quoted"),
            (_("Covered, %"), "share", lambda each: each.cover, ""),
        ]
        rows = [
            [
                Cell(self._services.get(service, "–"), "text"),
                *self._cells(columns, each, self.period, service=service),
            ]
            for service, each in sorted(self.found.services.items(), key=lambda item: -item[1].charged)
            if each.charged
        ]
        title = _("Medical aid: cover and shortfall in %(currency)s") % {"currency": own_currency()}
        note = _(
            "As quoted at booking, of completed visits. Co-payment and shortfall are the patient's part."
        )
        table = Table("cover", title, _header(_("Service"), columns), rows, note=note)
        table.total = [Cell(_("Total"), "text"), *self._cells(columns, self.found.total, self.period)]
        return table

    def _satisfaction(self) -> Table:
        columns: list[Column] = [
            (_("Answers"), "count", lambda each: each.answers, "answers"),
            (_("Stars"), "stars", lambda each: each.stars, ""),
            (_("Would recommend"), "count", lambda each: each.recommending, "recommending"),
            (_("Would recommend, %"), "share", lambda each: each.recommend, ""),
        ]
        table = self._in_pieces("satisfaction", _("What patients say"), columns, lambda each: each.answers)
        table.note = _("All answers, published or not, on the day of their visit.")
        return table

    def _doses(self) -> Table:
        shares = ((self._named(piece), share) for piece, share in self.found.dose_pieces.items())
        return dose_table(shares, self.found.doses)

    # --- Parts of tables ---

    def _in_pieces(
        self, key: str, title: str, columns: Sequence[Column], has_any: Callable[[Figures], Any]
    ) -> Table:
        """Rows of pieces in which nothing happened are left out, so a hundred years are as long as the clinic."""
        rows = [
            [Cell(self._named(piece), "text"), *self._cells(columns, each, piece)]
            for piece, each in self.found.pieces.items()
            if has_any(each)
        ]
        total = [Cell(_("Total"), "text"), *self._cells(columns, self.found.total, self.period)]
        return Table(key, title, _header(_("Period"), columns), rows, total=total)

    def _cells(self, columns: Sequence[Column], each: Figures, period: Period, **narrow: Any) -> list[Cell]:
        cells = []
        for _title, kind, value_of, what in columns:
            value = value_of(each)
            cells.append(Cell(value, kind, self.behind(what, period, **narrow) if what and value else ""))
        return cells

    def behind(self, what: str, period: Period, **narrow: Any) -> str:
        """The address of the rows behind a number."""
        wanted: dict[str, Any] = {"from": period.first, "to": period.last}
        for name in ("doctor", "service", "mode", "method"):
            if value := narrow.get(name, getattr(self.narrowing, name, None)):
                wanted[name] = value
        # Ids, days and names of choices: nothing in it has to be quoted.
        return f"{_address(what)}?{'&'.join(f'{name}={value}' for name, value in wanted.items())}"

    def _named(self, piece: Period) -> str:
        return named(piece, self.by)

    def _chart(self, unit: str, *series: tuple[str, str, Callable[[Figures], Any]]) -> dict[str, Any]:
        """From the first piece in which anything stands to the last one."""
        shown = [piece for piece, each in self.found.pieces.items() if each != Figures()]
        if not shown:
            return {}
        pieces = {
            piece: each
            for piece, each in self.found.pieces.items()
            if shown[0].first <= piece.first <= shown[-1].first
        }
        return {
            "labels": [self._named(piece) for piece in pieces],
            "unit": unit,
            "series": [
                {"label": label, "colour": colour, "values": [value_of(each) for each in pieces.values()]}
                for label, colour, value_of in series
            ],
        }


@cache
def _address(what: str) -> str:
    return reverse("figures_behind", args=[what])


def _header(first: str, columns: Sequence[Column]) -> list[tuple[str, str]]:
    return [(first, "text"), *((title, kind) for title, kind, _value_of, _what in columns)]
