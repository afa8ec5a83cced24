"""What management fills in about parameters, ranges and panels."""

from collections.abc import MutableMapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.enums import Gender
from records.domain.labs.flags import FOREVER
from records.domain.labs.parse import shown
from records.models import LabPanel, LabParameter, ReferenceRange

_DAYS: dict[str, Decimal] = {"d": Decimal(1), "m": Decimal("30.4375"), "y": Decimal("365.25")}


class ParameterForm(forms.ModelForm[LabParameter]):
    choices = forms.CharField(
        label=_("Answers"),
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("For one of a list: one answer a line, the normal one first."),
    )

    class Meta:
        model = LabParameter
        fields = ["name", "short_name", "loinc", "kind", "unit", "decimals", "possible_low", "possible_high"]
        widgets = {"kind": forms.RadioSelect}
        labels = {
            "short_name": _("Short name"),
            "possible_low": _("Lowest possible value"),
            "possible_high": _("Highest possible value"),
        }
        help_texts = {
            "unit": _("In UCUM, as g/dL, mmol/L or 10*3/uL."),
            "possible_low": _("What is below is taken for a slip of the pen and refused."),
            "possible_high": _("What is above is refused."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["decimals"].max_value = 4  # type: ignore[attr-defined]
        if self.instance.pk:
            self.initial["choices"] = "\n".join(self.instance.choices)
        _without_zeros(self.initial)

    def clean_decimals(self) -> int:
        decimals: int = self.cleaned_data["decimals"]
        if decimals > 4:
            raise forms.ValidationError(_now("At most 4, please."))
        return decimals

    def clean_choices(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["choices"].splitlines() if line.strip()]

    def _post_clean(self) -> None:
        """The row stays as it is: the domain checks and stores what was filled in."""


class RangeForm(forms.ModelForm[ReferenceRange]):
    age_from = forms.DecimalField(label=_("From age"), min_value=0, max_value=60_000, initial=0)
    age_to = forms.DecimalField(
        label=_("To below age"), min_value=0, max_value=60_000, required=False, help_text=_("Empty: no end.")
    )
    age_unit = forms.ChoiceField(
        label=_("Ages in"), choices=[("y", _("years")), ("m", _("months")), ("d", _("days"))], initial="y"
    )

    field_order = [
        "gender", "age_from", "age_to", "age_unit", "critical_low", "low", "high", "critical_high", "source",
    ]  # fmt: skip

    class Meta:
        model = ReferenceRange
        fields = ["gender", "critical_low", "low", "high", "critical_high", "source"]
        labels = {
            "critical_low": _("Critical below"),
            "low": _("Normal from"),
            "high": _("Normal to"),
            "critical_high": _("Critical above"),
        }
        help_texts = {"source": _("Where the range comes from: a book, the maker, your own laboratory.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sexes = [(Gender.FEMALE.value, Gender.FEMALE.label), (Gender.MALE.value, Gender.MALE.label)]
        self.fields["gender"] = forms.ChoiceField(
            label=_("Sex"), required=False, choices=[("", _("Both")), *sexes]
        )
        self.order_fields(self.field_order)
        if self.instance.parameter_id:
            self._ages(self.instance)
        _without_zeros(self.initial)

    def _ages(self, row: ReferenceRange) -> None:
        """In years where these give the same days again, else in days."""
        ends = [row.age_from_days] + ([row.age_to_days] if row.age_to_days < FOREVER else [])
        in_years = all(_in_days(round(days / _DAYS["y"]), "y") == days for days in ends)
        self.initial["age_unit"] = "y" if in_years else "d"
        for name, days in (("age_from", row.age_from_days), ("age_to", row.age_to_days)):
            if days < FOREVER:
                self.initial[name] = round(days / _DAYS["y"]) if in_years else days

    def values(self) -> dict[str, Any]:
        """For the domain. Call it on a valid form."""
        data = dict(self.cleaned_data)
        unit = data.pop("age_unit")
        first, last = data.pop("age_from"), data.pop("age_to")
        data["age_from_days"] = _in_days(first, unit)
        data["age_to_days"] = min(_in_days(last, unit), FOREVER) if last is not None else FOREVER
        return data

    def _post_clean(self) -> None:
        """As above."""


class PanelForm(forms.ModelForm[LabPanel]):
    parameters = forms.ModelMultipleChoiceField(
        label=_("Parameters"),
        queryset=LabParameter.objects.filter(is_active=True).order_by("name"),
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = LabPanel
        fields = ["name", "loinc"]

    def _post_clean(self) -> None:
        """As above."""


def _without_zeros(initial: MutableMapping[str, Any]) -> None:
    """12, not 12.0000."""
    for name, value in initial.items():
        if isinstance(value, Decimal):
            initial[name] = shown("", value, 0)


def _in_days(age: Decimal | int, unit: str) -> int:
    return int((Decimal(age) * _DAYS[unit]).to_integral_value())
