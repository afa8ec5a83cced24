"""Guests of a call: inviting, the list, taking back. And what a call's record says."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from clinic.core.errors import NotAllowed
from messaging import call_rules
from messaging.domain import call_records, invitations
from messaging.enums import GuestPart
from messaging.models import Call, CallInvitation

from .calls import visible_call
from .conversations import me


class InviteSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=invitations.NAME_MAX_LENGTH)
    part = serializers.ChoiceField(choices=GuestPart.choices)


class InvitationSerializer(serializers.ModelSerializer[CallInvitation]):
    state = serializers.SerializerMethodField()
    part_label = serializers.CharField(source="get_part_display", read_only=True)

    class Meta:
        model = CallInvitation
        fields = ["id", "name", "part", "part_label", "state", "expires_at", "used_at", "created_at"]
        read_only_fields = fields

    def get_state(self, invitation: CallInvitation) -> str:
        """open, used, revoked or expired."""
        return invitations.state(invitation)


class InvitedSerializer(InvitationSerializer):
    link = serializers.URLField(help_text="Shown this once; it opens in one browser.")

    class Meta(InvitationSerializer.Meta):
        fields = [*InvitationSerializer.Meta.fields, "link"]
        read_only_fields = fields


class Invitations(APIView):
    @extend_schema(responses=inline_serializer("Invitations", {"results": InvitationSerializer(many=True)}))
    def get(self, request: Request, pk: UUID) -> Response:
        """The host's list of the call's invitations."""
        found = invitations.of_call(hosted_call(request, pk))
        return Response({"results": InvitationSerializer(found, many=True).data})

    @extend_schema(request=InviteSerializer, responses={201: InvitedSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        """Invite someone without an account; the answer holds the link, once."""
        call = hosted_call(request, pk)
        asked = InviteSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        invitation, token = invitations.invite(call, actor=me(request), **asked.validated_data)
        link = request.build_absolute_uri(reverse("call_join", args=[token]))
        answer = {**InvitationSerializer(invitation).data, "link": link}
        return Response(answer, status=status.HTTP_201_CREATED)


class InvitationRevoke(APIView):
    @extend_schema(request=None, responses=InvitationSerializer)
    def post(self, request: Request, pk: UUID, invitation: UUID) -> Response:
        """Take an invitation back; whoever came by it is shown out."""
        call = hosted_call(request, pk)
        get_object_or_404(invitations.of_call(call), pk=invitation)
        return Response(InvitationSerializer(invitations.revoke(call, invitation, actor=me(request))).data)


class AttendanceSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    user = serializers.UUIDField(source="user_id", allow_null=True)
    guest = serializers.BooleanField()
    came_at = serializers.DateTimeField()
    seconds_inside = serializers.SerializerMethodField()
    grade = serializers.CharField(help_text="good, fair or poor; empty when nothing was measured.")
    words = serializers.ListField(child=serializers.CharField())
    quality = serializers.DictField(source="summary")

    def get_seconds_inside(self, attendance: call_records.Attendance) -> int:
        return round(attendance.inside.total_seconds())


class CallRecord(APIView):
    @extend_schema(
        responses=inline_serializer(
            "CallRecord",
            {
                "call": serializers.UUIDField(),
                "status": serializers.CharField(),
                "started_at": serializers.DateTimeField(allow_null=True),
                "ended_at": serializers.DateTimeField(allow_null=True),
                "people": AttendanceSerializer(many=True),
            },
        )
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """Who was in the call, how long, and how good the line was: for its members and management."""
        call = get_object_or_404(call_records.visible_to(me(request)), pk=pk)
        call_records.note_reading(call, me(request))
        people = AttendanceSerializer(call_records.attendances(call), many=True).data
        return Response(
            {
                "call": call.pk,
                "status": call.status,
                "started_at": call.started_at,
                "ended_at": call.ended_at,
                "people": people,
            }
        )


def hosted_call(request: Request, pk: UUID) -> Call:
    """Not a member's: 404. A member's who does not host it: 403."""
    call = visible_call(request, pk)
    if not call_rules.can_invite(me(request), call):
        raise NotAllowed
    return call
