"""Visits. Nothing of a visit's content goes in; patients get back the reason they wrote themselves."""

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.enums import Role
from insights.enums import ExportKind
from scheduling.domain.paying import payment_that_counts
from scheduling.domain.queries import appointments_visible_to
from scheduling.forms.appointments import AppointmentFilter
from scheduling.models import Appointment

from .base import Column, ExportedList


class AppointmentList(ExportedList):
    kind = ExportKind.APPOINTMENTS
    roles = frozenset({Role.PATIENT, Role.DOCTOR, Role.MANAGEMENT})
    page = "appointments"

    def read(self, wanted: QueryDict) -> None:
        # The filters of the staff's list; patients take all of their visits.
        self.form = None if self.owner.is_patient else AppointmentFilter(wanted, user=self.owner)

    def visible(self) -> QuerySet[Appointment]:
        return appointments_visible_to(self.owner).prefetch_related(None).prefetch_related("payments")

    def narrowed(self, rows: QuerySet[Appointment]) -> QuerySet[Appointment]:
        return self.form.narrow(rows) if self.form else rows.order_by("-starts_at", "pk")

    @property
    def chosen(self) -> list[tuple[str, str]]:
        """Without days the list begins today."""
        said = super().chosen
        if self.form and not {"when", "from", "to"} & set(self.chosen_names):
            said.insert(0, (str(self.form["when"].label), _("From today on")))
        return said

    def columns(self) -> list[Column]:
        reader = self.owner
        columns = [
            Column(_("Starts"), 18, 12, lambda visit: visit.starts_at, "number left"),
            Column(_("Ends"), 18, 0, lambda visit: visit.ends_at),
            Column(_("Status"), 24, 15, lambda visit: visit.get_status_display()),
        ]
        if not reader.is_patient:
            columns.append(Column(_("Patient"), 28, 19, lambda visit: visit.patient.name))
        if reader.is_management:
            columns.append(Column(_("Phone"), 18, 11, lambda visit: str(visit.patient.phone or "")))
        if not reader.is_doctor:
            columns.append(Column(_("Doctor"), 28, 16, lambda visit: visit.doctor.name))
        columns += [
            Column(_("Service"), 24, 11, lambda visit: visit.service.name),
            Column(_("How"), 12, 7, lambda visit: visit.get_mode_display()),
            Column(_("Price"), 12, 9, lambda visit: visit.price, "number"),
            Column(_("Currency"), 10, 0, lambda visit: visit.currency),
            Column(_("Payment"), 20, 0, _payment),
        ]
        if reader.is_patient:
            columns.append(Column(_("What you wrote"), 60, 0, lambda visit: visit.reason))
        return columns


def _payment(visit: Appointment) -> str:
    """How the visit's payment stands."""
    payment = payment_that_counts(visit)
    return str(payment.get_status_display()) if payment else ""
