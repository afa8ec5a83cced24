"""What management decides when two accounts of one patient become one."""

import unicodedata
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.domain import merging
from accounts.models import PatientProfile, User

CONFIRMATION = "MERGE"


def shown(person: User, name: str) -> str:
    """A value of merging.CHOSEN for people to read; "" for what is not known."""
    value = merging.value_of(person, name)
    if isinstance(value, date):
        return date_format(value, "DATE_FORMAT")
    if name == "gender":
        return str(person.patient_profile.get_gender_display()) if value else ""  # type: ignore[attr-defined]
    return str(getattr(value, "as_international", value))


def label_of(name: str) -> Any:
    model: Any = User if name in merging.ON_ACCOUNT else PatientProfile
    label = str(model._meta.get_field(name).verbose_name)
    return label[:1].upper() + label[1:]


class ChoiceForm(forms.Form):
    """Which account stays, and for each detail that differs whose value. Answers are the accounts' ids."""

    stays = forms.ChoiceField(label=_("Which account stays?"), widget=forms.RadioSelect)

    def __init__(self, data: Any, one: User, other: User) -> None:
        self.people = {str(one.pk): one, str(other.pk): other}
        active = [pk for pk, person in self.people.items() if person.is_active]
        super().__init__(data, initial={"stays": next(iter(active), "")})
        stays = self.fields["stays"]
        assert isinstance(stays, forms.ChoiceField)
        stays.choices = [
            (pk, f"{person.name} · {person.email}") for pk, person in self.people.items() if person.is_active
        ]
        stays.help_text = _("The log-in of the account that stays goes on working; the other one ends.")
        for name in merging.differing(one, other):
            values = {pk: shown(person, name) for pk, person in self.people.items()}
            self.fields[name] = forms.ChoiceField(
                label=label_of(name),
                widget=forms.RadioSelect,
                choices=[(pk, value or _("leave empty")) for pk, value in values.items()],
                initial=next((pk for pk, value in values.items() if value), str(one.pk)),
            )

    @property
    def kept_id(self) -> UUID:
        return self.people[self.cleaned_data["stays"]].pk

    @property
    def merged_id(self) -> UUID:
        return next(person.pk for pk, person in self.people.items() if pk != self.cleaned_data["stays"])

    @property
    def keep(self) -> dict[str, str]:
        """As merging.merge takes it."""
        stays = self.cleaned_data["stays"]
        return {
            name: merging.KEPT if chosen == stays else merging.MERGED
            for name, chosen in self.cleaned_data.items()
            if name != "stays"
        }

    @property
    def result(self) -> list[tuple[str, str]]:
        """Label and value of each detail as it will be."""
        stays = self.cleaned_data["stays"]
        return [
            (label_of(name), shown(self.people[self.cleaned_data.get(name, stays)], name))
            for name in merging.CHOSEN
        ]


class ConfirmForm(forms.Form):
    typed = forms.CharField(
        label=_("Type MERGE or the patient's last name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )

    def __init__(self, data: Any, last_names: set[str]) -> None:
        super().__init__(data)
        self.accepted = {_plain(CONFIRMATION), *(_plain(name) for name in last_names if name)}

    def clean_typed(self) -> str:
        typed: str = self.cleaned_data["typed"]
        if _plain(typed) not in self.accepted:
            raise forms.ValidationError(_("Type MERGE, or the last name as it stands above."))
        return typed


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
