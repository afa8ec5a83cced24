"""One-use tickets that open a socket for a client without a session cookie."""

from django.conf import settings
from django.db import models

from clinic.core.models import BaseModel


class SocketTicket(BaseModel):
    """Only the SHA-256 of the ticket is kept. Redeeming deletes the row, so it works once.

    `login` is the fingerprint of the token or session that asked for it: a log-out ends its sockets."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    login = models.CharField(max_length=16, blank=True)
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"ticket of {self.user_id}"
