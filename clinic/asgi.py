"""The ASGI application: pages and API by Django, sockets by Channels."""

import gc
import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
http_application = get_asgi_application()

from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from daphne.http_protocol import WebRequest  # noqa: E402

from accounts.socket_auth import TicketMiddleware  # noqa: E402
from clinic.core.address import RememberSocketAddress  # noqa: E402
from clinic.core.logs import hide_in_access_log  # noqa: E402
from clinic.core.origin import OwnOrigin  # noqa: E402
from clinic.routing import websocket_urlpatterns  # noqa: E402

# Django parses forms. Twisted would do it before, with the whole upload in memory (150 MB sent: 1.8 GB taken), and
# answer a form without parts by an empty 400 of its own. A property, since every new request sets it to True.
WebRequest._parsePOSTFormSubmission = property(lambda request: False, lambda request, value: None)

hide_in_access_log()

application = ProtocolTypeRouter(
    {
        "http": http_application,
        "websocket": OwnOrigin(
            RememberSocketAddress(AuthMiddlewareStack(TicketMiddleware(URLRouter(websocket_urlpatterns))))
        ),
    }
)

# What start-up built lives as long as the process: keep the collector from walking it (p99 77 -> 27 ms, measured.md).
gc.collect()
gc.freeze()
