"""What a page says, before a visit is called off, of the money that was paid for it."""

from collections.abc import Collection
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from billing import rules
from clinic.core import money
from scheduling.models import Appointment
from scheduling.rules import answers_for

from .cancellation import ALL, Term, term_that_counts
from .cancelling import Share, is_being_checked, left, percent_for, share_now, terms


def before_cancelling(appointment: Appointment, reader: User) -> list[str]:
    """To the patient what comes back and why, to management both ways of calling it off; doctors see no money."""
    if reader.pk == appointment.patient_id:
        return _to_patient(appointment)
    return _to_management(appointment) if rules.can_decide(reader) else []


def _to_patient(appointment: Appointment) -> list[str]:
    said = []
    share = share_now(appointment, at_patients_wish=True)
    if share is not None:
        said = [_comes_back(share), _why(appointment)]
    if is_being_checked(appointment):
        said.append(_of_what_is_checked(appointment))
        if share is None and answers_for(appointment):
            said.append(_why(appointment))
    return said


def _of_what_is_checked(appointment: Appointment) -> str:
    percent = percent_for(appointment, by_patient=answers_for(appointment))
    if percent == ALL:
        return _("Your transfer is still being checked: if it has arrived, all of it comes back.")
    if percent:
        return _(
            "Your transfer is still being checked: if it has arrived, %(percent)s%% of it comes back."
        ) % {"percent": percent}
    return _("Your transfer is still being checked: if it has arrived, nothing of it comes back.")


def _comes_back(share: Share) -> str:
    words = {
        "received": money.shown(share.received, share.currency),
        "back": money.shown(share.back, share.currency),
        "kept": money.shown(share.kept, share.currency),
    }
    if not share.kept:
        return _("All that you paid comes back to you: %(back)s.") % words
    if not share.back:
        return _("Nothing comes back: the %(kept)s that you paid are kept as the cancellation fee.") % words
    return (
        _("%(back)s of the %(received)s that you paid comes back; %(kept)s is the cancellation fee.") % words
    )


def _why(appointment: Appointment) -> str:
    if appointment.displaced_at is not None:
        return _("The clinic itself asked for another time, so nothing is kept.")
    if not answers_for(appointment):
        return _("The visit was not confirmed yet, so nothing is kept.")
    return in_force(terms(), left(appointment))


def _to_management(appointment: Appointment) -> list[str]:
    share = share_now(appointment, at_patients_wish=False)
    wish = share_now(appointment, at_patients_wish=True)
    if share is None or wish is None:
        return []
    if not wish.kept:
        return [
            _("All that was paid goes back: %(back)s.") % {"back": money.shown(share.back, share.currency)}
        ]
    return [
        _("If the clinic cancels, all that was paid goes back: %(back)s.")
        % {"back": money.shown(share.back, share.currency)},
        _("If the patient asked for it, %(back)s goes back and %(kept)s is the cancellation fee.")
        % {"back": money.shown(wish.back, wish.currency), "kept": money.shown(wish.kept, wish.currency)},
        in_force(terms(), left(appointment)),
    ]


def in_force(table: Collection[Term], until_start: timedelta) -> str:
    """The clinic's term that counts now, as a sentence; "" where it has none."""
    term = term_that_counts(table, until_start)
    if term is None:
        return _("The visit has begun: nothing comes back any more.") if table else ""
    if term.hours_before:
        return _at_least(term)
    sooner = min((other.hours_before for other in table if other.hours_before), default=0)
    return _less_than(sooner, term.percent) if sooner else _any_time(term.percent)


def written(table: Collection[Term]) -> list[str]:
    """The whole table as its patients read it, the most hours first."""
    ordered = sorted(table, key=lambda term: -term.hours_before)
    said = [_at_least(term) for term in ordered if term.hours_before]
    last = next((term for term in ordered if not term.hours_before), None)
    if last is not None:
        sooner = ordered[-2].hours_before if len(ordered) > 1 else 0
        said.append(_less_than(sooner, last.percent) if sooner else _any_time(last.percent))
    return said


def _at_least(term: Term) -> str:
    hours = term.hours_before
    if term.percent == ALL:
        words = ngettext(
            "Who cancels at least %(hours)s hour before the visit gets all of it back.",
            "Who cancels at least %(hours)s hours before the visit gets all of it back.",
            hours,
        )
    else:
        words = ngettext(
            "Who cancels at least %(hours)s hour before the visit gets %(percent)s%% back.",
            "Who cancels at least %(hours)s hours before the visit gets %(percent)s%% back.",
            hours,
        )
    return words % {"hours": hours, "percent": term.percent}


def _less_than(hours: int, percent: int) -> str:
    if percent == 0:
        words = ngettext(
            "Who cancels less than %(hours)s hour before the visit gets nothing back.",
            "Who cancels less than %(hours)s hours before the visit gets nothing back.",
            hours,
        )
    else:
        words = ngettext(
            "Who cancels less than %(hours)s hour before the visit gets %(percent)s%% back.",
            "Who cancels less than %(hours)s hours before the visit gets %(percent)s%% back.",
            hours,
        )
    return words % {"hours": hours, "percent": percent}


def _any_time(percent: int) -> str:
    return _("Who cancels gets %(percent)s%% back, whenever it is.") % {"percent": percent}
