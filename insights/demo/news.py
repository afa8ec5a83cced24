"""What the portal told the people of the demo clinic, and what became of it on its way out."""

from collections.abc import Mapping
from datetime import datetime

from django.urls import reverse
from django.utils import translation

from accounts.models import User
from billing.enums import PaymentStatus
from billing.models import Payment
from clinic.core.wording import Words
from messaging.domain import addresses, wording
from messaging.domain.catalogue import OCCASIONS
from messaging.enums import Channel, DeliveryStatus
from messaging.models import Delivery, Notification
from scheduling.domain.telling import spoken_time
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment


def seed(people: Mapping[str, User], now: datetime) -> None:
    """As the portal would have told them; nothing goes out, invented addresses least of all."""
    patient = people["patient"]
    confirmed = Appointment.objects.filter(status=AppointmentStatus.CONFIRMED).select_related("doctor")
    for visit in confirmed.filter(patient=patient).order_by("created_at"):
        told = _told(patient, "appointment.confirmed", visit, f"demo:confirmed:{visit.pk}")
        _sent(told, now)
    waiting = Payment.objects.filter(status=PaymentStatus.SUBMITTED).select_related("appointment__doctor")
    for payment in waiting.order_by("submitted_at")[:4]:
        url = reverse("payment", args=[payment.pk])
        _told(people["manager"], "payment.submitted", None, f"demo:submitted:{payment.pk}", url=url)
    first = confirmed.filter(doctor=people["doctor"]).select_related("patient").order_by("starts_at").first()
    if first:
        told = _told(people["doctor"], "appointment.confirmed.doctor", first, f"demo:new:{first.pk}")
        _sent(told, now)
    other = confirmed.filter(patient=people["patient2"]).order_by("starts_at").first()
    if other:
        told = _told(people["patient2"], "appointment.reminder.day", other, f"demo:reminder:{other.pk}")
        _refused(told, other)
    Notification.objects.filter(user=patient, read_at=None, key__startswith="demo:").exclude(
        pk__in=Notification.objects.filter(user=patient).order_by("-created_at").values("pk")[:2]
    ).update(read_at=patient.created_at)


def _told(
    person: User, occasion: str, visit: Appointment | None, key: str, *, url: str = ""
) -> Notification | None:
    """None when they had been told before."""
    url = url or reverse("appointment", args=[visit.pk] if visit else [])
    variables = _variables(occasion, person, visit)
    with translation.override(person.language):
        title, _words = wording.compose(occasion, person, variables, url)
    told, is_new = Notification.objects.get_or_create(
        user=person,
        key=key,
        defaults={"kind": OCCASIONS[occasion].kind, "occasion": occasion, "title": title, "url": url},
    )
    return told if is_new else None


def _variables(occasion: str, person: User, visit: Appointment | None) -> dict[str, Words]:
    if visit is None:
        return {}
    known: dict[str, Words] = {
        "time": lambda: spoken_time(visit, person),
        "doctor": visit.doctor.name,
        "patient": visit.patient.name,
    }
    return {each.name: known[each.name] for each in OCCASIONS[occasion].variables}


def _sent(told: Notification | None, now: datetime) -> None:
    if told:
        to = addresses.masked_email(told.user.email)
        Delivery.objects.create(
            notification=told,
            channel=Channel.EMAIL,
            status=DeliveryStatus.SENT,
            to=to,
            attempts=1,
            sent_at=now,
        )


def _refused(told: Notification | None, visit: Appointment) -> None:
    """One for management to look at: it can be sent again, so it has its words."""
    if told:
        variables = _variables(told.occasion, told.user, visit)
        with translation.override(told.user.language):
            _title, words = wording.compose(told.occasion, told.user, variables, told.url)
        letter = words[Channel.EMAIL]
        Delivery.objects.create(
            notification=told,
            channel=Channel.EMAIL,
            status=DeliveryStatus.GIVEN_UP,
            attempts=1,
            error="SMTP 550",
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
        )
