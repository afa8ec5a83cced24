"""The catalogue of medicines over the API: search for whoever prescribes, changes for management."""

from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from clinic.core.schema import ErrorSerializer
from records import rules
from records.domain.medicines import catalogue
from records.enums import PregnancyCategory
from records.models import Medicine

SEARCH_LENGTH = 100


class MedicineSerializer(serializers.ModelSerializer[Medicine]):
    """`strength_mg` is the active substance in one `unit`; the most a day is in mg. Null is unknown."""

    name = serializers.CharField(source="__str__", read_only=True)
    # Codes of enums.Route.
    routes = serializers.ListField(child=serializers.CharField())
    pregnancy = serializers.ChoiceField(choices=PregnancyCategory.choices)

    class Meta:
        model = Medicine
        fields = [
            "id",
            "name",
            "generic",
            "brand",
            "form",
            "strength",
            "unit",
            "strength_mg",
            "atc",
            "therapeutic_class",
            "routes",
            "pregnancy",
            "max_daily_mg",
            "max_daily_mg_per_kg",
            "min_age_months",
            "renal_caution_below",
            "renal_avoid_below",
            "source",
            "is_active",
        ]
        read_only_fields = fields


class MedicineInSerializer(serializers.Serializer[Any]):
    """What is left out stays as it is, and is unknown in a new one. Numbers may come as text."""

    generic = serializers.CharField(required=False, allow_blank=True)
    brand = serializers.CharField(required=False, allow_blank=True)
    form = serializers.CharField(required=False, allow_blank=True)
    strength = serializers.CharField(required=False, allow_blank=True)
    unit = serializers.CharField(required=False, allow_blank=True)
    strength_mg = serializers.CharField(required=False, allow_null=True, allow_blank=True)
    atc = serializers.CharField(required=False, allow_blank=True)
    therapeutic_class = serializers.CharField(required=False, allow_blank=True)
    routes = serializers.ListField(child=serializers.CharField(), required=False, max_length=20)
    pregnancy = serializers.CharField(required=False, allow_blank=True)
    max_daily_mg = serializers.CharField(required=False, allow_null=True, allow_blank=True)
    max_daily_mg_per_kg = serializers.CharField(required=False, allow_null=True, allow_blank=True)
    min_age_months = serializers.CharField(required=False, allow_null=True, allow_blank=True)
    renal_caution_below = serializers.CharField(required=False, allow_null=True, allow_blank=True)
    renal_avoid_below = serializers.CharField(required=False, allow_null=True, allow_blank=True)
    # A field of this name; the checker takes it for the argument of serializers.
    source = serializers.CharField(required=False, allow_blank=True)  # type: ignore[assignment]


class MedicineChangeSerializer(MedicineInSerializer):
    is_active = serializers.BooleanField(required=False)


def _user(request: Request) -> User:
    user = cast(User, request.user)
    if not rules.can_search_medicines(user):
        raise PermissionDenied
    return user


class MedicineList(generics.ListAPIView[Medicine]):
    """Medicines in use, for doctors and management: all by name, or what `search` finds, the best first."""

    serializer_class = MedicineSerializer
    cursor_ordering = ("place",)

    def get_queryset(self) -> QuerySet[Medicine]:
        if getattr(self, "swagger_fake_view", False):
            return Medicine.objects.none()
        _user(self.request)
        retired = self.request.GET.get("retired") == "true"
        return catalogue.catalogue(self.request.GET.get("search", "")[:SEARCH_LENGTH], retired=retired)

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "search", description="words, each the beginning of a name, code, form, strength or class"
            ),
            OpenApiParameter("retired", bool, description="true: those out of use instead"),
        ]
    )
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(request=MedicineInSerializer, responses={201: MedicineSerializer, 400: ErrorSerializer})
    def post(self, request: Request) -> Response:
        """Add one. Management only."""
        user = _user(request)
        catalogue.require(user)
        asked = MedicineInSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        made = catalogue.add(actor=user, values=asked.validated_data)
        return Response(MedicineSerializer(made).data, status=201)


class MedicineDetail(generics.RetrieveAPIView[Medicine]):
    serializer_class = MedicineSerializer
    queryset = Medicine.objects.all()

    def get_object(self) -> Medicine:
        """Out of use ones too: old prescriptions name them."""
        _user(self.request)
        return get_object_or_404(Medicine, pk=self.kwargs["pk"])

    @extend_schema(
        request=MedicineChangeSerializer, responses={200: MedicineSerializer, 400: ErrorSerializer}
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        """Change one, take it out of use or back. Management only. What was prescribed keeps its name."""
        user = _user(request)
        catalogue.require(user)
        asked = MedicineChangeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values = dict(asked.validated_data)
        in_use = values.pop("is_active", None)
        try:
            medicine = catalogue.change(pk, actor=user, values=values, in_use=in_use)
        except Medicine.DoesNotExist:
            raise Http404 from None
        return Response(MedicineSerializer(medicine).data)
