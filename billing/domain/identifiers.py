"""By which numbers billing knows a patient."""

from accounts.models import User
from billing.models import Attempt, Authorisation, Claim, Membership, Payment, Refund


def of(patient: User) -> list[str]:
    """Numbers of cards, authorisations and claims, references of payments and transfers, accounts that money was sent
    back to. Empty ones among them."""
    own = {"payment__appointment__patient": patient}
    rows = [
        *Membership.objects.filter(patient=patient).values_list("number"),
        *Authorisation.objects.filter(membership__patient=patient).values_list("number"),
        *Claim.objects.filter(membership__patient=patient).values_list("number"),
        *Payment.objects.filter(appointment__patient=patient).values_list("reference"),
        *Attempt.objects.filter(**own).values_list("bank_reference"),
        *Refund.objects.filter(**own).values_list("destination", "reference"),
    ]
    return [str(value) for row in rows for value in row if value]
