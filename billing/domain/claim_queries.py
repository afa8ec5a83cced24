"""Which claims a person sees, the queue's questions, and what insurers pay against what was expected of them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, DecimalField, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from accounts.models import User
from billing import rules
from billing.enums import ClaimStatus
from billing.models import Claim

from .claim_money import ANSWERED
from .references import bare

# What waits for somebody of the clinic or for the insurer; the rest is history.
OPEN = (ClaimStatus.READY, ClaimStatus.SUBMITTED)
# The order of the work.
TABS = (
    ClaimStatus.READY,
    ClaimStatus.SUBMITTED,
    ClaimStatus.ACCEPTED,
    ClaimStatus.ACCEPTED_IN_PART,
    ClaimStatus.REJECTED,
    ClaimStatus.SETTLED,
    ClaimStatus.WITHDRAWN,
)


def visible_to(user: User) -> QuerySet[Claim]:
    """All for management, a patient's own, none for anyone else; with people, plan, service and visit."""
    rows = Claim.objects.select_related(
        "membership__plan", "appointment__patient", "appointment__doctor", "appointment__service"
    )
    if rules.can_run_medical_aid(user):
        return rows
    own = user.is_active and user.is_patient
    return rows.filter(appointment__patient=user) if own else rows.none()


def in_state(rows: QuerySet[Claim], status: str) -> QuerySet[Claim]:
    """Those of one tab: what is open oldest first, the others newest first."""
    order = ("created_at", "pk") if status in OPEN else ("-updated_at", "-pk")
    return rows.filter(status=status).order_by(*order)


def matching(rows: QuerySet[Claim], text: str, plan: UUID | None = None) -> QuerySet[Claim]:
    """Those whose patient, claim number or membership number contains every word of `text`, of `plan` if given."""
    if plan is not None:
        rows = rows.filter(membership__plan=plan)
    for word in text.replace("\x00", "").split():
        found = (
            Q(appointment__patient__first_name__icontains=word)
            | Q(appointment__patient__last_name__icontains=word)
            | Q(appointment__patient__email__icontains=word)
            | Q(number__icontains=word)
        )
        key = bare(word)
        rows = rows.filter(found | Q(membership__number_key__contains=key) if key else found)
    return rows


def counts() -> dict[str, int]:
    """How many are in each status, zeros included."""
    found = dict(Claim.objects.order_by().values_list("status").annotate(Count("pk")))
    return {status: found.get(status, 0) for status in ClaimStatus.values}


@dataclass(frozen=True)
class PlanTotal:
    """Of one plan: what was expected of it, and of what it has answered what it agreed to pay and has paid."""

    insurer: str
    plan: str
    currency: str
    claims: int
    expected: Decimal
    open: Decimal
    answered: Decimal
    actual: Decimal
    settled: Decimal

    @property
    def difference(self) -> Decimal:
        """Agreed to pay, less what was expected of the same claims."""
        return self.actual - self.answered

    @property
    def owed(self) -> Decimal:
        """Agreed to, and not paid yet."""
        return self.actual - self.settled


def totals(first_day: date | None = None, last_day: date | None = None) -> list[PlanTotal]:
    """By plan, of visits in these days; withdrawn claims are left out. One query."""
    rows = Claim.objects.exclude(status=ClaimStatus.WITHDRAWN)
    if first_day:
        rows = rows.filter(appointment__starts_at__date__gte=first_day)
    if last_day:
        rows = rows.filter(appointment__starts_at__date__lte=last_day)
    found = (
        rows.order_by()
        .values("membership__plan__insurer", "membership__plan__name", "currency")
        .annotate(
            claims=Count("pk"),
            expected_sum=_sum("expected"),
            open_sum=_sum("expected", status__in=OPEN),
            answered_sum=_sum("expected", status__in=ANSWERED),
            actual_sum=_sum("actual", status__in=ANSWERED),
            settled_sum=_sum("actual", status=ClaimStatus.SETTLED),
        )
        .order_by("membership__plan__insurer", "membership__plan__name", "currency")
    )
    return [
        PlanTotal(
            insurer=row["membership__plan__insurer"],
            plan=row["membership__plan__name"],
            currency=row["currency"],
            claims=row["claims"],
            expected=row["expected_sum"],
            open=row["open_sum"],
            answered=row["answered_sum"],
            actual=row["actual_sum"],
            settled=row["settled_sum"],
        )
        for row in found
    ]


def _sum(column: str, **where: object) -> Coalesce:
    amount: DecimalField[Decimal, Decimal] = DecimalField(max_digits=14, decimal_places=2)
    total = Sum(column, filter=Q(**where)) if where else Sum(column)
    return Coalesce(total, Value(Decimal(0)), output_field=amount)
