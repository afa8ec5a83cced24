"""Calls and who is in them. Who, when, how long; no media is stored."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.core.models import BaseModel
from clinic.core.status import StatusChange, StatusModel
from messaging.enums import CALL_TRANSITIONS, CallMedia, CallStatus, GuestPart, PeerStatus

from .conversation import Conversation


class Call(StatusModel, BaseModel):
    """A room for the members of `conversation`. A scheduled call can be joined from `opens_at` until
    `closes_at`; `host` admits the others."""

    TRANSITIONS = CALL_TRANSITIONS

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="calls")
    host = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    media = models.CharField(max_length=5, choices=CallMedia, default=CallMedia.VIDEO)
    status = models.CharField(max_length=9, choices=CallStatus, default=CallStatus.SCHEDULED)
    opens_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    # Nobody new comes to the door while it is locked; who is in, or comes back in time, stays.
    is_locked = models.BooleanField(default=False)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return str(self.pk)


class CallStatusChange(StatusChange):
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="history")


class CallInvitation(BaseModel):
    """A link for a third person: an interpreter, a relative, a second doctor. It is named, lets one browser in, ends at
    `expires_at`, and always waits at the door. Only a hash of its secret is kept."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="invitations")
    name = models.CharField(_("name"), max_length=80)
    part = models.CharField(_("who this is"), max_length=12, choices=GuestPart)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at"]

    def __str__(self) -> str:
        return self.name


class CallPeer(BaseModel):
    """One browser in a call. Its id is the `peer` of the signalling protocol and lives on through a dropped
    socket: the client that knows the resume token comes back as the same peer within RESUME_SECONDS."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="peers")
    # Exactly one of the two: an account, or the invitation of a guest without one.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    invitation = models.ForeignKey(
        CallInvitation, on_delete=models.CASCADE, null=True, blank=True, related_name="peers"
    )
    status = models.CharField(max_length=8, choices=PeerStatus, default=PeerStatus.WAITING)
    resume_digest = models.CharField(max_length=64)
    # The channel now speaking for this peer; empty while its socket is gone.
    channel = models.CharField(max_length=120, blank=True)
    gone_since = models.DateTimeField(null=True, blank=True)
    # Beaten by the process that holds the socket; when it stops, that process is dead and the peer gone.
    seen_at = models.DateTimeField(default=timezone.now)
    # What the others see: mic, camera, screen, hand.
    state = models.JSONField(default=dict, blank=True)
    # How good the line was, summed up by the browser and kept within bounds (domain/quality.py names the keys).
    quality = models.JSONField(default=dict, blank=True)
    admitted_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["call", "status"], name="call_peer_status")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user__isnull=False, invitation__isnull=True)
                | models.Q(user__isnull=True, invitation__isnull=False),
                name="call_peer_is_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id or self.invitation_id} in {self.call_id}"

    @property
    def name(self) -> str:
        """As the others in the call see it."""
        if self.invitation:
            return self.invitation.name
        assert self.user
        return self.user.name

    @property
    def role(self) -> str:
        """The account's role, or "guest"."""
        return self.user.role if self.user else "guest"
