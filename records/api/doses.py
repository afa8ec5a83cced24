"""Doses over the API: the plan of a day, telling of doses, and adherence."""

from datetime import date
from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.domain.queries import patients_open_to
from accounts.models import User
from clinic.core.schema import ErrorSerializer
from messaging.domain.preferences import zone_of
from records.domain import adherence_report, dose_plan, intakes
from records.domain.adherence import DOSE_STATES
from records.enums import IntakeOutcome
from records.models import Intake


class DoseIntakeSerializer(serializers.ModelSerializer[Intake]):
    """What was told of one dose. `reason`: a code of those offered, or the patient's own words."""

    prescription = serializers.UUIDField(source="item.prescription_id", read_only=True)
    patient = serializers.UUIDField(source="item.prescription.patient_id", read_only=True)
    medicine = serializers.UUIDField(source="item.medicine_id", read_only=True)
    medicine_name = serializers.CharField(source="item.medicine", read_only=True)
    time = serializers.TimeField(format="%H:%M", read_only=True)

    class Meta:
        model = Intake
        fields = [
            "id",
            "item",
            "prescription",
            "patient",
            "medicine",
            "medicine_name",
            "day",
            "time",
            "outcome",
            "taken_at",
            "reason",
            "created_at",
        ]
        read_only_fields = fields


class DoseSerializer(serializers.Serializer[Any]):
    """One planned dose. `at` is its moment, `time` what the patient's clock shows then."""

    item = serializers.UUIDField(source="dose.item")
    medicine = serializers.UUIDField(source="item.medicine_id")
    medicine_name = serializers.CharField(source="item.medicine")
    amount = serializers.CharField()
    route = serializers.CharField(source="item.route")
    instructions = serializers.CharField(source="item.instructions")
    day = serializers.DateField(source="dose.day")
    time = serializers.TimeField(source="dose.time", format="%H:%M")
    at = serializers.DateTimeField(source="dose.at")
    state = serializers.ChoiceField(choices=[(state, state) for state in DOSE_STATES])
    may_tell = serializers.BooleanField()
    may_undo = serializers.BooleanField()
    intake = serializers.UUIDField(source="intake.pk", default=None, allow_null=True)


class DoseAsNeededSerializer(serializers.Serializer[Any]):
    """A medicine without a plan, and when it was taken that day; `most_a_day` null: nobody said."""

    item = serializers.UUIDField(source="item.pk")
    medicine = serializers.UUIDField(source="item.medicine_id")
    medicine_name = serializers.CharField(source="item.medicine")
    amount = serializers.CharField()
    instructions = serializers.CharField(source="item.instructions")
    may_take = serializers.BooleanField(source="is_open")
    most_a_day = serializers.IntegerField(source="most", allow_null=True)
    taken = DoseIntakeSerializer(many=True)


class DosePlanSerializer(serializers.Serializer[Any]):
    day = serializers.DateField()
    time_zone = serializers.CharField(source="zone.key")
    results = DoseSerializer(source="lines", many=True)
    as_needed = DoseAsNeededSerializer(many=True)


class DoseIntakeInSerializer(serializers.Serializer[Any]):
    """`day` and `time` name a planned dose; both are left out for a medicine that is taken when needed."""

    item = serializers.UUIDField()
    day = serializers.DateField(required=False)
    time = serializers.TimeField(required=False)
    outcome = serializers.ChoiceField(choices=IntakeOutcome.choices, default=IntakeOutcome.TAKEN)
    taken_at = serializers.DateTimeField(required=False)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=intakes.REASON_MAX_LENGTH)


class DoseShareSerializer(serializers.Serializer[Any]):
    """`percent` is null where no dose was due."""

    planned = serializers.IntegerField()
    taken = serializers.IntegerField()
    on_time = serializers.IntegerField()
    late = serializers.IntegerField()
    skipped = serializers.IntegerField()
    missed = serializers.IntegerField()
    percent = serializers.IntegerField(allow_null=True)


class DoseWeekSerializer(DoseShareSerializer):
    """A week from Sunday on."""

    week = serializers.DateField()


class MedicineAdherenceSerializer(serializers.Serializer[Any]):
    medicine = serializers.UUIDField()
    medicine_name = serializers.CharField()
    total = DoseShareSerializer()
    weeks = DoseWeekSerializer(many=True)


class AdherenceSerializer(serializers.Serializer[Any]):
    patient = serializers.UUIDField()
    first = serializers.DateField()
    last = serializers.DateField()
    total = DoseShareSerializer()
    weeks = DoseWeekSerializer(many=True)
    medicines = MedicineAdherenceSerializer(many=True)


_PATIENT = OpenApiParameter("patient", type=UUID, description="Whose; a patient's own unless a doctor asks.")


def _patient(request: Request) -> User:
    """The caller, or for a doctor the patient named by `?patient=`. Raises Http404 for another's."""
    user = cast(User, request.user)
    wanted = request.query_params.get("patient")
    if user.is_patient and wanted in (None, "", str(user.pk)):
        return user
    if not (user.is_doctor or user.is_patient):
        raise PermissionDenied
    try:
        return get_object_or_404(patients_open_to(user), pk=UUID(wanted or ""))
    except ValueError:
        raise serializers.ValidationError({"patient": ["Name a patient by their id."]}) from None


