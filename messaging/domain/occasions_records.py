"""What is told about the clinical record. The built-in words; nothing of what a record says is in them."""

from django.utils.translation import gettext_lazy as _

from messaging.enums import NotificationKind

from .occasion import Occasion
from .occasions_visits import COUNT

_DOCUMENTS = (
    Occasion(
        "document.new",
        NotificationKind.RECORD,
        _("A document was added to the record"),
        title=_("There is a new document in your record"),
        email=_("Your clinic has added a document to your record. Sign in to the portal to see it."),
    ),
    Occasion(
        "document.expiring",
        NotificationKind.RECORD,
        _("Documents that are removed soon"),
        title=_("Documents of yours are removed in 30 days: %(count)s"),
        variables=(COUNT,),
        email=_(
            "The clinic keeps documents for a certain time, which is nearly over for some of yours (%(count)s). Sign in "
            "to the portal within 30 days to see and save them."
        ),
    ),
    Occasion(
        "record_export.ready",
        NotificationKind.RECORD,
        _("The file of a whole record is ready"),
        title=_("The record you asked for is ready to download"),
        email=_(
            "The record you asked for as a file is ready. Sign in to the portal to download it within 24 hours."
        ),
    ),
    Occasion(
        "record_export.stopped",
        NotificationKind.RECORD,
        _("The file of a whole record could not be made"),
        title=_("The record you asked for could not be made: please try again"),
    ),
)

RECORDS: tuple[Occasion, ...] = (*_DOCUMENTS,)
