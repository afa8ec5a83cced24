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


class FeedbackStatus(models.TextChoices):
    PENDING = "pending", _("To read")
    PUBLISHED = "published", _("Published")
    HIDDEN = "hidden", _("Hidden")


# A decision may be turned round, but what was decided on never waits again.
FEEDBACK_TRANSITIONS: dict[str, frozenset[str]] = {
    FeedbackStatus.PENDING: frozenset({FeedbackStatus.PUBLISHED, FeedbackStatus.HIDDEN}),
    FeedbackStatus.PUBLISHED: frozenset({FeedbackStatus.HIDDEN}),
    FeedbackStatus.HIDDEN: frozenset({FeedbackStatus.PUBLISHED}),
}
COMMENT_MAX_LENGTH = 1000
