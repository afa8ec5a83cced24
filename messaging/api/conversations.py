"""Conversations and their messages."""

from typing import Any, cast
from uuid import UUID

from django.core.validators import MaxValueValidator
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from clinic.core.errors import NotAllowed
from clinic.core.fields import MomentField
from clinic.core.schema import example
from messaging import rules
from messaging.domain import attachments, conversations, messages, queries, reading, search
from messaging.models import Conversation, Member, Message

from .serializers import (
    AttachmentInSerializer,
    AttachmentSerializer,
    ConversationInSerializer,
    ConversationSerializer,
    FoundMessageSerializer,
    MessageEditSerializer,
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

    @extend_schema(parameters=[OpenApiParameter("search", description="Words of the other's name.")])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

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
    changed_since = MomentField(required=False)
    search = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")
    limit = serializers.IntegerField(min_value=1, default=50, validators=[MaxValueValidator(MAX_MESSAGES)])


class SearchQuery(serializers.Serializer[Any]):
    q = serializers.CharField(max_length=100)


class MessageList(APIView):
    """Messages of one conversation in order of `seq`."""

    @extend_schema(
        parameters=[
            OpenApiParameter("after", OpenApiTypes.INT, description="only messages with a greater seq"),
            OpenApiParameter("before", OpenApiTypes.INT, description="the last ones with a smaller seq"),
            OpenApiParameter("limit", OpenApiTypes.INT, description="1 to 200, 50 unless given"),
            OpenApiParameter(
                "changed_since",
                OpenApiTypes.DATETIME,
                description="only messages edited or deleted since (a few more, rather than one too few)",
            ),
            OpenApiParameter("search", OpenApiTypes.STR, description="only messages with these words"),
        ],
        responses=MessagesSerializer,
    )
    def get(self, request: Request, pk: UUID) -> Response:
        conversation = visible(request, pk)
        asked = MessagesQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        now = timezone.now()  # before anything is read: what changes from here on is asked for next time
        stretch = _stretch(conversation, **asked.validated_data)
        marks = list(Member.objects.filter(conversation=conversation))
        return Response(
            {
                "next": _link(request, after=stretch.found[-1].seq) if stretch.later else None,
                "previous": _link(request, before=stretch.found[0].seq) if stretch.earlier else None,
                "results": MessageSerializer(stretch.found, many=True).data,
                "last_seq": conversation.last_seq,
                "read": {str(member.user_id): member.last_read_seq for member in marks},
                "delivered": {str(member.user_id): member.last_delivered_seq for member in marks},
                "server_time": now.isoformat(),
            }
        )

    @extend_schema(
        request=MessageInSerializer,
        responses={201: MessageSerializer},
        examples=[example("A text", {"text": "नमस्ते", "client_id": "phone-1"}, request=True)],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Send. The same `client_id` again answers with the message stored the first time."""
        conversation = visible(request, pk)
        asked = MessageInSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        message = messages.post(conversation, sender=me(request), **asked.validated_data)
        return Response(MessageSerializer(message).data, status=status.HTTP_201_CREATED)


class MessageDetail(APIView):
    """One of the caller's own messages, for 10 minutes after it was sent."""

    @extend_schema(request=MessageEditSerializer, responses=MessageSerializer)
    def patch(self, request: Request, pk: UUID) -> Response:
        """Give it another text. 403: somebody else's; 409 `too_late` or `message_deleted`."""
        found = get_object_or_404(queries.messages_visible_to(me(request)), pk=pk)
        asked = MessageEditSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        changed = messages.edit(found.pk, sender=me(request), text=asked.validated_data["text"])
        return Response(MessageSerializer(changed).data)

    @extend_schema(responses={200: MessageSerializer})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Take its words and files away; the message as it is left. 403: somebody else's; 409 `too_late`."""
        found = get_object_or_404(queries.messages_visible_to(me(request)), pk=pk)
        return Response(MessageSerializer(messages.delete(found.pk, sender=me(request))).data)


class MessageSearch(generics.ListAPIView):
    """Messages of all the caller's conversations with the words `?q=`, newest first."""

    serializer_class = FoundMessageSerializer
    cursor_ordering = ("-created_at", "-id")

    def get_queryset(self) -> QuerySet[Message]:
        if getattr(self, "swagger_fake_view", False):
            return Message.objects.none()
        asked = SearchQuery(data=self.request.GET)
        asked.is_valid(raise_exception=True)
        return search.everywhere(me(self.request), asked.validated_data["q"])

    @extend_schema(parameters=[OpenApiParameter("q", OpenApiTypes.STR, required=True)])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class AttachmentUpload(APIView):
    parser_classes = [MultiPartParser]

    @extend_schema(
        request={"multipart/form-data": AttachmentInSerializer}, responses={201: AttachmentSerializer}
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Upload a file (picture, PDF, plain text; 15 MB) to be sent with a message. The same `client_id` again
        answers with the file stored the first time."""
        conversation = visible(request, pk)
        asked = AttachmentInSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        stored = attachments.upload(
            conversation,
            sender=me(request),
            upload=asked.validated_data["file"],
            client_id=asked.validated_data["client_id"],
        )
        return Response(AttachmentSerializer(stored).data, status=status.HTTP_201_CREATED)


class MessagesRead(APIView):
    @extend_schema(request=ReadSerializer, responses=ReadSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Note that the caller has read up to `seq`."""
        conversation = visible(request, pk)
        asked = ReadSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        return Response({"seq": reading.mark_read(conversation, me(request), asked.validated_data["seq"])})


class MessagesDelivered(APIView):
    @extend_schema(request=ReadSerializer, responses=ReadSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Note that a device of the caller has received up to `seq`."""
        conversation = visible(request, pk)
        asked = ReadSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        return Response(
            {"seq": reading.mark_delivered(conversation, me(request), asked.validated_data["seq"])}
        )


def me(request: Request) -> User:
    return cast(User, request.user)


def visible(request: Request, pk: UUID) -> Conversation:
    return get_object_or_404(queries.conversations_visible_to(me(request)), pk=pk)


def _stretch(conversation: Conversation, **asked: Any) -> search.Stretch:
    after, before, limit = asked.get("after"), asked.get("before"), asked["limit"]
    if "changed_since" in asked:
        return search.changed_since(conversation, asked["changed_since"], after or 0, limit)
    if asked["search"].strip():
        return search.in_conversation(conversation, asked["search"], before, limit)
    if before is not None and after is None:
        found = queries.messages_before(conversation, before, limit)
    else:
        found = queries.messages_after(conversation, after or 0, limit)
    return search.Stretch(
        found,
        earlier=bool(found) and found[0].seq > 1,
        later=bool(found) and found[-1].seq < conversation.last_seq,
    )


def _link(request: Request, **change: int) -> str:
    """This address with another place to go on from."""
    query = request.query_params.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    query.update({name: str(value) for name, value in change.items()})
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
