"""What is told about medical aid. The built-in words; no plan and no number is in them."""

from django.utils.translation import gettext_lazy as _

from messaging.enums import NotificationKind

from .occasion import Occasion

MEDICAL_AID = (
    Occasion(
        "membership.entered",
        NotificationKind.PAYMENT,
        _("A medical-aid membership waits to be checked, to the front desk"),
        title=_("A medical-aid membership waits to be checked"),
    ),
    Occasion(
        "membership.verified",
        NotificationKind.PAYMENT,
        _("Medical-aid membership checked"),
        title=_("Your medical aid was checked and counts from now on"),
        email=_("From now on the portal shows before each booking what your medical aid pays."),
    ),
    Occasion(
        "membership.returned",
        NotificationKind.PAYMENT,
        _("Medical-aid membership sent back"),
        title=_("Your medical aid could not be confirmed: open to see why"),
        email=_("We could not confirm what you entered. Open the portal to see why and to enter it again."),
    ),
)
