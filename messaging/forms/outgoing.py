"""For management: the words of a notification, and narrowing the delivery log."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from clinic.core.fields import filter_day
from messaging.domain import delivery_log, templates
from messaging.enums import Channel, DeliveryStatus, NotificationKind
from messaging.models import Delivery


class TextForm(forms.Form):
    """Subject (mail only) and text; what may stand in them is checked by the domain."""

    subject = forms.CharField(label=_("Subject"), max_length=templates.SUBJECT_MAX_LENGTH)
    body = forms.CharField(label=_("Text"), widget=forms.Textarea({"data-counter": ""}))

    def __init__(self, *args: Any, channel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        longest = templates.BODY_MAX_LENGTH[Channel(channel)]
        body = self.fields["body"]
        assert isinstance(body, forms.CharField)
        body.max_length = longest
        body.widget.attrs.update(maxlength=longest, rows=8 if channel == Channel.EMAIL else 3)
        if channel != Channel.EMAIL:
            del self.fields["subject"]


class OverviewFilter(forms.Form):
    kind = forms.ChoiceField(
        label=_("What about"), choices=[("", _("Everything")), *NotificationKind.choices], required=False
    )
    own = forms.BooleanField(label=_("Only our own words"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "filter_%s", **kwargs})
        self.is_valid()


class LogFilter(forms.Form):
    """A bad value is said beside its field and narrows nothing; the others still count."""

    person = forms.CharField(
        label=_("Who"),
        max_length=80,
        required=False,
        widget=forms.TextInput({"type": "search", "placeholder": _("Name or e-mail")}),
    )
    channel = forms.ChoiceField(
        label=_("Channel"), choices=[("", _("Every channel")), *Channel.choices], required=False
    )
    status = forms.ChoiceField(
        label=_("Status"), choices=[("", _("Every status")), *DeliveryStatus.choices], required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "filter_%s", **kwargs})
        self.fields["from"] = filter_day(_("From"))
        self.fields["to"] = filter_day(_("To"))
        self.is_valid()

    def narrow(self, user: User) -> QuerySet[Delivery]:
        """Whole days of the clinic's clock."""
        wanted = self.cleaned_data
        first, last = wanted.get("from"), wanted.get("to")
        found = delivery_log.found(
            user,
            channel=wanted.get("channel", ""),
            status=wanted.get("status", ""),
            search=wanted.get("person", ""),
            since=_midnight(first) if first else None,
        )
        return found.filter(created_at__lt=_midnight(last + timedelta(days=1))) if last else found

    @property
    def is_narrowing(self) -> bool:
        return any(self.cleaned_data.values())


def _midnight(day: Any) -> datetime:
    return datetime.combine(day, time.min, timezone.get_default_timezone())
