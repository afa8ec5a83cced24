"""Every action on a visit: its words, its look, its door in the domain. Names are those of rules.available_actions."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from scheduling.domain import progress, queue

Text = str | Promise


@dataclass(frozen=True)
class Action:
    """`asks` is the question of its confirmation; without one the button acts at once. `own_label` and `own_done` are
    for the patient who does it."""

    name: str
    label: Text
    icon: str
    perform: Callable[..., Any]
    done: Text
    tone: str = "secondary"
    asks: Text = ""
    explains: Text = ""
    needs_reason: bool = False
    own_label: Text = ""
    own_done: Text = ""


ACTIONS = {
    action.name: action
    for action in (
        Action("confirm", _("Confirm"), "check", progress.confirm, _("The visit is confirmed."), "primary"),
        Action(
            "check-in",
            _("Check in"),
            "user-check",
            progress.check_in,
            _("The patient is checked in."),
            "primary",
            own_label=_("I am here"),
            own_done=_("You are checked in. Please take a seat: you will be called."),
        ),
        Action("call", _("Call in"), "megaphone", queue.call, _("The patient is called in."), "primary"),
        Action(
            "take-back",
            _("Take the call back"),
            "undo-2",
            queue.take_back,
            _("The call is taken back; the patient waits on."),
        ),
        Action("start", _("Start visit"), "play", progress.start, _("The visit has begun."), "primary"),
        Action(
            "complete",
            _("Complete"),
            "circle-check",
            progress.complete,
            _("The visit is completed."),
            "primary",
        ),
        Action(
            "no-show",
            _("Did not come"),
            "user-x",
            progress.no_show,
            _("Noted that the patient did not come."),
            asks=_("Did the patient not come?"),
            explains=_(
                "The visit is closed as missed. If they come after all, you can take this back for a day."
            ),
        ),
        Action(
            "undo-check-in",
            _("Not here yet"),
            "undo-2",
            progress.undo_check_in,
            _("The check-in is taken back."),
            "ghost",
        ),
        Action(
            "undo-start",
            _("Not begun yet"),
            "undo-2",
            progress.undo_start,
            _("The visit has not begun; the patient waits on."),
            "ghost",
        ),
        Action(
            "undo-no-show",
            _("They came after all"),
            "user-check",
            progress.undo_no_show,
            _("The patient is checked in."),
        ),
        Action(
            "decline",
            _("Decline"),
            "x",
            progress.decline,
            _("The visit is declined; the patient has been told."),
            "danger",
            asks=_("Decline this visit?"),
            explains=_(
                "The patient is told your reason, the time becomes free, and what was paid is refunded."
            ),
            needs_reason=True,
        ),
        Action(
            "cancel",
            _("Cancel visit"),
            "calendar-x",
            progress.cancel,
            _("The visit is cancelled and its time is free again."),
            "danger",
            asks=_("Cancel this visit?"),
            explains=_("The time becomes free for others."),
        ),
    )
}
