"""Asking for a scan, and narrowing the list of referrals."""

from typing import Any

from django import forms
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from clinic.core.errors import DomainError
from scheduling.domain.queries import of_patient, services
from scheduling.domain.referrals import QUESTION_MAX_LENGTH
from scheduling.enums import ReferralPriority, ReferralStatus, ServiceKind
from scheduling.forms.booking import ACCEPT
from scheduling.models import Referral, Service

MINE, SCANS, ALL = "", "scans", "all"


class ReferralForm(forms.Form):
    service = forms.ModelChoiceField(
        Service.objects.none(),
        label=_("Scan"),
        empty_label=_("Choose a scan"),
        error_messages={"required": _("Please choose a scan.")},
    )
    priority = forms.ChoiceField(
        label=_("How urgent is it?"),
        choices=ReferralPriority.choices,
        initial=ReferralPriority.ROUTINE,
        widget=forms.RadioSelect,
    )
    question = forms.CharField(
        label=_("What is the scan to answer?"),
        help_text=_(
            "Read by the patient, by whoever does the scan, and by the patient's doctors; not by the front desk."
        ),
        max_length=QUESTION_MAX_LENGTH,
        widget=forms.Textarea({"rows": 5, "data-counter": ""}),
        error_messages={"required": _("Please write what the scan is to answer.")},
    )
    document = forms.FileField(
        label=_("Document"),
        help_text=_("A letter or an earlier picture, as PDF or image."),
        required=False,
        widget=forms.FileInput({"accept": ACCEPT}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["service"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = services().filter(kind=ServiceKind.IMAGING)

    def take(self, refusal: DomainError) -> None:
        """Say beside its field what the domain did not accept."""
        if refusal.code in ("too_large", "unsupported_type"):
            self.add_error("document", refusal.detail)
        for name, texts in refusal.fields.items():
            self.add_error(name if name in self.fields else None, texts)
        if not self.errors:
            self.add_error(None, refusal.detail)


class ReferralFilter(forms.Form):
    """A value that makes no sense narrows nothing. Urgent ones that wait stand first."""

    q = forms.CharField(
        label=_("Patient"),
        max_length=80,
        required=False,
        widget=forms.TextInput({"type": "search", "placeholder": _("Name or e-mail")}),
    )
    whose = forms.ChoiceField(
        label=_("Whose"),
        choices=[(MINE, _("Asked for by me")), (SCANS, _("Scans with me")), (ALL, _("All of my patients"))],
        required=False,
    )
    status = forms.ChoiceField(
        label=_("Status"), choices=[("", _("Any")), *ReferralStatus.choices], required=False
    )
    priority = forms.ChoiceField(
        label=_("Urgency"), choices=[("", _("Any")), *ReferralPriority.choices], required=False
    )
    service = forms.ModelChoiceField(
        Service.objects.none(), label=_("Scan"), required=False, empty_label=_("Any")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "filter_%s", **kwargs})
        self.user = user
        field = self.fields["service"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Service.objects.filter(kind=ServiceKind.IMAGING)
        if not user.is_doctor:
            del self.fields["whose"]

    def narrow(self, found: QuerySet[Referral]) -> QuerySet[Referral]:
        self.is_valid()
        wanted = self.cleaned_data
        found = found.filter(of_patient(wanted.get("q", "")))
        if self.user.is_doctor and wanted.get("whose") != ALL:
            name = "appointment__doctor" if wanted.get("whose") == SCANS else "referrer"
            found = found.filter(**{name: self.user})
        for name in ("status", "priority", "service"):
            if wanted.get(name):
                found = found.filter(**{name: wanted[name]})
        return found.alias(turn=_TURN).order_by("turn", "-created_at", "pk")

    @property
    def is_narrowing(self) -> bool:
        return any(self.cleaned_data.get(name) for name in self.fields)


_TURN = Case(
    When(status=ReferralStatus.REQUESTED, priority=ReferralPriority.URGENT, then=Value(0)),
    When(status=ReferralStatus.REQUESTED, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)
