"""Narrowing one's notifications, and choosing how and when one is told."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from messaging.domain import preferences
from messaging.enums import NotificationKind
from messaging.models import Notification

# What each kind is, for someone who has never seen one.
KIND_HELP = {
    NotificationKind.APPOINTMENT: _("Confirmed, moved, cancelled, and times that come free."),
    NotificationKind.PAYMENT: _("Received, not accepted, refunded."),
    NotificationKind.MESSAGE: _("Missed calls, and messages that you have not read."),
    NotificationKind.REMINDER: _("Before a visit begins."),
    NotificationKind.RECORD: _("Something new stands in a medical record."),
    NotificationKind.MEDICINE: _("When a dose is due."),
    NotificationKind.PRIVACY: _("Somebody opened a record in an emergency."),
}


class NotificationFilter(forms.Form):
    """A value that is none narrows nothing."""

    kind = forms.ChoiceField(
        label=_("What about"), choices=[("", _("Everything")), *NotificationKind.choices], required=False
    )
    unread = forms.BooleanField(label=_("Only not read"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "filter_%s", **kwargs})
        self.is_valid()

    def narrow(self, found: QuerySet[Notification]) -> QuerySet[Notification]:
        if kind := self.cleaned_data.get("kind"):
            found = found.filter(kind=kind)
        return found.filter(read_at=None) if self.cleaned_data.get("unread") else found

    @property
    def is_narrowing(self) -> bool:
        return any(self.cleaned_data.values())


class PreferencesForm(forms.Form):
    """A switch for each kind and channel that has anything to send, and the quiet hours."""

    quiet_from = forms.TimeField(
        label=_("From"), required=False, widget=forms.TimeInput({"type": "time"}, format="%H:%M")
    )
    quiet_to = forms.TimeField(
        label=_("Until"), required=False, widget=forms.TimeInput({"type": "time"}, format="%H:%M")
    )

    def __init__(self, data: Any = None, *, now: preferences.Preferences) -> None:
        super().__init__(data, initial={"quiet_from": now.quiet_from, "quiet_to": now.quiet_to})
        self.switches = [each for _kind, choices in now.rows for each in choices if each.exists]
        for each in self.switches:
            self.fields[self._name(each)] = forms.BooleanField(
                label=each.channel.label,
                required=False,
                initial=each.is_on,
                disabled=each.is_fixed,
                widget=forms.CheckboxInput({"role": "switch", "class": "switch"}),
            )
        self._rows = now.rows

    def rows(self) -> list[dict[str, Any]]:
        """For each kind that goes anywhere: its name, what it is, and its switches."""
        return [
            {
                "kind": kind,
                "label": kind.label,
                "help": KIND_HELP[kind],
                "switches": [
                    (self[self._name(each)], each.is_fixed) if each.exists else (None, False)
                    for each in choices
                ],
            }
            for kind, choices in self._rows
            if any(each.exists for each in choices)
        ]

    @property
    def choices(self) -> dict[tuple[str, str], bool]:
        """What preferences.save takes. Fixed ones stay out: there is nothing to choose."""
        return {
            (each.kind, each.channel): self.cleaned_data[self._name(each)]
            for each in self.switches
            if not each.is_fixed
        }

    @staticmethod
    def _name(choice: preferences.Choice) -> str:
        return f"{choice.kind}-{choice.channel}"
