"""Choices of clinical records."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class NoteStatus(models.TextChoices):
    """FHIR Composition.status, the part used here."""

    PRELIMINARY = "preliminary", _("Draft")
    FINAL = "final", _("Signed")


NOTE_TRANSITIONS: dict[str, frozenset[str]] = {
    NoteStatus.PRELIMINARY: frozenset({NoteStatus.FINAL}),
    NoteStatus.FINAL: frozenset(),
}
