"""Templates and phrases for the reports of scans."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from records.domain.imaging import words
from records.domain.imaging.writing import SECTIONS, longest
from records.domain.note_words import NAME_MAX_LENGTH
from records.forms.note_words import PhraseForm, Taking
from records.models import ImagingPhrase, ImagingTemplate


def _scan() -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        queryset=words.scans(), label=_("Type of scan"), required=False, empty_label=_("Every scan")
    )


class ImagingTemplateForm(Taking):
    name = forms.CharField(label=_("Name"), max_length=NAME_MAX_LENGTH)

    def __init__(self, *args: Any, template: ImagingTemplate | None = None, **kwargs: Any) -> None:
        if template is not None:
            kwargs["initial"] = {"name": template.name, "service": template.service_id, **template.content}
        super().__init__(*args, **kwargs)
        self.fields["service"] = _scan()
        for name, label in SECTIONS.items():
            self.fields[name] = forms.CharField(
                label=label,
                required=False,
                strip=False,
                max_length=longest(name),
                widget=forms.Textarea({"rows": 8 if name == "findings" else 3, "dir": "auto"}),
            )

    @property
    def content(self) -> dict[str, str]:
        return {name: self.cleaned_data.get(name, "") for name in SECTIONS}


class ImagingPhraseForm(PhraseForm):
    def __init__(self, *args: Any, phrase: ImagingPhrase | None = None, **kwargs: Any) -> None:
        if phrase is not None:
            kwargs["initial"] = {
                "shortcut": phrase.shortcut,
                "text": phrase.text,
                "service": phrase.service_id,
            }
        super().__init__(*args, **kwargs)
        self.fields["shortcut"].help_text = _("A dot and a few letters, such as .nad")
        self.fields["service"] = _scan()
        self.order_fields(["shortcut", "service", "text"])
