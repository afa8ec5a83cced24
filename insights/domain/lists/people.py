"""People: whom management and admin look after, who waits in line, who was sent to a scan. What a referral asks is
clinical and stays out."""

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts import rules
from accounts.domain import people_list
from accounts.enums import Role
from accounts.forms.people import PeopleFilter
from accounts.models import User
from insights.enums import ExportKind
from scheduling.domain import referral_queries, waiting_queries
from scheduling.forms.referrals import ReferralFilter
from scheduling.forms.waiting import WaitingFilter
from scheduling.models import Referral, WaitingEntry

from .base import Column, ExportedList, day_of, yes


class PeopleList(ExportedList):
    kind = ExportKind.PEOPLE
    roles = frozenset({Role.MANAGEMENT, Role.ADMIN})
    page = "people"

    def read(self, wanted: QueryDict) -> None:
        role = wanted.get("role", "")
        if not (role in Role.values and rules.can_register(self.owner, role)):
            role = Role.PATIENT
        self.role = role
        self.form = PeopleFilter(wanted, role)

    def visible(self) -> QuerySet[User]:
        return people_list.managed_by(self.owner)

    def narrowed(self, rows: QuerySet[User]) -> QuerySet[User]:
        return self.form.narrow(rows)

    @property
    def chosen(self) -> list[tuple[str, str]]:
        return [(_("Role"), str(Role(self.role).label)), *super().chosen]

    def columns(self) -> list[Column]:
        columns = [
            Column(_("Name"), 28, 19, lambda person: person.name),
            Column(_("E-mail"), 32, 19, lambda person: person.email),
            Column(_("Phone"), 18, 12, lambda person: str(person.phone or "")),
        ]
        if self.role == Role.DOCTOR:
            columns.append(Column(_("Specialty"), 24, 16, _specialty))
        return [
            *columns,
            Column(_("Joined"), 14, 12, lambda person: day_of(person.created_at), "number left"),
            Column(_("Last log-in"), 18, 12, lambda person: person.last_login, "number left"),
            Column(_("Deactivated"), 12, 9, lambda person: yes(not person.is_active)),
        ]


class WaitingList(ExportedList):
    kind = ExportKind.WAITING
    roles = frozenset({Role.MANAGEMENT})
    page = "waiting_list"

    def read(self, wanted: QueryDict) -> None:
        self.form = WaitingFilter(wanted)

    def visible(self) -> QuerySet[WaitingEntry]:
        return waiting_queries.visible_to(self.owner)

    def narrowed(self, rows: QuerySet[WaitingEntry]) -> QuerySet[WaitingEntry]:
        return self.form.narrow(rows)

    def columns(self) -> list[Column]:
        return [
            Column(_("Joined"), 18, 12, lambda entry: entry.created_at, "number left"),
            Column(_("Patient"), 28, 19, lambda entry: entry.patient.name),
            Column(_("Phone"), 18, 12, lambda entry: str(entry.patient.phone or "")),
            Column(_("Service"), 24, 15, lambda entry: entry.service.name),
            Column(_("How"), 12, 7, lambda entry: entry.get_mode_display()),
            Column(_("Specialty"), 24, 0, lambda entry: entry.specialty.name),
            Column(_("Doctor"), 28, 16, lambda entry: entry.doctor.name if entry.doctor else _("any")),
            Column(_("From"), 14, 9, lambda entry: entry.first_day, "number left"),
            Column(_("To"), 14, 9, lambda entry: entry.last_day, "number left"),
            Column(_("Status"), 18, 0, lambda entry: entry.get_status_display()),
        ]


class ReferralList(ExportedList):
    kind = ExportKind.REFERRALS
    roles = frozenset({Role.DOCTOR, Role.MANAGEMENT})
    page = "referrals"

    def read(self, wanted: QueryDict) -> None:
        self.form = ReferralFilter(wanted, user=self.owner)

    def visible(self) -> QuerySet[Referral]:
        return referral_queries.visible_to(self.owner)

    def narrowed(self, rows: QuerySet[Referral]) -> QuerySet[Referral]:
        return self.form.narrow(rows)

    def columns(self) -> list[Column]:
        return [
            Column(_("Asked"), 18, 12, lambda one: one.created_at, "number left"),
            Column(_("Status"), 18, 12, lambda one: one.get_status_display()),
            Column(_("Urgency"), 12, 9, lambda one: one.get_priority_display()),
            Column(_("Patient"), 28, 19, lambda one: one.patient.name),
            Column(_("Scan"), 28, 16, lambda one: one.service.name),
            Column(_("Asked for by"), 28, 16, lambda one: one.referrer.name),
            Column(
                _("Booked for"),
                18,
                12,
                lambda one: one.appointment.starts_at if one.appointment else None,
                "number left",
            ),
            Column(_("With"), 28, 0, lambda one: one.appointment.doctor.name if one.appointment else ""),
        ]


def _specialty(person: User) -> str:
    profile = getattr(person, "doctor_profile", None)
    return str(profile.specialty.name) if profile is not None else ""
