from .attempt import Attempt, GatewayEvent
from .desk import CancellationRule, CashShift, CreditEntry, Refund
from .document import BillingDocument, DocumentFile, NumberSeries
from .medical_aid import (
    Authorisation,
    AuthorisationStatusChange,
    Claim,
    ClaimStatusChange,
    Membership,
    Quote,
)
from .payment import Payment, PaymentStatusChange
from .plan import Plan, PlanRate
from .statement import Statement, StatementLayout, StatementLine

__all__ = [
    "Attempt",
    "Authorisation",
    "AuthorisationStatusChange",
    "BillingDocument",
    "CancellationRule",
    "CashShift",
    "Claim",
    "ClaimStatusChange",
    "CreditEntry",
    "DocumentFile",
    "GatewayEvent",
    "Membership",
    "NumberSeries",
    "Payment",
    "PaymentStatusChange",
    "Plan",
    "PlanRate",
    "Quote",
    "Refund",
    "Statement",
    "StatementLayout",
    "StatementLine",
]
