"""Reads what the safety check needs to know, in a constant number of queries, and says its findings in the reader's
language. Who may see them is asked before: accounts.rules.may_open_record."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext

from accounts.models import PatientProfile, User
from records.domain import safety
from records.domain.safety.lines import codes_of
from records.domain.safety.substances import beginnings
from records.domain.said import pieces
from records.enums import ConditionStatus, Frequency, LabReportStatus, PrescriptionStatus
from records.models import (
    Allergy,
    Condition,
    Interaction,
    LabResult,
    Medicine,
    PrescriptionItem,
    VitalSigns,
)

# LOINC of creatinine in serum or plasma: by mass, by substance.
CREATININE = ("2160-0", "14682-9")
UMOL_PER_L = {"mg/dl": Decimal("88.42"), "umol/l": Decimal(1), "µmol/l": Decimal(1), "mmol/l": Decimal(1000)}
# ICD-10: pregnancy, its care and its complications before delivery.
PREGNANCY_CODES = ("O09", *(f"O{n}" for n in range(10, 49)), "O98", "O99", "Z33", "Z34", "Z35")
PREGNANCY_WORDS = ("pregnan", "antenatal", "गर्भ")
PREGNANCY_DAYS = 300
# The longest course there is (constraint prescription_item_days).
LONGEST = timedelta(days=730)


def findings_for(
    patient: User, items: Sequence[safety.PlannedItem], *, replacing: UUID | None = None
) -> list[safety.Finding]:
    """The whole check of what is being written for this patient, worst first."""
    subject = subject_for(patient, replacing=replacing)
    return safety.check(subject, items, knowledge_for([*items, *subject.taking]))


def subject_for(patient: User, *, replacing: UUID | None = None) -> safety.Subject:
    """The patient today. `replacing`: a prescription that the new one takes the place of; its items count no more."""
    today = timezone.localdate()
    profile = PatientProfile.objects.filter(user=patient).first() or PatientProfile()
    weight = _newest(patient, "weight")
    height = _newest(patient, "height")
    return safety.Subject(
        today=today,
        born_on=profile.date_of_birth,
        gender=profile.gender,
        weight_kg=weight.weight if weight else profile.weight_kg,
        weighed_on=timezone.localdate(weight.measured_at) if weight else None,
        height_cm=height.height if height else _decimal(profile.height_cm),
        pregnant=_pregnant(patient, profile, today),
        creatinine=_creatinine(patient),
        allergies=_allergies(patient, profile),
        taking=_taking(patient, today, replacing),
    )


def planned(item: PrescriptionItem, *, key: str = "") -> safety.PlannedItem:
    """A stored item as the check takes it; its key is its id unless another is given."""
    return safety.PlannedItem(
        key=key or str(item.pk),
        medicine_id=str(item.medicine_id),
        dose=item.dose,
        frequency=item.frequency,
        times=tuple(item.times),
        as_needed=item.as_needed,
        route=item.route,
        starts_on=item.starts_on,
        days=item.days,
    )


def knowledge_for(items: Iterable[safety.PlannedItem]) -> safety.Knowledge:
    """What the catalogue knows of these medicines and of them together."""
    ids = {item.medicine_id for item in items if _is_id(item.medicine_id)}
    medicines = {str(row.pk): _facts(row) for row in Medicine.objects.filter(pk__in=ids)}
    codes = {part for facts in medicines.values() for part in beginnings(codes_of(facts))}
    together = Interaction.objects.filter(is_active=True, first__in=codes, second__in=codes)
    return safety.Knowledge(
        medicines,
        tuple(
            safety.InteractionFact(
                row.first, row.second, row.severity, row.effect, row.advice, source=row.source
            )
            for row in together
        ),
    )


def say(finding: safety.Finding) -> str:
    """The finding in the reader's language. Names of medicines and what the catalogue says stay as they are."""
    words = {name: gettext(text) if name in _TRANSLATED else text for name, text in finding.params}
    return gettext(finding.message) % words


# Params that are words of ours and not of the record.
_TRANSLATED = frozenset({"group", "why", "missing"})


