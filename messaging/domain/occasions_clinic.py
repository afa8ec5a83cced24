"""What is told about payments, messages, calls, notes and who looked at a record. The built-in words."""

from django.utils.translation import gettext_lazy as _

from messaging.enums import NotificationKind

from .occasion import Occasion, Variable
from .occasions_visits import COUNT, DOCTOR

_PAYMENT = NotificationKind.PAYMENT

CALLER = Variable("name", _("who called"), "Dr. Sita Sharma")

PAYMENTS = (
    Occasion(
        "payment.submitted",
        _PAYMENT,
        _("A payment waits to be checked, to the front desk"),
        title=_("A new payment waits to be checked"),
    ),
    Occasion(
        "payment.confirmed",
        _PAYMENT,
        _("Payment confirmed"),
        title=_("Your payment was confirmed"),
        email=_("We have received your payment. Open the portal to see your appointment."),
    ),
    Occasion(
        "payment.confirmed.visit",
        _PAYMENT,
        _("Payment confirmed together with the visit, which has a mail of its own"),
        title=_("Your payment was confirmed"),
        by_push=False,
    ),
    Occasion(
        "payment.part_paid",
        _PAYMENT,
        _("A part of a payment arrived"),
        title=_("A part of your payment has arrived: open to see the rest"),
        email=_("A part of your payment has arrived. Open the portal to see what is still to pay."),
    ),
    Occasion(
        "payment.rejected",
        _PAYMENT,
        _("Payment not accepted"),
        title=_("Your payment could not be accepted: open to see why"),
        email=_("We could not accept your payment. Open the portal to see why and what to do next."),
        short=_("Your payment could not be accepted. Sign in to the portal to see why."),
        by_sms=True,
    ),
    Occasion(
        "payment.asked_again",
        _PAYMENT,
        _("Something of a payment has to be sent again"),
        title=_("We need one more thing about your payment: open to see what"),
        email=_(
            "We could not find your payment with what you sent. Open the portal to see what to send again, and send it "
            "before the time is over."
        ),
        short=_("We need one more thing about your payment. Sign in to the portal to see what."),
        by_sms=True,
    ),
    Occasion(
        "payment.second_approval",
        _PAYMENT,
        _("A payment waits for a second person's approval, to the front desk"),
        title=_("A payment waits for a second approval"),
    ),
    Occasion(
        "payment.refund_due",
        _PAYMENT,
        _("Payment will be refunded"),
        title=_("Your payment will be refunded"),
        email=_("Your appointment will not take place, so we will pay your money back."),
    ),
    Occasion(
        "payment.refund_due.part",
        _PAYMENT,
        _("A part of a payment will be refunded"),
        title=_("A part of your payment will be refunded"),
        email=_(
            "Your appointment was cancelled. Open the portal to see how much of your payment comes back, and why."
        ),
    ),
    Occasion(
        "payment.kept",
        _PAYMENT,
        _("Nothing of a payment comes back: cancelled too late"),
        title=_("About the payment of your cancelled visit"),
        email=_(
            "Your appointment was cancelled. By the clinic's terms your payment does not come back. Open the portal "
            "to see why, or write to the clinic."
        ),
    ),
    Occasion(
        "payment.refund_due.desk",
        _PAYMENT,
        _("A payment has to be refunded, to the front desk"),
        title=_("A payment has to be refunded"),
    ),
    Occasion(
        "payment.refunded",
        _PAYMENT,
        _("Payment refunded"),
        title=_("Your payment was refunded"),
        email=_("We have sent your money back. Depending on your bank it can take some days to arrive."),
    ),
    Occasion(
        "payment.refunded.credit",
        _PAYMENT,
        _("Refund kept as credit"),
        title=_("Your refund is now your credit with the clinic"),
        email=_("Your money is kept as credit with the clinic. It pays for your next visit, or is paid out."),
    ),
    Occasion(
        "payment.refund_came_back",
        _PAYMENT,
        _("A refund came back from the bank"),
        title=_("Your refund could not be delivered: we will try again"),
        email=_(
            "The bank has sent your refund back to us. Write to the clinic to which account it should go. We will try "
            "again."
        ),
    ),
    Occasion(
        "invoice.corrected",
        _PAYMENT,
        _("Invoice corrected"),
        title=_("Your invoice was corrected"),
        email=_("We have taken an invoice back and written a new one. Open the portal to see it."),
        by_push=False,
    ),
)

OTHERS = (
    Occasion(
        "call.missed",
        NotificationKind.MESSAGE,
        _("Missed call"),
        title=_("Missed call from %(name)s"),
        variables=(CALLER,),
        short=_("You missed a call"),
    ),
    Occasion(
        "message.waiting",
        NotificationKind.MESSAGE,
        _("Messages that nobody has read yet"),
        title=_("You have new messages"),
        email=_("Somebody has written to you. Open the portal to read it and to answer."),
    ),
    Occasion(
        "export.ready",
        NotificationKind.APPOINTMENT,
        _("A list is ready to download"),
        title=_("Your list is ready to download: %(count)s rows"),
        variables=(COUNT,),
    ),
    Occasion(
        "export.stopped",
        NotificationKind.APPOINTMENT,
        _("A list could not be finished"),
        title=_("Your list could not be finished. You can start it again."),
    ),
    Occasion(
        "note.signed",
        NotificationKind.APPOINTMENT,
        _("The note of a visit is finished"),
        title=_("%(name)s has finished the note of your visit"),
        variables=(Variable("name", _("the doctor"), "Dr. Sita Sharma"),),
        email=_("You can read it in the portal, on the page of your visit."),
        short=_("There is something new on the page of your visit"),
    ),
    Occasion(
        "privacy.opened",
        NotificationKind.PRIVACY,
        _("A record was opened by break-glass, to the patient"),
        title=_("%(doctor)s opened your record without being on your care team"),
        variables=(DOCTOR,),
        email=_(
            "%(doctor)s gave a reason and may read your record for a few hours. The clinic's management looks at "
            "every such access. In the portal you see who opened your record and when. If you have doubts, write "
            "to the clinic."
        ),
        short=_(
            "Your record was opened by a doctor who is not on your care team. Sign in to the portal to see more."
        ),
        by_sms=True,
        urgent=True,
    ),
    Occasion(
        "privacy.opened.management",
        NotificationKind.PRIVACY,
        _("A record was opened by break-glass, to management"),
        title=_("Break-glass access by %(doctor)s: please review"),
        variables=(DOCTOR,),
        email=_("%(doctor)s opened the record of a patient who is not theirs. Please review the access."),
        short=_("A break-glass access waits for your review"),
        urgent=True,
    ),
)
