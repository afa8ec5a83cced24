"""Templates and phrases for notes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.core.errors import DomainError
from records.domain import note_content
from records.domain.note_words import NAME_MAX_LENGTH, PHRASE_MAX_LENGTH
from records.enums import NoteKind
from records.models import NoteTemplate, Phrase


class Taking(forms.Form):
    def take(self, refusal: DomainError) -> None:
        """Say beside its field what the domain did not accept."""
        for name, texts in refusal.fields.items():
            self.add_error(name if name in self.fields else None, texts)
        if not self.errors:
            self.add_error(None, refusal.detail)


class TemplateForm(Taking):
    name = forms.CharField(label=_("Name"), max_length=NAME_MAX_LENGTH)
    kind = forms.ChoiceField(
        label=_("Form"), choices=NoteKind.choices, initial=NoteKind.SOAP, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, template: NoteTemplate | None = None, **kwargs: Any) -> None:
        if template is not None:
            kwargs["initial"] = {"name": template.name, "kind": template.kind, **template.content}
        super().__init__(*args, **kwargs)
        for name, label in note_content.LABELS.items():
            self.fields[name] = forms.CharField(
                label=label,
                required=False,
                strip=False,
                max_length=note_content.MAX_LENGTH,
                widget=forms.Textarea({"rows": 6 if name == "text" else 3, "dir": "auto"}),
            )

    @property
    def content(self) -> dict[str, str]:
        return {name: self.cleaned_data.get(name, "") for name in note_content.LABELS}


class PhraseForm(Taking):
    shortcut = forms.CharField(
        label=_("Shortcut"),
        max_length=24,
        help_text=_("A dot and a few letters, such as .bp"),
        widget=forms.TextInput({"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}),
    )
    text = forms.CharField(
        label=_("What it stands for"),
        max_length=PHRASE_MAX_LENGTH,
        widget=forms.Textarea({"rows": 4, "dir": "auto", "data-counter": ""}),
    )

    def __init__(self, *args: Any, phrase: Phrase | None = None, **kwargs: Any) -> None:
        if phrase is not None:
            kwargs["initial"] = {"shortcut": phrase.shortcut, "text": phrase.text}
        super().__init__(*args, **kwargs)
