"""Which list an export's kind is, and whose."""

from accounts.models import User
from insights.enums import ExportFormat, ExportKind

from .appointments import AppointmentList
from .base import ExportedList
from .figures import FigureTables
from .money import ClaimList, PaymentList
from .people import PeopleList, ReferralList, WaitingList

LISTS: dict[str, type[ExportedList]] = {
    one.kind: one
    for one in (
        AppointmentList,
        PaymentList,
        ClaimList,
        PeopleList,
        WaitingList,
        ReferralList,
        FigureTables,
    )
}


def listed(kind: str, owner: User, filters: str = "") -> ExportedList:
    """What the owner may see of it now. Raises KeyError for a kind that is no list."""
    return LISTS[kind](owner, filters)


def may_export(user: User, kind: str | None = None, file_format: str = ExportFormat.XLSX) -> bool:
    """Whoever has the list's page takes it along, patients to Excel alone. Without a kind: any list at all."""
    if not user.is_active or file_format not in ExportFormat.values:
        return False
    if user.is_patient and file_format != ExportFormat.XLSX:
        return False
    kinds = LISTS if kind is None else {kind} & set(LISTS)
    return any(user.role in LISTS[one].roles and file_format in LISTS[one].formats for one in kinds)


def kinds_of(user: User) -> list[ExportKind]:
    """The lists of this person's role, in the order of the choices."""
    return [kind for kind in ExportKind if may_export(user, kind)]
