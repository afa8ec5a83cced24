"""Sockets: which path leads to which consumer."""

from messaging.routing import websocket_urlpatterns as messaging

websocket_urlpatterns = [*messaging]
