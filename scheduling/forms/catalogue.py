"""What management fills in about services, rooms and equipment."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.enums import Mode
from clinic.core.errors import DomainError
from scheduling.domain.catalogue import FIELDS
from scheduling.enums import ResourceKind
from scheduling.models import Resource, ResourceGroup, ResourceOutage, Service


def take(form: forms.BaseForm, refusal: DomainError) -> None:
    """Say beside its field what the domain did not accept."""
    for name, texts in refusal.fields.items():
        form.add_error(name if name in form.fields else None, texts)
    if not form.errors:
        form.add_error(None, refusal.detail)


class ServiceForm(forms.ModelForm[Service]):
    modes = forms.MultipleChoiceField(
        label=_("How it takes place"), choices=Mode.choices, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Service
        fields = [*FIELDS, "needs"]
        widgets = {
            "kind": forms.RadioSelect,
            "preparation": forms.Textarea({"rows": 4, "data-counter": ""}),
            "needs": forms.CheckboxSelectMultiple,
        }
        labels = {"minutes": _("Length in minutes"), "specialty": _("Only doctors of")}
        help_texts = {
            "description": _("One line that patients read when they choose."),
            "price_from_doctor": _("Then the price here does not count."),
            "needs": _("One of each group has to be free. A room is taken for visits at the clinic only."),
            "preparation": _("Shown to the patient before and after booking."),
            "needs_referral": _("Patients who book alone need a referral, or attach one."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        specialty = self.fields["specialty"]
        assert isinstance(specialty, forms.ModelChoiceField)
        specialty.empty_label = str(_("Every doctor offers it"))

    def _post_clean(self) -> None:
        """The row stays as it is: the domain checks and stores what was filled in."""


class GroupForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=ResourceGroup._meta.get_field("name").max_length,
        help_text=_("Things of which any serves as well as another: “MRI scanners”."),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=ResourceKind.choices, widget=forms.RadioSelect)


class ResourceForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=Resource._meta.get_field("name").max_length)


class OutageForm(forms.Form):
    first_day = forms.DateField(
        label=_("First day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    last_day = forms.DateField(
        label=_("Last day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=ResourceOutage._meta.get_field("reason").max_length,
        required=False,
        help_text=_("For the clinic's staff."),
    )
