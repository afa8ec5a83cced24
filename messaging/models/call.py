"""Calls and who is in them. Who, when, how long; no media is stored."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from clinic.core.models import BaseModel
from clinic.core.status import StatusChange, StatusModel
from messaging.enums import CALL_TRANSITIONS, CallMedia, CallStatus, PeerStatus

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

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return str(self.pk)


class CallStatusChange(StatusChange):
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="history")


class CallPeer(BaseModel):
    """One browser in a call. Its id is the `peer` of the signalling protocol and lives on through a dropped
    socket: the client that knows the resume token comes back as the same peer within RESUME_SECONDS."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="peers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    status = models.CharField(max_length=8, choices=PeerStatus, default=PeerStatus.WAITING)
    resume_digest = models.CharField(max_length=64)
    # The channel now speaking for this peer; empty while its socket is gone.
    channel = models.CharField(max_length=120, blank=True)
    gone_since = models.DateTimeField(null=True, blank=True)
    # Beaten by the process that holds the socket; when it stops, that process is dead and the peer gone.
    seen_at = models.DateTimeField(default=timezone.now)
    # What the others see: mic, camera, screen, hand.
    state = models.JSONField(default=dict, blank=True)
    admitted_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["call", "status"], name="call_peer_status")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.call_id}"
