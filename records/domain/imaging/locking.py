"""One report, locked, for somebody who reads such scans."""

from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from clinic.core.errors import NotAllowed
from clinic.core.status import lock
from records import imaging_rules
from records.models import ImagingReport


def locked(report_id: UUID) -> ImagingReport:
    """Raises NotAllowed when there is none."""
    try:
        return lock(ImagingReport, report_id)
    except ImagingReport.DoesNotExist:
        raise NotAllowed from None


def locked_for_reader(report_id: UUID, reader: User) -> ImagingReport:
    """Raises NotAllowed."""
    report = locked(report_id)
    if not imaging_rules.reads(reader, report):
        raise NotAllowed(_("Only the doctors who read such scans do this."))
    return report
