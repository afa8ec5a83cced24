"""The activity trail: who did what to which record, when, from where. Rows never change."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from accounts.enums import Role

REASON_MAX_LENGTH = 500


class Activity(models.Model):
    """FHIR AuditEvent in spirit: no content of any record, only whose and which.

    A row is written in the transaction of what it tells, and sealed right after: it gets the next `seq` and a `hash`
    over its own content and the hash before it. Triggers of the database (append_only.py) refuse every other UPDATE,
    every DELETE and TRUNCATE. People named here can't be deleted, only deactivated.
    """

    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    # The role in which the actor acted, whatever they became later.
    role = models.CharField(max_length=12, blank=True)
    # accounts.enums.ActivityVerb; without `choices`, so that a new verb needs no migration.
    verb = models.CharField(max_length=40)
    target_type = models.CharField(max_length=80, blank=True)
    target_id = models.CharField(max_length=40, blank=True)
    patient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    address = models.GenericIPAddressField(null=True)
    # Names of fields, never their values.
    changed = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    reason = models.CharField(max_length=REASON_MAX_LENGTH, blank=True)
    seq = models.PositiveBigIntegerField(null=True, unique=True, editable=False)
    hash = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "activity"
        indexes = [
            models.Index(fields=["actor", "-id"], name="activity_of_actor"),
            models.Index(fields=["patient", "-id"], name="activity_of_patient"),
            models.Index(fields=["verb", "-id"], name="activity_of_verb"),
            models.Index(fields=["target_type", "target_id"], name="activity_of_target"),
            models.Index(fields=["at"], name="activity_at"),
            models.Index(fields=["id"], condition=models.Q(seq=None), name="activity_unsealed"),
        ]

    def __str__(self) -> str:
        return f"{self.seq}: {self.verb}"

    @property
    def role_label(self) -> str:
        """For people; a role that no longer exists as it was stored."""
        return str(dict(Role.choices).get(self.role, self.role))


class ActivityHead(models.Model):
    """The one row that holds the end of the chain, and what the last check of it found. Locked while sealing."""

    seq = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)
    checked_at = models.DateTimeField(null=True)
    checked_seq = models.PositiveBigIntegerField(default=0)
    broken_seq = models.PositiveBigIntegerField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="activity_head_once")]

    def __str__(self) -> str:
        return f"sealed up to {self.seq}"