def _facts(row: Medicine) -> safety.MedicineFacts:
    return safety.MedicineFacts(
        id=str(row.pk),
        generic=row.generic,
        name=str(row),
        atc=row.atc,
        strength_mg=row.strength_mg,
        strength=row.strength,
        unit=row.unit,
        routes=tuple(row.routes),
        pregnancy=row.pregnancy,
        max_daily_mg=row.max_daily_mg,
        max_daily_mg_per_kg=row.max_daily_mg_per_kg,
        min_age_months=row.min_age_months,
        renal_caution_below=row.renal_caution_below,
        renal_avoid_below=row.renal_avoid_below,
        source=row.source,
    )


def _newest(patient: User, measure: str) -> VitalSigns | None:
    rows = VitalSigns.objects.filter(patient=patient, voided_at=None, **{f"{measure}__isnull": False})
    return rows.order_by("-measured_at", "-created_at").first()


def _pregnant(patient: User, profile: PatientProfile, today: date) -> bool | None:
    """True by an active condition of the last months that says so, or by the patient's own words; the record never
    says that somebody is not."""
    rows = Condition.objects.filter(patient=patient, voided_at=None, status=ConditionStatus.ACTIVE)
    said = [
        (row.name, row.icd10, row.began_on or timezone.localdate(row.created_at))
        for row in rows.only("name", "icd10", "began_on", "created_at")
    ]
    if profile.conditions:
        said += [(words, "", timezone.localdate(profile.updated_at)) for words in pieces(profile.conditions)]
    for name, icd10, since in said:
        says_so = icd10.upper().startswith(PREGNANCY_CODES) or name.lower().startswith(PREGNANCY_WORDS)
        if says_so and (today - since).days <= PREGNANCY_DAYS:
            return True
    return None


def _creatinine(patient: User) -> safety.Creatinine | None:
    """The newest that is final. One below a limit of measurement is taken at the limit: kidneys are no worse."""
    rows = LabResult.objects.filter(
        report__patient=patient,
        report__status__in=[LabReportStatus.FINAL, LabReportStatus.RELEASED],
        parameter__loinc__in=CREATININE,
        value__isnull=False,
    )
    for row in rows.select_related("report").order_by("-report__collected_at", "-created_at")[:3]:
        factor = UMOL_PER_L.get(row.unit.lower())
        if factor and row.value:
            return safety.Creatinine(row.value * factor, timezone.localdate(row.report.collected_at))
    return None


def _allergies(patient: User, profile: PatientProfile) -> tuple[safety.AllergyFact, ...]:
    """Those of the record, and what the patient says that nobody has judged yet: taken over, or voided."""
    rows = list(Allergy.objects.filter(patient=patient))
    named = {row.substance.casefold() for row in rows}
    said = pieces(profile.allergies) or [profile.allergies.strip()]
    return (
        *(
            safety.AllergyFact(str(row.pk), row.substance, row.atc, row.reaction, row.severity)
            for row in rows
            if row.voided_at is None
        ),
        *(
            safety.AllergyFact(f"said-{number}", words, said_by_patient=True)
            for number, words in enumerate(said)
            if words and words.casefold() not in named
        ),
    )


def _taking(patient: User, today: date, replacing: UUID | None) -> tuple[safety.PlannedItem, ...]:
    """Items of signed prescriptions that are neither stopped nor over."""
    rows = PrescriptionItem.objects.filter(
        Q(days=None) | Q(starts_on__gt=today - LONGEST),
        prescription__patient=patient,
        prescription__status__in=[PrescriptionStatus.SIGNED, PrescriptionStatus.DISPENSED],
        stopped_at=None,
    )
    if replacing:
        rows = rows.exclude(prescription_id=replacing)
    return tuple(planned(row) for row in rows.order_by("starts_on", "pk") if _goes_on(row, today))


def _goes_on(row: PrescriptionItem, today: date) -> bool:
    days = 1 if row.days is None and row.frequency == Frequency.ONCE else row.days
    return days is None or row.starts_on + timedelta(days=days) > today


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(value)
