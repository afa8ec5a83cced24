from .payment import Payment, PaymentStatusChange, Submission

__all__ = ["Payment", "PaymentStatusChange", "Submission"]
