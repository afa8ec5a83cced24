"""Adding a document, narrowing the list of them, and the reasons that some steps need."""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.core.errors import DomainError
from records.domain import documents
from records.domain.document_queries import narrowed
from records.enums import DocumentCategory
from records.models import Document

ACCEPT = "image/jpeg,image/png,image/webp,application/pdf"
# The refusals that are about the file itself.
ABOUT_THE_FILE = ("too_large", "unsupported_type", "infected", "not_scanned", "duplicate_document")


class DocumentForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput({"accept": ACCEPT}),
        error_messages={"required": _("Please choose a file.")},
    )
    category = forms.ChoiceField(
        label=_("What is it?"),
        choices=[("", _("Please choose")), *DocumentCategory.choices],
        error_messages={"required": _("Please choose what kind of document this is.")},
    )
    title = forms.CharField(
        label=_("Title"),
        max_length=documents.TITLE_MAX_LENGTH,
        required=False,
        help_text=_("By which you find it again. Left empty, it is the name of the file."),
    )
    dated_on = forms.DateField(
        label=_("Date of the document"),
        required=False,
        help_text=_("When it was written, not when it is added. Left empty, it is today."),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    is_released = forms.BooleanField(label=_("The patient sees it now"), required=False, initial=True)

    def __init__(self, *args: Any, for_patient: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limit = settings.DOCUMENT_MAX_BYTES // (1024 * 1024)
        self.fields["file"].help_text = _("A picture or a PDF of at most %(limit)s MB.") % {"limit": limit}
        self.fields["dated_on"].widget.attrs["max"] = timezone.localdate().isoformat()
        if for_patient:
            del self.fields["is_released"]

    def take(self, refusal: DomainError) -> None:
        """Say beside its field what the domain did not accept."""
        if refusal.code in ABOUT_THE_FILE:
            self.add_error("file", refusal.detail)
        for name, texts in refusal.fields.items():
            self.add_error(name if name in self.fields else None, texts)
        if not self.errors:
            self.add_error(None, refusal.detail)


class DocumentFilter(forms.Form):
    """A value that makes no sense narrows nothing."""

    q = forms.CharField(
        label=_("Search"),
        max_length=80,
        required=False,
        widget=forms.TextInput({"type": "search", "placeholder": _("Title or file name")}),
    )
    category = forms.ChoiceField(
        label=_("Kind"), choices=[("", _("Any")), *DocumentCategory.choices], required=False
    )
    by = forms.ChoiceField(
        label=_("Added by"),
        choices=[("", _("Anyone")), ("patient", _("The patient")), ("clinic", _("The clinic"))],
        required=False,
    )
    when = forms.ChoiceField(
        label=_("Dated"),
        choices=[
            ("", _("Any time")),
            ("90", _("In the last 3 months")),
            ("365", _("In the last year")),
            ("1825", _("In the last 5 years")),
        ],
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "filter_%s", **kwargs})

    def narrow(self, found: QuerySet[Document]) -> QuerySet[Document]:
        self.is_valid()
        wanted = self.cleaned_data
        days = int(wanted.get("when") or 0)
        return narrowed(
            found,
            search=wanted.get("q", ""),
            category=wanted.get("category", ""),
            brought_by=wanted.get("by", ""),
            first=timezone.localdate() - timedelta(days=days) if days else None,
        )

    @property
    def is_narrowing(self) -> bool:
        return any(self.cleaned_data.get(name) for name in self.fields)
