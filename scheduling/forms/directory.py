"""The directory's filters. A bad value is as good as none: a shared address never breaks."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.enums import Mode, SpokenLanguage
from accounts.models import Specialty, User
from scheduling.domain.queries import services
from scheduling.enums import DirectoryOrder, FreeWithin, PartOfDay
from scheduling.models import Service

HIGHEST_FEE = 10**8


class DirectoryFilter(forms.Form):
    q = forms.CharField(
        label=_("Name or specialty"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Name or specialty")}),
    )
    specialty = forms.ModelChoiceField(
        Specialty.objects.none(), label=_("Specialty"), to_field_name="slug", required=False
    )
    service = forms.ModelChoiceField(
        Service.objects.none(), label=_("Service"), required=False, empty_label=_("Any service")
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=[("", _("Any language")), *SpokenLanguage.choices], required=False
    )
    mode = forms.ChoiceField(label=_("How"), choices=[("", _("Either way")), *Mode.choices], required=False)
    fee = forms.IntegerField(
        label=_("Fee up to"),
        min_value=0,
        max_value=HIGHEST_FEE,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "step": 100, "placeholder": _("Any fee")}),
    )
    free = forms.ChoiceField(
        label=_("Next free time"), choices=[("", _("Any time")), *FreeWithin.choices], required=False
    )
    part = forms.ChoiceField(
        label=_("Part of the day"), choices=[("", _("Any time of day")), *PartOfDay.choices], required=False
    )
    sort = forms.ChoiceField(label=_("Sort by"), choices=DirectoryOrder.choices, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "filter_%s", **kwargs})
        specialty = self.fields["specialty"]
        assert isinstance(specialty, forms.ModelChoiceField)
        specialty.queryset = Specialty.objects.all()
        service = self.fields["service"]
        assert isinstance(service, forms.ModelChoiceField)
        service.queryset = services()

    def narrow(self, doctors: QuerySet[User]) -> QuerySet[User]:
        """Those of `doctors` that match every filter that makes sense."""
        self.is_valid()
        for word in self.cleaned_data.get("q", "").split():
            doctors = doctors.filter(
                Q(first_name__icontains=word)
                | Q(last_name__icontains=word)
                | Q(doctor_profile__specialty__name__icontains=word)
            )
        if specialty := self.cleaned_data.get("specialty"):
            doctors = doctors.filter(doctor_profile__specialty=specialty)
        if service := self.cleaned_data.get("service"):
            if service.specialty_id:
                doctors = doctors.filter(doctor_profile__specialty=service.specialty_id)
            doctors = doctors.filter(doctor_profile__modes__regex=f"(^|,)({'|'.join(service.modes)})(,|$)")
        # Several codes share a column, divided by commas: "ne" must not find "new".
        if language := self.cleaned_data.get("language"):
            doctors = doctors.filter(doctor_profile__languages__regex=rf"(^|,){language}(,|$)")
        if mode := self.cleaned_data.get("mode"):
            doctors = doctors.filter(doctor_profile__modes__regex=rf"(^|,){mode}(,|$)")
        if (fee := self.cleaned_data.get("fee")) is not None:
            doctors = doctors.filter(doctor_profile__fee__lte=fee)
        return doctors

    @property
    def order(self) -> DirectoryOrder:
        return DirectoryOrder(self.cleaned_data.get("sort") or DirectoryOrder.SOONEST)

    @property
    def free_within(self) -> FreeWithin | None:
        wanted = self.cleaned_data.get("free")
        return FreeWithin(wanted) if wanted else None
