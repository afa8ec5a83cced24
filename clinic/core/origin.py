"""Which pages may open a socket here."""

from typing import Any
from urllib.parse import ParseResult

from channels.security.websocket import OriginValidator
from django.conf import settings


class OwnOrigin(OriginValidator):
    """Pages of ALLOWED_HOSTS only. A browser always sends Origin, so a client without one is a program,
    which no foreign page can steer; it must bring a ticket like any other."""

    def __init__(self, application: Any) -> None:
        super().__init__(application, settings.ALLOWED_HOSTS)

    def valid_origin(self, parsed_origin: ParseResult | None) -> bool:
        return parsed_origin is None or super().valid_origin(parsed_origin)
