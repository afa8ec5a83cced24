"""The contract's REST rows, and what their answers hold: each key with its check."""

from .mobile import Check, a_list, currency, money, number, one_of, or_null, text, uuid, when


class Page(dict[str, Check]):
    """`{next, previous, results}` of such rows; at least one."""


ACCOUNT = {
    "token": text,
    "expires_at": when,
    "user": lambda user: set(user) >= {"id", "email", "name", "role"},
}
PROFILE = {"id": uuid, "email": text, "first_name": text, "last_name": text, "phone": text, "role": text}
SERVICE = {
    "id": uuid,
    "name": text,
    "kind": one_of("consultation", "imaging"),
    "minutes": number,
    "price": money,
    "currency": currency,
    "modes": lambda modes: set(modes) <= {"video", "in_person"},
}
DOCTOR = {
    "id": uuid,
    "name": text,
    "specialty": text,
    "languages": a_list,
    "fee": money,
    "rating": or_null(money),
}
APPOINTMENT_STATUS = one_of(
    *("pending_payment", "pending_confirmation", "confirmed", "checked_in", "in_progress", "completed"),
    *("cancelled", "declined", "expired", "no_show"),
)
APPOINTMENT = {
    "id": uuid,
    "status": APPOINTMENT_STATUS,
    "mode": one_of("video", "in_person"),
    "starts_at": when,
    "ends_at": when,
    "reason": text,
    "doctor": uuid,
    "patient": uuid,
    "service": uuid,
    "history": a_list,
    "hold_expires_at": or_null(when),
    "payment": or_null(uuid),
    "call": or_null(uuid),
    "conversation": or_null(uuid),
}
PAYMENT_STATUS = one_of("due", "submitted", "confirmed", "rejected", "expired", "refund_due", "refunded")
PAYMENT = {
    "id": uuid,
    "status": PAYMENT_STATUS,
    "amount": money,
    "currency": currency,
    "reference": text,
    "qr_payload": text,
    "qr_svg_url": text,
    "covered": money,
    "co_payment": money,
    "shortfall": money,
}
MESSAGE = {
    "id": uuid,
    "conversation": uuid,
    "seq": number,
    "client_id": text,
    "text": text,
    "attachments": a_list,
    "kind": one_of("text", "file", "system", "call"),
    "created_at": when,
    "sender": lambda sender: sender is None or set(sender) >= {"id", "name"},
}
NOTICE = {"id": uuid, "kind": text, "title": text, "url": text, "read_at": or_null(when), "created_at": when}
CALL = {"id": uuid, "status": one_of("scheduled", "ringing", "active", "ended", "declined", "missed")}
RECORD = {"id": uuid, "patient": uuid}

# As the contract names them; each has to be asked above, or in test_contract_rest.py when it needs a history.
CONTRACT = """
POST /api/register/
POST /api/login/
POST /api/logout/
GET /api/profile/
PUT /api/profile/
PATCH /api/profile/
GET /api/services/
GET /api/doctors/
GET /api/doctors/{id}/slots/
GET /api/appointments/
POST /api/appointments/book/
GET /api/appointments/{id}/
PUT /api/appointments/{id}/reschedule/
DELETE /api/appointments/{id}/cancel/
POST /api/appointments/{id}/confirm/
POST /api/appointments/{id}/decline/
POST /api/appointments/{id}/check-in/
POST /api/appointments/{id}/start/
POST /api/appointments/{id}/complete/
POST /api/appointments/{id}/no-show/
GET /api/payments/
GET /api/payments/{id}/
POST /api/payments/{id}/submit/
POST /api/payments/{id}/confirm/
POST /api/payments/{id}/reject/
POST /api/payments/{id}/refund/
GET /api/medical-records/
POST /api/medical-records/
GET /api/medical-records/{id}/
GET /api/prescriptions/
POST /api/prescriptions/
GET /api/prescriptions/{id}/
GET /api/lab-reports/
POST /api/lab-reports/
GET /api/lab-reports/{id}/
GET /api/imaging-reports/
POST /api/imaging-reports/
GET /api/imaging-reports/{id}/
POST /api/analyze-prescription/
GET /api/visitnotes/
POST /api/visitnotes/
GET /api/visitnotes/{id}/
GET /api/documents/
POST /api/documents/
GET /api/documents/{id}/
POST /api/documents/upload/
GET /api/conversations/
POST /api/conversations/
GET /api/conversations/{id}/messages/
POST /api/conversations/{id}/messages/
POST /api/conversations/{id}/attachments/
GET /api/notifications/
POST /api/notifications/{id}/read/
POST /api/notifications/read-all/
POST /api/conversations/{id}/call/
POST /api/calls/{id}/answer/
POST /api/calls/{id}/decline/
POST /api/calls/{id}/end/
POST /api/calls/{id}/ice/
POST /api/socket-ticket/
"""
