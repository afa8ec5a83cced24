"""The sockets of this app; one entry a line."""

from typing import Any

from django.urls import path

from messaging.call_consumer import CallConsumer
from messaging.consumers import LiveConsumer

websocket_urlpatterns: list[Any] = [
    path("ws/", LiveConsumer.as_asgi()),
    path("ws/calls/<uuid:call_id>/", CallConsumer.as_asgi()),
]
