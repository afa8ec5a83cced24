"""Cash shifts: a cashier's drawer is opened with some change, takes and gives cash, and is counted and closed.

Who moves cash locks the shift's row after the payment's (`for_cash`), and so does who closes it: cash either belongs to
the sum that is counted, or is refused because the shift is closed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from billing import rules
from billing.enums import AttemptOutcome, CreditReason, PaymentMethod, RefundOutcome
from billing.models import Attempt, CashShift, CreditEntry, Refund
from clinic.core import money
from clinic.core.errors import Conflict, Invalid, NotAllowed
from clinic.core.status import lock

from . import amounts, denominations

NOTE_MIN, NOTE_MAX = 3, 240


class NoShift(Conflict):
    """409: cash is taken and given only into and out of an open shift."""

    code = "no_shift"


class ShiftOpen(Conflict):
    """409: this cashier has an open shift already."""

    code = "shift_open"


class ShiftClosed(Conflict):
    """409: the shift was counted and closed before."""

    code = "shift_closed"


class DrawerChanged(Conflict):
    """409: cash came or went while the drawer was counted."""

    code = "drawer_changed"


@dataclass(frozen=True)
class Drawer:
    """How much cash should lie in a drawer, and why."""

    opening: Decimal
    taken: Decimal
    refunded: Decimal
    paid_out: Decimal

    @property
    def expected(self) -> Decimal:
        return self.opening + self.taken - self.refunded - self.paid_out


def drawer(shift: CashShift) -> Drawer:
    """Fresh from the rows; fixed in `shift.expected` only when the shift is closed."""
    cash = PaymentMethod.CASH
    taken = Attempt.objects.filter(shift=shift, method=cash, outcome=AttemptOutcome.ACCEPTED)
    refunded = Refund.objects.filter(shift=shift, method=cash, outcome=RefundOutcome.SENT)
    paid_out = CreditEntry.objects.filter(shift=shift, method=cash, reason=CreditReason.PAID_OUT)
    sums = [
        money.rounded(rows.aggregate(sum=Sum("amount"))["sum"] or Decimal(0), settings.CLINIC_CURRENCY)
        for rows in (taken, refunded, paid_out)
    ]
    return Drawer(shift.opening_float, sums[0], sums[1], -sums[2])


def current(cashier: User) -> CashShift | None:
    """The open shift of `cashier`."""
    return CashShift.objects.filter(cashier=cashier, closed_at=None).first()


def open_for(actor: User, *, opening_float: Decimal) -> CashShift:
    """A new shift of `actor` with so much change in the drawer; the one just opened for a double click.

    Raises NotAllowed, Invalid (`opening_float`) and ShiftOpen.
    """
    check_may_use_desk(actor)
    opening_float = amounts.checked(
        opening_float, settings.CLINIC_CURRENCY, field="opening_float", may_be_zero=True
    )
    try:
        with transaction.atomic():
            return CashShift.objects.create(cashier=actor, opening_float=opening_float)
    except IntegrityError as error:
        shift = current(actor)
        if shift is None:  # closed in this very moment
            raise Conflict from error
        if shift.opening_float != opening_float:
            raise ShiftOpen(
                _("Your shift is open already. Count and close it before the next one.")
            ) from error
        return shift


def locked(actor: User) -> CashShift | None:
    """The open shift of `actor`, locked: nobody closes it before the transaction ends. After the payment's lock."""
    return CashShift.objects.select_for_update(of=("self",)).filter(cashier=actor, closed_at=None).first()


def for_cash(actor: User, *, paying: Decimal = Decimal(0)) -> CashShift:
    """The open shift of `actor`, locked, into which cash is taken or out of which `paying` is given.

    Raises NoShift, and Invalid (`amount`) when less than `paying` lies in the drawer.
    """
    shift = locked(actor)
    if shift is None:
        raise NoShift(_("You have no open shift. Open one with the change in your drawer, then handle cash."))
    if paying > 0 and (held := drawer(shift).expected) < paying:
        raise amounts.refused(
            "amount",
            _("Only %(held)s should be in your drawer.")
            % {"held": money.shown(max(held, Decimal(0)), settings.CLINIC_CURRENCY)},
        )
    return shift


@transaction.atomic
def close(
    shift_id: UUID | str, *, counts: Mapping[str, int], seen: Decimal, note: str = "", actor: User
) -> CashShift:
    """Counted and closed: `counts` is how many of each note and coin; `seen` the sum expected when counting began. The
    same count again, for a double click, changes nothing.

    Raises NotAllowed, Invalid (`counts`, `note`: needed for a difference, and for another cashier's drawer),
    DrawerChanged, ShiftClosed and CashShift.DoesNotExist.
    """
    check_may_use_desk(actor)
    pieces = _checked_counts(counts)
    note = _checked_note(note)
    shift = lock(CashShift, shift_id)
    if shift.closed_at is not None:
        if shift.denominations == pieces and (shift.closed_by_id or shift.cashier_id) == actor.pk:
            return shift
        raise ShiftClosed(_("This shift was counted and closed already. Nothing was changed."))
    expected, counted = drawer(shift).expected, denominations.total(pieces)
    if expected != seen:
        raise DrawerChanged(
            _("Cash came or went while you counted: %(expected)s is expected now. Please count again.")
            % {"expected": money.shown(expected, settings.CLINIC_CURRENCY)}
        )
    if counted != expected and not note:
        raise amounts.refused(
            "note", _("The count differs from what is expected: write what is known about it.")
        )
    if shift.cashier_id != actor.pk:
        if not note:
            raise amounts.refused("note", _("This is a colleague's drawer: write why you close it."))
        shift.closed_by = actor
    shift.closed_at, shift.expected, shift.counted = timezone.now(), expected, counted
    shift.denominations, shift.note = pieces, note
    shift.save(
        update_fields=["closed_at", "expected", "counted", "denominations", "note", "closed_by", "updated_at"]
    )
    return shift


def check_may_use_desk(actor: User) -> None:
    """Raises NotAllowed."""
    if not rules.can_use_desk(actor):
        raise NotAllowed(_("Only the clinic's management works at the cash desk."))


def _checked_counts(counts: Mapping[str, int]) -> dict[str, int]:
    known = denominations.of(settings.CLINIC_CURRENCY)
    if set(counts) - set(known) or any(
        not 0 <= number <= denominations.MOST_PIECES for number in counts.values()
    ):
        raise Invalid(_("Enter how many there are of each note and coin: a whole number from 0 up."))
    return {value: counts[value] for value in known if counts.get(value)}


def _checked_note(note: str) -> str:
    note = " ".join(note.split())
    if "\x00" in note or len(note) > NOTE_MAX:
        raise amounts.refused("note", _("Keep the note under %(most)s characters.") % {"most": NOTE_MAX})
    if note and len(note) < NOTE_MIN:
        raise amounts.refused("note", _("Write a few words, so that others understand it."))
    return note
