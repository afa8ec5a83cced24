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
    Occasion(
        "authorisation.asked",
        NotificationKind.PAYMENT,
        _("An authorisation has to be asked of an insurer, to the front desk"),
        title=_("A visit needs the authorisation of its medical aid"),
    ),
    Occasion(
        "authorisation.granted",
        NotificationKind.PAYMENT,
        _("Authorisation granted"),
        title=_("Your medical aid has authorised a visit"),
        email=_("Your medical aid has agreed to pay for a visit. Open the portal to see how much."),
    ),
    Occasion(
        "authorisation.refused",
        NotificationKind.PAYMENT,
        _("Authorisation refused"),
        title=_("Your medical aid has not authorised a visit: open to see why"),
        email=_(
            "Your medical aid has not agreed to pay for a visit, so that you may have to pay for it yourself. Open the "
            "portal to see why, and write to the clinic if you want to change the visit."
        ),
        short=_("Your medical aid has not authorised a visit. Sign in to the portal to see why."),
        by_sms=True,
    ),
    Occasion(
        "authorisation.expired",
        NotificationKind.PAYMENT,
        _("Authorisation over before the visit"),
        title=_("The authorisation of a visit is over: open to see more"),
        email=_(
            "The word of your medical aid to pay for a visit holds no longer. The clinic can ask for it again; until "
            "then it is not certain that it pays."
        ),
    ),
    Occasion(
        "authorisation.over",
        NotificationKind.PAYMENT,
        _("The authorisation of a visit ahead is over, to the front desk"),
        title=_("The authorisation of a visit ahead is over"),
    ),
    Occasion(
        "payment.shortfall",
        NotificationKind.PAYMENT,
        _("Something is left to pay for a visit: the medical aid paid less than expected"),
        title=_("Your medical aid did not pay all of a visit: open to see what is left to pay"),
        email=_(
            "Your medical aid paid less for a visit than was expected. Open the portal to see what is left to pay, and "
            "how to pay it."
        ),
        short=_("There is something left to pay for a visit. Sign in to the portal to see more."),
        by_sms=True,
    ),
    Occasion(
        "payment.shortfall.taken_back",
        NotificationKind.PAYMENT,
        _("What was left to pay for a visit is taken back: the medical aid is asked again"),
        title=_("You don't have to pay for now: your medical aid is asked again"),
        email=_(
            "We ask your medical aid again to pay for a visit. What we have asked of you is taken back until it has "
            "answered."
        ),
    ),
    Occasion(
        "payment.covered_more",
        NotificationKind.PAYMENT,
        _("Credit: the medical aid paid more than expected"),
        title=_("You have credit with the clinic: your medical aid paid more than expected"),
        email=_(
            "Your medical aid paid more for a visit than was expected. What you paid too much is your credit now."
        ),
    ),
)
