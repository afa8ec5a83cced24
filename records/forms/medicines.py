"""What management fills in for the catalogue. What is right, the domain decides; the forms only carry it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.core.errors import DomainError, Invalid
from records.domain.medicines import values
from records.domain.medicines.columns import LABELS
from records.domain.medicines.values import REQUIRED, TEXTS
from records.enums import InteractionSeverity, PregnancyCategory, Route

_FIGURE = {"inputmode": "decimal", "autocomplete": "off"}
_HELP: dict[str, Any] = {
    "generic": _("The international name. A fixed combination is “a + b”."),
    "brand": _("Empty: any make."),
    "form": _("Like tablet, capsule, oral suspension."),
    "strength": _("Like 500 mg, or 125 mg/5 ml."),
    "unit": _("What a dose is counted in: tablet, ml, puff, drop. Empty: by the form."),
    "strength_mg": _(
        "The active substance in one of that, in mg. Empty: reckoned from the strength where it can be."
    ),
    "atc": _("Like N02BE01. The safety check goes by it."),
    "max_daily_mg": _("For adults, in 24 hours."),
    "source": _("Where these figures stand."),
}


class MedicineForm(forms.Form):
    """Every field is text, so that the domain alone says what a number is."""

    generic = forms.CharField()
    brand = forms.CharField(required=False)
    form = forms.CharField()
    strength = forms.CharField()
    unit = forms.CharField(required=False)
    strength_mg = forms.CharField(required=False, widget=forms.TextInput(attrs=_FIGURE))
    atc = forms.CharField(required=False, widget=forms.TextInput(attrs={"autocapitalize": "characters"}))
    therapeutic_class = forms.CharField(required=False)
    routes = forms.MultipleChoiceField(
        choices=Route.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    pregnancy = forms.ChoiceField(
        choices=[
            (PregnancyCategory.UNKNOWN.value, PregnancyCategory.UNKNOWN.label),
            *(choice for choice in PregnancyCategory.choices if choice[0] != PregnancyCategory.UNKNOWN),
        ],
        required=False,
    )
    max_daily_mg = forms.CharField(required=False, widget=forms.TextInput(attrs=_FIGURE))
    max_daily_mg_per_kg = forms.CharField(required=False, widget=forms.TextInput(attrs=_FIGURE))
    min_age_months = forms.CharField(required=False, widget=forms.TextInput(attrs=_FIGURE))
    renal_caution_below = forms.CharField(required=False, widget=forms.TextInput(attrs=_FIGURE))
    renal_avoid_below = forms.CharField(required=False, widget=forms.TextInput(attrs=_FIGURE))
    source = forms.CharField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = LABELS[name]
            field.help_text = _HELP.get(name, "")
            field.required = name in REQUIRED
            if name in TEXTS:
                field.widget.attrs.update(maxlength=TEXTS[name], autocomplete="off")

    def clean(self) -> dict[str, Any]:
        """All that is wrong at once, not the missing fields first."""
        given = self.cleaned_data
        try:
            values.clean(given)
        except Invalid as refusal:
            for name, texts in refusal.fields.items():
                if name not in self.errors:
                    self.add_error(name, texts)
        return given


class MedicineFileForm(forms.Form):
    file = forms.FileField(
        label=_("CSV or Excel file"),
        help_text=_("At most 5 MB and 20,000 rows. The first row names the columns."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx,text/csv"}),
        error_messages={
            "required": _("Choose a file first."),
            "empty": _("This file is empty. Choose one with a row for each medicine."),
        },
    )


class InteractionForm(forms.Form):
    first = forms.CharField(
        label=_("One: ATC code or the beginning of one"), help_text=_("Like M01AE01, or M01A for all NSAIDs.")
    )
    second = forms.CharField(label=_("The other"))
    severity = forms.ChoiceField(label=_("Severity"), choices=InteractionSeverity.choices)
    effect = forms.CharField(label=_("What happens"), max_length=300)
    advice = forms.CharField(label=_("What to do"), max_length=300, required=False)
    source = forms.CharField(
        label=_("Source"), max_length=240, help_text=_("Where this stands, so that others can look.")
    )


def take(form: forms.Form, refusal: DomainError) -> None:
    """Show a refusal at the fields it names, else above the form."""
    named = False
    for name, texts in refusal.fields.items():
        if name in form.fields:
            form.add_error(name, texts)
            named = True
    if not named:
        form.add_error(None, refusal.detail)
