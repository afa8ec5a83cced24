"""What a patient types and attaches when booking."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.core.errors import DomainError
from scheduling.domain import drafts
from scheduling.domain.drafts import DraftFile
from scheduling.models import Appointment

ACCEPT = "image/jpeg,image/png,image/webp,application/pdf"
REASON_LENGTH = Appointment._meta.get_field("reason").max_length


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class DetailsForm(forms.Form):
    """`kept` are the files that arrived earlier; after `accept_files` those that just came are among them."""

    reason = forms.CharField(
        label=gettext_lazy("What is the visit about?"),
        max_length=REASON_LENGTH,
        required=False,
        strip=True,
        help_text=gettext_lazy("Only your doctor and the clinic's staff see this."),
        widget=forms.Textarea(attrs={"rows": 4, "data-counter": ""}),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        files: MultiValueDict[str, UploadedFile] | None = None,
        *,
        kept: list[DraftFile],
        **kwargs: Any,
    ) -> None:
        super().__init__(data, files, **kwargs)
        self.kept = list(kept)
        self.file_errors: list[str] = []

    @staticmethod
    def fitting(text: str) -> str:
        """As much of an unfinished text as can be kept."""
        return "".join(sign for sign in text if sign != "\x00" and not "\ud800" <= sign <= "\udfff")[
            :REASON_LENGTH
        ]

    def accept_files(self, *, needed: bool = False) -> None:
        """Keep each new file that is fine; say of each other one why it is not. Errors go to `file_errors`; having
        none is one too when a referral is `needed`."""
        for upload in self.files.getlist("files") if isinstance(self.files, MultiValueDict) else ():
            name = upload.name or _("file")
            if len(self.kept) >= drafts.MAX_FILES:
                self.file_errors.append(
                    _("%(name)s was not added: %(limit)s files are the most. Remove one first.")
                    % {"name": name, "limit": drafts.MAX_FILES}
                )
                continue
            try:
                self.kept.append(drafts.keep(upload))
            except DomainError as error:
                self.file_errors.append(
                    _("%(name)s was not added: %(why)s") % {"name": name, "why": error.detail}
                )

        if needed and not self.kept and not self.file_errors:
            self.file_errors.append(
                _("This scan needs a doctor's referral. Please attach it as a photo or PDF.")
            )

    def remove(self, file_id: str) -> None:
        """Forget one kept file. An unknown id changes nothing."""
        drafts.drop([kept for kept in self.kept if kept["id"] == file_id])
        self.kept = [kept for kept in self.kept if kept["id"] != file_id]

    @property
    def limits(self) -> dict[str, Any]:
        """What the page tells people, and its script checks early."""
        return {
            "files": drafts.MAX_FILES,
            "megabytes": settings.UPLOAD_MAX_BYTES // (1024 * 1024),
            "bytes": settings.UPLOAD_MAX_BYTES,
            "accept": ACCEPT,
            "reason": REASON_LENGTH,
        }
