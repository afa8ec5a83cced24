"""Writing down one fact of a patient's history."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.models import fields_for_model
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.core.errors import DomainError, Invalid
from clinic.core.fields import filter_day
from records.domain.fact_values import KINDS, REASON_MAX_LENGTH, FactKind
from records.domain.timeline import EntryKind
from records.models.fact import ClinicalFact

_MOMENT = "%Y-%m-%dT%H:%M"
# Beside the number, as the model stores it.
UNITS = {
    "systolic": "mmHg",
    "diastolic": "mmHg",
    "pulse": "/min",
    "temperature": "°C",
    "breaths": "/min",
    "oxygen": "%",
    "weight": "kg",
    "height": "cm",
    "glucose": "mmol/L",
}
_TODAY = {"given_on", "said_on"}


class FactForm(forms.Form):
    """The fields of one kind of fact; what they may hold is the domain's to say (domain/fact_values.py)."""

    def __init__(
        self, kind: str, data: Mapping[str, Any] | None = None, fact: ClinicalFact | None = None
    ) -> None:
        self.kind = FactKind(kind)
        names = KINDS[self.kind].fields
        super().__init__(data, initial=_initial(names, fact), auto_id=f"id_{kind}_%s")
        self.fields = fields_for_model(KINDS[self.kind].model, names, formfield_callback=_field)

    def refuse(self, error: DomainError) -> None:
        """Show a refusal of the domain where it belongs."""
        if not isinstance(error, Invalid) or not error.fields:
            self.add_error(None, error.detail)
        for name, texts in error.fields.items():
            self.add_error(name if name in self.fields else None, texts)  # type: ignore[arg-type]


def _field(db_field: Any, **options: Any) -> Any:
    field = db_field.formfield(**options)
    if isinstance(field, forms.DateTimeField):
        field.widget = forms.DateTimeInput(format=_MOMENT, attrs={"type": "datetime-local"})
    elif isinstance(field, forms.DateField):
        field.widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    elif isinstance(field, forms.IntegerField | forms.DecimalField):
        # A comma is how half the world writes it, and a number field of the browser may drop it unseen.
        field.widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        field.localize = False
        if db_field.name in UNITS and db_field.name != "breaths":  # that one says it in words
            field.label = f"{field.label} ({UNITS[db_field.name]})"
    elif db_field.name == "note":
        field.widget = forms.Textarea(attrs={"rows": 2})
    field.widget.is_required = field.required
    if field.label:
        field.label = str(field.label)[:1].upper() + str(field.label)[1:]
    if isinstance(field, forms.DecimalField):
        field.to_python = _with_comma(field.to_python)  # type: ignore[method-assign]
    return field


def _with_comma(to_python: Any) -> Any:
    def read(value: Any) -> Any:
        return to_python(value.replace(",", ".", 1) if isinstance(value, str) else value)

    return read


def _initial(names: tuple[str, ...], fact: ClinicalFact | None) -> dict[str, Any]:
    if fact is not None:
        return {name: getattr(fact, name) for name in names}
    now = timezone.now()
    return {"measured_at": now} | dict.fromkeys(_TODAY, timezone.localdate(now))


class VoidForm(forms.Form):
    reason = forms.CharField(
        label=_("Why is it wrong?"),
        max_length=REASON_MAX_LENGTH,
        help_text=_("It stays in the record, marked as an error, with your name and this reason."),
    )


class TimelineFilter(forms.Form):
    kind = forms.MultipleChoiceField(label=_("What"), choices=EntryKind.choices, required=False)
    first = filter_day(_("From"))
    last = filter_day(_("Until"))

    @property
    def chosen(self) -> dict[str, Any]:
        """As timeline.page takes it; what can't be read narrows nothing."""
        self.is_valid()
        clean = self.cleaned_data
        return {"kinds": clean.get("kind") or [], "first": clean.get("first"), "last": clean.get("last")}

    @property
    def is_narrowing(self) -> bool:
        return any(self.chosen.values())
