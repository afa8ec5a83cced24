"""The reading assistant over the API."""

from typing import Any, cast

from django.shortcuts import get_object_or_404
from django.utils import translation
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from clinic.core.errors import Invalid
from records.domain.explaining import explanations, queries, sources
from records.enums import Audience, ExplanationStatus, FindingGrade
from records.models import Explanation


class ExplainInSerializer(serializers.Serializer[Any]):
    """One of the four."""

    prescription = serializers.UUIDField(required=False)
    lab_report = serializers.UUIDField(required=False)
    imaging_report = serializers.UUIDField(required=False)
    document = serializers.UUIDField(required=False)
    audience = serializers.ChoiceField(
        choices=Audience.choices, required=False, help_text="Doctors choose; patients ask for themselves."
    )


class ExplanationSourceSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    id = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]


class ExplanationFindingSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    grade = serializers.ChoiceField(choices=FindingGrade.choices)
    text = serializers.CharField()
    source = ExplanationSourceSerializer()  # type: ignore[assignment]


class ExplanationSentenceSerializer(serializers.Serializer[Any]):
    text = serializers.CharField()
    cites = serializers.ListField(
        child=serializers.CharField(), help_text="Keys of findings, numbers of lines (from 1)."
    )


class ExplanationSerializer(serializers.ModelSerializer[Explanation]):
    findings = ExplanationFindingSerializer(many=True)
    lines = serializers.ListField(child=serializers.CharField())
    sentences = ExplanationSentenceSerializer(many=True)

    class Meta:
        model = Explanation
        fields = [
            "id", "patient", "prescription", "lab_report", "imaging_report", "document", "audience", "language",
            "status", "findings", "lines", "sentences", "dropped", "model", "prompt_version", "failure", "released_at",
        ]  # fmt: skip
        read_only_fields = fields


class AnalyzePrescription(APIView):
    """Have a prescription, report or document explained: findings, each with its source; then, where a model is
    configured, sentences that cite them. Written in the background: ask again until `status` is no longer `waiting`
    (doctors) or is `released` (patients, who are shown nothing before)."""

    @extend_schema(request=ExplainInSerializer, responses={200: ExplanationSerializer})
    def post(self, request: Request) -> Response:
        user = cast(User, request.user)
        wanted = ExplainInSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        words = wanted.validated_data
        named = [name for name in sources.KINDS if name in words]
        if len(named) != 1:
            raise Invalid(fields={"prescription": ["Name one prescription, report or document."]})
        kind = sources.KINDS[named[0]]
        source = get_object_or_404(kind.visible_to(user), pk=words[kind.name])
        audience = words.get("audience") or (Audience.PATIENT if user.is_patient else Audience.DOCTOR)
        if user.is_patient and audience == Audience.PATIENT:
            released = queries.visible_to(user).filter(**{kind.name: source}).first()
            if released is not None:
                queries.read([released], reader=user)
                return Response(ExplanationSerializer(released).data)
        language = (
            (translation.get_language() or user.language) if user.is_patient else source.patient.language
        )
        if audience == Audience.DOCTOR:
            language = user.language
        made = explanations.ask(kind, source, actor=user, audience=audience, language=language)
        if user.is_patient:
            made = Explanation(
                **{
                    field: getattr(made, field)
                    for field in ("pk", "patient", "audience", "language", "status")
                },
                **{kind.name: source},
            )
        else:
            if made.status == ExplanationStatus.WAITING and not made.findings:
                with translation.override(language):
                    made.findings = [one.stored() for one in kind.read(source, user).findings]
            queries.read([made], reader=user)
        return Response(ExplanationSerializer(made).data)
