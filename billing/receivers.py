"""What billing does when appointments move."""

from typing import Any

from django.dispatch import receiver

from accounts.signals import identifiers_wanted, patients_merged
from billing.domain import (
    authorisations,
    cancelling_words,
    claims,
    credit,
    documents,
    identifiers,
    memberships,
    online,
    payments,
    proofs,
)
from scheduling.enums import AppointmentStatus
from scheduling.signals import appointment_booked, appointment_status_changed, cancelling, swept

_CALLED_OFF = frozenset({AppointmentStatus.CANCELLED, AppointmentStatus.DECLINED, AppointmentStatus.EXPIRED})


@receiver(appointment_booked)
def raise_payment(sender: Any, appointment: Any, actor: Any, **kwargs: Any) -> None:
    if appointment.price > 0:
        payments.begin(appointment, actor=actor)


@receiver(appointment_status_changed)
def follow(sender: Any, appointment: Any, to_status: str, actor: Any, **kwargs: Any) -> None:
    if to_status in _CALLED_OFF:
        payments.follow_appointment(appointment, actor=actor, by_patient=kwargs.get("by_patient", False))
        authorisations.follow(appointment, actor=actor)
    elif to_status == AppointmentStatus.CONFIRMED:
        documents.invoice_unpaid(appointment, actor=actor)
    elif to_status == AppointmentStatus.COMPLETED:
        claims.make_for(appointment, actor=actor)


@receiver(swept)
def sweep(sender: Any, **kwargs: Any) -> None:
    authorisations.expire_over()


@receiver(swept)
def look_at_proofs(sender: Any, **kwargs: Any) -> None:
    proofs.look_at_missed()


@receiver(swept)
def ask_gateways(sender: Any, **kwargs: Any) -> None:
    online.make_good()


@receiver(patients_merged)
def hand_over_credit(kept: Any, merged: Any, actor: Any, **kwargs: Any) -> None:
    credit.hand_over(merged, to=kept, actor=actor)


@receiver(patients_merged)
def hand_over_membership(kept: Any, merged: Any, **kwargs: Any) -> None:
    memberships.hand_over(merged, to=kept)


@receiver(cancelling)
def say_what_comes_back(sender: Any, appointment: Any, reader: Any, **kwargs: Any) -> list[str]:
    return cancelling_words.before_cancelling(appointment, reader)


@receiver(identifiers_wanted)
def name_numbers(sender: Any, patient: Any, **kwargs: Any) -> list[str]:
    return identifiers.of(patient)
