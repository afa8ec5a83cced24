"""Calls: ring, answer, decline, end, and the servers that help browsers find each other."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers, status
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from messaging.domain import calls, ice, invitations, ringing
from messaging.enums import CallMedia
from messaging.models import Call

from .conversations import me, visible


class CallSerializer(serializers.ModelSerializer[Call]):
    host_name = serializers.CharField(source="host.name", read_only=True)

    class Meta:
        model = Call
        fields = [
            "id",
            "status",
            "media",
            "conversation",
            "host",
            "host_name",
            "opens_at",
            "closes_at",
            "started_at",
            "ended_at",
        ]
        read_only_fields = fields


class RingSerializer(serializers.Serializer[Any]):
    media = serializers.ChoiceField(choices=CallMedia.choices, default=CallMedia.VIDEO)


class IceServerSerializer(serializers.Serializer[Any]):
    urls = serializers.ListField(child=serializers.CharField())
    username = serializers.CharField(required=False)
    credential = serializers.CharField(required=False)


class IceSerializer(serializers.Serializer[Any]):
    ice_servers = IceServerSerializer(many=True)
    ttl = serializers.IntegerField(help_text="Seconds until the credentials end.")


class Ring(APIView):
    @extend_schema(request=RingSerializer, responses={201: CallSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        """Ring the other members of the conversation. 409 `call_in_progress` (its `call`), `busy`: in another call."""
        conversation = visible(request, pk)
        asked = RingSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        call = ringing.ring(conversation, caller=me(request), media=asked.validated_data["media"])
        return Response(CallSerializer(call).data, status=status.HTTP_201_CREATED)


class CallDetail(APIView):
    @extend_schema(responses=CallSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        return Response(CallSerializer(visible_call(request, pk)).data)


class RingingSerializer(serializers.Serializer[Any]):
    """As the event `call.ringing`."""

    call = serializers.UUIDField(source="pk")
    conversation = serializers.UUIDField(source="conversation_id")
    from_name = serializers.CharField(source="rung_by.name")
    media = serializers.CharField()

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), "from": serializers.UUIDField(source="rung_by.pk")}


class RingingList(APIView):
    @extend_schema(responses=inline_serializer("RingingList", {"results": RingingSerializer(many=True)}))
    def get(self, request: Request) -> Response:
        """The calls that ring for the caller now; for a client that was not connected when they began."""
        return Response({"results": RingingSerializer(ringing.ringing_for(me(request)), many=True).data})


class Answer(APIView):
    @extend_schema(request=None, responses=CallSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Pick up a call that rings."""
        visible_call(request, pk)
        return Response(CallSerializer(ringing.answer(pk, actor=me(request))).data)


class Decline(APIView):
    @extend_schema(request=None, responses=CallSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Turn a ringing call down."""
        visible_call(request, pk)
        return Response(CallSerializer(ringing.decline(pk, actor=me(request))).data)


class End(APIView):
    @extend_schema(request=None, responses=CallSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """End the call for everyone: either side of a call from chat, the host of a consultation."""
        visible_call(request, pk)
        return Response(CallSerializer(ringing.hang_up(pk, actor=me(request))).data)


class Ice(APIView):
    # A guest has no account, only the cookie of an invitation.
    permission_classes = (AllowAny,)

    @extend_schema(request=None, responses=IceSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """STUN and TURN servers with credentials of the caller's own, while the call can be joined. Guests bring the
        cookie of their invitation."""
        call, identity = self._caller(request, pk)
        calls.check_window(call)
        return Response({"ice_servers": ice.servers_for(identity), "ttl": ice.TTL_SECONDS})

    def _caller(self, request: Request, pk: UUID) -> tuple[Call, UUID]:
        member = request.user.is_authenticated and calls.is_member(pk, me(request).pk)
        guest = (
            None if member else invitations.guest_of(pk, request.COOKIES.get(invitations.cookie_name(pk), ""))
        )
        if guest is not None:
            return guest.call, guest.pk
        if not request.user.is_authenticated:
            raise NotAuthenticated
        return visible_call(request, pk), me(request).pk


def visible_call(request: Request, pk: UUID) -> Call:
    return get_object_or_404(calls.calls_visible_to(me(request)), pk=pk)
