"""Conversations and their messages."""

from typing import Any, cast
from uuid import UUID

from django.core.validators import MaxValueValidator
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from clinic.core.errors import NotAllowed
from messaging import rules
from messaging.domain import conversations, messages, queries, reading
from messaging.models import Conversation, Member

from .serializers import (
    ConversationInSerializer,
    ConversationSerializer,
    MessageInSerializer,
    MessageSerializer,
    MessagesSerializer,
    ReadSerializer,
)

MAX_MESSAGES = 200
MAX_SEQ = 2**31 - 1


class ConversationList(generics.ListAPIView):
    """The caller's conversations, latest first; `?search=` by name."""

    serializer_class = ConversationSerializer
    cursor_ordering = ("-active_at", "-id")

    def get_queryset(self) -> QuerySet[Conversation]:
        if getattr(self, "swagger_fake_view", False):
            return Conversation.objects.none()
        return queries.conversation_list(me(self.request), self.request.GET.get("search", ""))

    @extend_schema(request=ConversationInSerializer, responses={201: ConversationSerializer})
    def post(self, request: Request) -> Response:
        """The conversation with one person; the same one however often it is asked for."""
        asked = ConversationInSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        user = me(request)
        other = get_object_or_404(User, pk=asked.validated_data["with"], is_active=True)
        if not rules.can_find(user, other):
            raise Http404
        if not rules.can_talk(user, other):
            raise NotAllowed
        conversation = queries.conversation_list(user).get(pk=conversations.between(user, other).pk)
        return Response(self.get_serializer(conversation).data, status=status.HTTP_201_CREATED)


class MessagesQuery(serializers.Serializer[Any]):
    after = serializers.IntegerField(min_value=0, max_value=MAX_SEQ, required=False)
    before = serializers.IntegerField(min_value=1, max_value=MAX_SEQ, required=False)
    limit = serializers.IntegerField(min_value=1, default=50, validators=[MaxValueValidator(MAX_MESSAGES)])


class MessageList(APIView):
    """Messages of one conversation in order of `seq`."""

    @extend_schema(
        parameters=[
            OpenApiParameter("after", OpenApiTypes.INT, description="only messages with a greater seq"),
            OpenApiParameter("before", OpenApiTypes.INT, description="the last ones with a smaller seq"),
            OpenApiParameter("limit", OpenApiTypes.INT, description="1 to 200, 50 unless given"),
        ],
        responses=MessagesSerializer,
    )
    def get(self, request: Request, pk: UUID) -> Response:
        conversation = visible(request, pk)
        asked = MessagesQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        before, limit = asked.validated_data.get("before"), asked.validated_data["limit"]
        if before is not None and "after" not in asked.validated_data:
            found = queries.messages_before(conversation, before, limit)
        else:
            found = queries.messages_after(conversation, asked.validated_data.get("after", 0), limit)
        more = bool(found) and found[-1].seq < conversation.last_seq
        earlier = bool(found) and found[0].seq > 1
        read = Member.objects.filter(conversation=conversation).values_list("user_id", "last_read_seq")
        return Response(
            {
                "next": _link(request, f"after={found[-1].seq}&limit={limit}") if more else None,
                "previous": _link(request, f"before={found[0].seq}&limit={limit}") if earlier else None,
                "results": MessageSerializer(found, many=True).data,
                "last_seq": conversation.last_seq,
                "read": {str(user_id): seq for user_id, seq in read},
            }
        )

    @extend_schema(request=MessageInSerializer, responses={201: MessageSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        """Send. The same `client_id` again answers with the message stored the first time."""
        conversation = visible(request, pk)
        asked = MessageInSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        message = messages.post(conversation, sender=me(request), **asked.validated_data)
        return Response(MessageSerializer(message).data, status=status.HTTP_201_CREATED)


class MessagesRead(APIView):
    @extend_schema(request=ReadSerializer, responses=ReadSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Note that the caller has read up to `seq`."""
        conversation = visible(request, pk)
        asked = ReadSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        return Response({"seq": reading.mark_read(conversation, me(request), asked.validated_data["seq"])})


def me(request: Request) -> User:
    return cast(User, request.user)


def visible(request: Request, pk: UUID) -> Conversation:
    return get_object_or_404(queries.conversations_visible_to(me(request)), pk=pk)


def _link(request: Request, query: str) -> str:
    return request.build_absolute_uri(f"{request.path}?{query}")
