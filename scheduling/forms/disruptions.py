"""When a doctor can't be there, and what is to happen to each visit."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.domain.queries import doctors
from accounts.models import User
from scheduling.domain.disruptions import MESSAGE_MAX_LENGTH, Choice, Closing
from scheduling.enums import DisruptionAction


class ClosingForm(forms.Form):
    """Stands in the address. Without a last day it is one day."""

    doctor = forms.ModelChoiceField(User.objects.none(), label=_("Doctor"), empty_label=_("Choose"))
    first_day = forms.DateField(
        label=_("First day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    last_day = forms.DateField(
        label=_("Last day"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    starts = forms.TimeField(
        label=_("From"), required=False, widget=forms.TimeInput({"type": "time"}, format="%H:%M")
    )
    ends = forms.TimeField(
        label=_("Until"), required=False, widget=forms.TimeInput({"type": "time"}, format="%H:%M")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["doctor"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = doctors().order_by("first_name", "last_name")
        if user.is_doctor:
            del self.fields["doctor"]
        self.fields["first_day"].widget.attrs["min"] = timezone.localdate().isoformat()

    def closing(self) -> Closing:
        wanted = self.cleaned_data
        return Closing(
            wanted["first_day"],
            wanted["last_day"] or wanted["first_day"],
            wanted["starts"],
            wanted["ends"],
        )

    def refuse(self, fields: Mapping[str, list[str]], detail: str) -> None:
        shown = [name for name in fields if name in self.fields]
        for name in shown:
            for message in fields[name]:
                self.add_error(name, message)
        if not shown:
            self.add_error(None, detail)


class DecisionForm(forms.Form):
    for_all = forms.ChoiceField(
        label=_("What is to happen to all of them?"),
        choices=DisruptionAction.choices,
        initial=DisruptionAction.ASK,
        widget=forms.RadioSelect,
    )
    message = forms.CharField(
        label=_("What patients are told"),
        max_length=MESSAGE_MAX_LENGTH,
        required=False,
        help_text=_("Goes by mail as it stands here, so no medical details."),
        widget=forms.Textarea(attrs={"rows": 2, "data-counter": ""}),
    )


def word_of(choice: Choice) -> str:
    """As it is written into the page: `ask`, `cancel`, `move`, or `move <time> <doctor>`."""
    if choice.starts_at and choice.doctor:
        return f"{choice.action} {choice.starts_at.isoformat()} {choice.doctor.pk}"
    return str(choice.action)


def choices_of(data: Mapping[str, Any]) -> dict[UUID, Choice]:
    """What a page sent for single visits (`choice-<id>`). What makes no sense counts as not chosen."""
    written: dict[UUID, list[str]] = {}
    for name, value in data.items():
        if name.startswith("choice-") and value:
            try:
                written[UUID(name.removeprefix("choice-"))] = str(value).split(" ")
            except ValueError:
                continue
    people = _people(words[2] for words in written.values() if len(words) == 3)
    found = {pk: _choice(words, people) for pk, words in written.items()}
    return {pk: choice for pk, choice in found.items() if choice is not None}


def _people(ids: Iterable[str]) -> dict[str, User]:
    known = []
    for text in ids:
        try:
            known.append(UUID(text))
        except ValueError:
            continue
    return {str(doctor.pk): doctor for doctor in doctors().filter(pk__in=known)}


def _choice(words: list[str], people: Mapping[str, User]) -> Choice | None:
    if words[0] not in DisruptionAction.values:
        return None
    action = DisruptionAction(words[0])
    if len(words) == 1:
        return Choice(action)
    if action != DisruptionAction.MOVE or len(words) != 3 or words[2] not in people:
        return None
    try:
        starts_at = forms.DateTimeField().clean(words[1])
    except forms.ValidationError:
        return None
    return Choice(action, starts_at, people[words[2]])
