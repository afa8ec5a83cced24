"""What is typed where money is sent back, and the table of the terms. What is right, the domain decides."""

from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy

from billing.domain import cancelling, refunds
from billing.domain.cancellation import Term
from billing.enums import PaymentMethod

CHOICES = (*refunds.SENT_METHODS, PaymentMethod.CASH, PaymentMethod.CREDIT)


class RefundForm(forms.Form):
    """How the money goes back; `seen` is the amount that the page showed."""

    method = forms.ChoiceField(
        label=gettext_lazy("How does the money go back?"),
        choices=[(method.value, method.label) for method in CHOICES],
        initial=PaymentMethod.BANK_TRANSFER,
        widget=forms.RadioSelect,
    )
    destination = forms.CharField(
        label=gettext_lazy("To which account"),
        max_length=refunds.DESTINATION_MAX,
        required=False,
        help_text=gettext_lazy(
            "The patient's account or number; leave it empty if it goes where it came from."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    seen = forms.DecimalField(widget=forms.HiddenInput)


class SentForm(forms.Form):
    bank_reference = forms.CharField(
        label=gettext_lazy("Reference of the transfer"),
        max_length=120,
        help_text=gettext_lazy("The bank's number, or the one on the slip of the card terminal."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=refunds.REASON_MAX,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class TermForm(forms.Form):
    """A line of the table; one left empty is no line."""

    hours_before = forms.IntegerField(
        label=gettext_lazy("Hours before the visit"),
        min_value=0,
        max_value=cancelling.MOST_HOURS,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": "4"}),
    )
    percent = forms.IntegerField(
        label=gettext_lazy("Per cent that comes back"),
        min_value=0,
        max_value=100,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": "3"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        hours, percent = cleaned.get("hours_before"), cleaned.get("percent")
        if not self.errors and (hours is None) != (percent is None):
            empty = "percent" if percent is None else "hours_before"
            self.add_error(empty, gettext_lazy("Fill in both, or leave both empty."))
        return cleaned

    @property
    def term(self) -> Term | None:
        hours, percent = self.cleaned_data.get("hours_before"), self.cleaned_data.get("percent")
        return None if hours is None or percent is None else Term(hours, percent)


TermFormSet: type[BaseFormSet[TermForm]] = formset_factory(
    TermForm, extra=2, max_num=cancelling.MOST_TERMS, absolute_max=cancelling.MOST_TERMS + 2
)
