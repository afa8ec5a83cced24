"""The rows behind each number: as many as the number says."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from billing.enums import PaymentMethod
from billing.models import Attempt, Refund
from records.models import Feedback
from scheduling.enums import UPCOMING, AppointmentStatus
from scheduling.models import Appointment

from . import sources
from .periods import Period
from .sources import Narrowing, own_currency

_S = AppointmentStatus


ALL = Q()


@dataclass(frozen=True)
class What:
    """`kind` says how a row is shown: visit, quote, payment, refund or answer."""

    title: str | Promise
    kind: str
    narrow: Q = ALL


WHATS: dict[str, What] = {
    "booked": What(_("Booked visits"), "visit"),
    "completed": What(_("Completed visits"), "visit", Q(status=_S.COMPLETED)),
    "open": What(_("Visits still open"), "visit", Q(status__in=sorted(UPCOMING))),
    "no_show": What(_("Visits nobody came to"), "visit", Q(status=_S.NO_SHOW)),
    "called_off": What(_("Visits called off"), "visit", Q(status__in=[_S.CANCELLED, _S.DECLINED])),
    "expired": What(_("Visits never paid for"), "visit", Q(status=_S.EXPIRED)),
    "waited": What(_("Visits with a known waiting time"), "visit", sources.WAITED),
    "measured": What(_("Visits with a known length"), "visit", sources.MEASURED),
    "quoted": What(_("Completed visits with a quote"), "quote", Q(status=_S.COMPLETED, quote__isnull=False)),
    "payments": What(_("Payments that came in"), "payment", sources.ACCEPTED),
    "refunds": What(_("Money sent back"), "refund", sources.SENT),
    "answers": What(_("What patients said"), "answer"),
    "recommending": What(_("Patients who would recommend the clinic"), "answer", Q(recommend=True)),
}


def rows(what: str, period: Period, narrowing: Narrowing, *, method: str = "") -> QuerySet[Any]:
    """The latest first, with people and service loaded. `method` narrows money to one way; without it credit is left
    out, as in the sums."""
    wanted = WHATS[what]
    return _ROWS[wanted.kind](wanted.narrow, period, narrowing, method)


def _visits(narrow: Q, period: Period, narrowing: Narrowing, method: str) -> QuerySet[Any]:
    found = Appointment.objects.filter(
        narrow, sources.within("starts_at", [period]), narrowing.q(), status__in=_S.values
    )
    return found.select_related("doctor", "patient", "service").order_by("-starts_at", "pk")


def _quotes(narrow: Q, period: Period, narrowing: Narrowing, method: str) -> QuerySet[Any]:
    """Visits, with what each was quoted."""
    found = _visits(narrow, period, narrowing, method).filter(currency=own_currency())
    return found.select_related("doctor", "patient", "service", "quote")


def _payments(narrow: Q, period: Period, narrowing: Narrowing, method: str) -> QuerySet[Any]:
    return _money(Attempt.objects.filter(narrow), "decided_at", period, narrowing, method)


def _refunds(narrow: Q, period: Period, narrowing: Narrowing, method: str) -> QuerySet[Any]:
    return _money(Refund.objects.filter(narrow), "settled_at", period, narrowing, method)


def _money(found: QuerySet[Any], at: str, period: Period, narrowing: Narrowing, method: str) -> QuerySet[Any]:
    found = found.filter(
        sources.within(at, [period]),
        narrowing.q("payment__appointment__"),
        payment__currency=own_currency(),
    )
    found = found.filter(method=method) if method else found.exclude(method=PaymentMethod.CREDIT)
    visit = "payment__appointment"
    found = found.select_related(f"{visit}__doctor", f"{visit}__patient", f"{visit}__service")
    return found.annotate(on=F(at)).order_by(f"-{at}", "pk")


def _answers(narrow: Q, period: Period, narrowing: Narrowing, method: str) -> QuerySet[Any]:
    found = Feedback.objects.filter(
        narrow,
        sources.within("appointment__starts_at", [period]),
        narrowing.q("appointment__"),
        appointment__status__in=_S.values,
    )
    found = found.select_related("appointment__doctor", "appointment__patient", "appointment__service")
    return found.order_by("-appointment__starts_at", "pk")


_ROWS: dict[str, Callable[[Q, Period, Narrowing, str], QuerySet[Any]]] = {
    "visit": _visits,
    "quote": _quotes,
    "payment": _payments,
    "refund": _refunds,
    "answer": _answers,
}