class DoseList(APIView):
    """The doses of one day, today unless `?day=` names another."""

    @extend_schema(
        parameters=[OpenApiParameter("day", type=date), _PATIENT],
        responses={200: DosePlanSerializer, 400: ErrorSerializer},
    )
    def get(self, request: Request) -> Response:
        patient = _patient(request)
        today = timezone.now().astimezone(zone_of(patient)).date()
        day = today
        if asked := request.query_params.get("day"):
            day = serializers.DateField().run_validation(asked)
            if abs((day - today).days) > 366:
                raise serializers.ValidationError({"day": ["Choose a day within a year."]})
        adherence_report.read(patient, reader=cast(User, request.user))
        (plan,) = dose_plan.days_of(patient, day, day)
        return Response(DosePlanSerializer(plan).data)


class DoseIntakeList(generics.ListAPIView[Intake]):
    """What was told of doses, newest first: a patient's own, and of the patients whose record is open to a doctor."""

    serializer_class = DoseIntakeSerializer

    def get_queryset(self) -> QuerySet[Intake]:
        if getattr(self, "swagger_fake_view", False):
            return Intake.objects.none()
        return dose_plan.intakes_visible_to(cast(User, self.request.user))

    @extend_schema(parameters=[_PATIENT])
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        return super().get(request, *args, **kwargs)

    def filter_queryset(self, queryset: Any) -> Any:
        user = cast(User, self.request.user)
        if not user.is_doctor:
            return queryset
        # A doctor reads one patient's at a time, which the trail then names.
        patient = _patient(self.request)
        adherence_report.read(patient, reader=cast(User, self.request.user))
        return queryset.filter(item__prescription__patient=patient)

    @extend_schema(
        request=DoseIntakeInSerializer,
        responses={200: DoseIntakeSerializer, 201: DoseIntakeSerializer, 409: ErrorSerializer},
    )
    def post(self, request: Request) -> Response:
        """Tell of one dose (201). The same told again: 200 and what is stored; another outcome: 409 `already_told`."""
        asked = DoseIntakeInSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        data, user = asked.validated_data, cast(User, request.user)
        if not dose_plan.items_visible_to(user).filter(pk=data["item"]).exists():
            raise Http404
        intake, is_new = _told(data, user)
        stored = get_object_or_404(self.get_queryset(), pk=intake.pk)
        return Response(self.get_serializer(stored).data, status=201 if is_new else 200)


def _told(data: dict[str, Any], user: User) -> tuple[Intake, bool]:
    day, clock = data.get("day"), data.get("time")
    if day is None and clock is None:
        if data["outcome"] == IntakeOutcome.SKIPPED:
            raise intakes.no_such_dose()
        return intakes.take_as_needed(data["item"], patient=user)
    if day is None or clock is None:
        raise serializers.ValidationError({"time": ["Name both day and time, or neither."]})
    clock = clock.replace(second=0, microsecond=0, tzinfo=None)
    if data["outcome"] == IntakeOutcome.SKIPPED:
        return intakes.skip(data["item"], day, clock, patient=user, reason=data.get("reason", ""))
    return intakes.take(data["item"], day, clock, patient=user, taken_at=data.get("taken_at"))


class DoseIntakeDetail(APIView):
    @extend_schema(responses={204: None, 400: ErrorSerializer})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Take back what was told. The patient only, up to a week after the dose."""
        user = cast(User, request.user)
        intake = get_object_or_404(dose_plan.intakes_visible_to(user), pk=pk)
        intakes.undo(intake.item_id, intake.day, intake.time, patient=user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class AdherenceDetail(APIView):
    """How the planned doses of the last weeks were taken, over all, by week and by medicine."""

    @extend_schema(
        parameters=[OpenApiParameter("weeks", type=int, description="1 to 52; 8 unless given."), _PATIENT],
        responses={200: AdherenceSerializer, 400: ErrorSerializer},
    )
    def get(self, request: Request) -> Response:
        patient = _patient(request)
        asked = serializers.IntegerField(min_value=1, max_value=adherence_report.MOST_WEEKS)
        weeks = asked.run_validation(request.query_params.get("weeks") or adherence_report.WEEKS)
        adherence_report.read(patient, reader=cast(User, request.user))
        report = adherence_report.of_patient(patient, weeks=weeks)
        return Response(
            {
                "patient": str(patient.pk),
                "first": report.first,
                "last": report.last,
                "total": DoseShareSerializer(report.total).data,
                "weeks": _weeks(report.by_week),
                "medicines": [
                    {
                        "medicine": str(each.item.medicine_id),
                        "medicine_name": str(each.item.medicine),
                        "total": DoseShareSerializer(each.total).data,
                        "weeks": _weeks(each.by_week),
                    }
                    for each in report.medicines
                ],
            }
        )


def _weeks(by_week: dict[date, Any]) -> list[dict[str, Any]]:
    return [{"week": week, **DoseShareSerializer(share).data} for week, share in by_week.items()]
