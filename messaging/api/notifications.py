"""Notifications of the caller."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from messaging.domain import notifications, queries
from messaging.models import Notification

from .conversations import me
from .serializers import NotificationSerializer, ReadAllSerializer


class NotificationList(generics.ListAPIView):
    """Newest first; `?unread=true` only those not read yet."""

    serializer_class = NotificationSerializer

    def get_queryset(self) -> QuerySet[Notification]:
        if getattr(self, "swagger_fake_view", False):
            return Notification.objects.none()
        found = queries.notifications_visible_to(me(self.request))
        return found.filter(read_at=None) if self.request.GET.get("unread") in ("1", "true") else found

    @extend_schema(parameters=[OpenApiParameter("unread", OpenApiTypes.BOOL)])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class NotificationRead(APIView):
    @extend_schema(request=None, responses=NotificationSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        notification = get_object_or_404(queries.notifications_visible_to(me(request)), pk=pk)
        return Response(NotificationSerializer(notifications.mark_read(notification)).data)


class NotificationReadAll(APIView):
    @extend_schema(request=None, responses=ReadAllSerializer)
    def post(self, request: Request) -> Response:
        """`read` says how many were unread until now."""
        user = me(request)
        read = notifications.mark_all_read(user)
        return Response({"read": read, "unread": queries.unread_notifications(user.pk)})
