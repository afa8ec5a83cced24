"""What people type about plans and memberships. What is right, the domain decides; the forms only carry it."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from billing.domain import memberships, plans
from billing.forms.fields import day_input
from billing.models import Membership, Plan, PlanRate
from scheduling.domain.catalogue import all_services


class MembershipForm(forms.Form):
    plan = forms.ModelChoiceField(
        label=_("Plan"), queryset=Plan.objects.none(), empty_label=_("Choose a plan")
    )
    number = forms.CharField(
        label=_("Membership number"),
        max_length=80,
        help_text=_("As it stands on the card."),
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    holder_name = forms.CharField(
        label=_("Name on the card"), max_length=memberships.NAME_MAX, required=False
    )
    valid_from = forms.DateField(label=_("Valid from"), widget=day_input())
    valid_until = forms.DateField(
        label=_("Valid until"),
        required=False,
        widget=day_input(),
        help_text=_("Leave it empty when no day stands on the card."),
    )
    card = forms.FileField(
        label=_("Picture of the card"),
        required=False,
        widget=forms.FileInput({"accept": "image/jpeg,image/png,image/webp"}),
    )

    def __init__(self, *args: Any, known: Membership | None = None, **kwargs: Any) -> None:
        if known is not None:
            names = ("plan", "number", "holder_name", "valid_from", "valid_until")
            kwargs.setdefault("initial", {name: getattr(known, name) for name in names})
        super().__init__(*args, **kwargs)
        plan = self.fields["plan"]
        assert isinstance(plan, forms.ModelChoiceField)
        plan.queryset = memberships.plans_to_choose()
        megabytes = settings.UPLOAD_MAX_BYTES // (1024 * 1024)
        self.fields["card"].help_text = _(
            "A photo (JPG, PNG or WebP, at most %(most)s MB) that only you and the clinic's front desk see."
        ) % {"most": megabytes}
        if known is not None and known.card:
            self.fields["card"].help_text += " " + str(_("There is one already; choose one to replace it."))


class ReturnForm(forms.Form):
    reason = forms.CharField(
        label=_("What is wrong"),
        help_text=_("The patient reads it."),
        error_messages={"required": _("Say what is wrong: the patient reads it.")},
        widget=forms.Textarea({"rows": 2, "maxlength": memberships.REASON_MAX}),
    )


class PlanForm(forms.ModelForm[Plan]):
    class Meta:
        model = Plan
        fields = plans.FIELDS
        labels = {"co_payment": _("How much")}
        widgets = {
            "co_payment_kind": forms.RadioSelect,
            "valid_from": day_input(),
            "valid_until": day_input(),
        }
        help_texts = {
            "cover_percent": _("Of every service that has no rate of its own."),
            "co_payment": _("An amount, or a percentage, as chosen above."),
            "annual_limit": _("The most the plan pays for a member in a calendar year. Empty: no limit."),
            "needs_authorisation": _("The insurer has to agree before each visit."),
            "valid_from": _("Of the contract between the clinic and the insurer."),
            "is_active": _("Otherwise it can't be chosen, and pays for no new visit."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["co_payment"].required = False
        self.fields["valid_until"].help_text = _("Empty: until further notice.")

    def clean_co_payment(self) -> Any:
        return self.cleaned_data.get("co_payment") or 0

    def _post_clean(self) -> None:
        """The row stays as it is: the domain checks and stores what was filled in."""


class RateForm(forms.ModelForm[PlanRate]):
    needs_authorisation = forms.TypedChoiceField(
        label=_("Authorisation"),
        required=False,
        choices=[("", _("As the plan says")), ("yes", _("Needed")), ("no", _("Not needed"))],
        coerce=lambda value: value == "yes",
        empty_value=None,
    )

    class Meta:
        model = PlanRate
        fields = ("service", *plans.RATE_FIELDS)
        help_texts = {
            "scheme_rate": _("A fixed amount that the insurer pays for it."),
            "cover_percent": _("Or a percentage of its own; 0: not covered."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and not self.instance._state.adding:
            del self.fields["service"]
            chosen = {True: "yes", False: "no", None: ""}[self.instance.needs_authorisation]
            self.initial["needs_authorisation"] = chosen
        else:
            service = self.fields["service"]
            assert isinstance(service, forms.ModelChoiceField)
            service.queryset = all_services().filter(is_active=True)

    def _post_clean(self) -> None:
        """The row stays as it is: the domain checks and stores what was filled in."""
