"""The REST rows of the contract, one after the other: who asks for what, and what must come back.

Names in braces are ids of clinic/tests/world.py. `shape` is what the answer holds at least, each key with its check; a
`Page` of it for a list. A refusal is named by its status and `code`.
"""

from typing import Any, NamedTuple

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.tests.factories import PASSWORD
from accounts.tests.pictures import picture

from .contract_shapes import (
    ACCOUNT,
    APPOINTMENT,
    CALL,
    DOCTOR,
    MESSAGE,
    NOTICE,
    PAYMENT,
    PROFILE,
    RECORD,
    SERVICE,
    Page,
)
from .mobile import a_list, exactly, flag, number, text, uuid, when


class Ask(NamedTuple):
    who: str
    line: str
    status: int
    shape: Any = None  # of an answer; of a refusal its code
    body: Any = None
    is_form: bool = False


NOBODY = "00000000-0000-4000-8000-000000000000"
NEW_PATIENT = {
    "email": "new@test.clinic",
    "password": "namaste from pokhara",
    "first_name": "A",
    "last_name": "B",
}
LATEX = {"patient": "{patient}", "resource_type": "AllergyIntolerance", "code_text": "Penicillin"}
NOTE = {"appointment": "{running}", "text": "Rest.", "version": 1}
LAB = {
    "patient": "{patient}",
    "collected_at": "2026-01-02T08:00:00+05:45",
    "title": "Potassium",
    "results": [{"parameter": "{lab_parameter}", "value": "4.1"}],
}


def _file() -> Any:
    return SimpleUploadedFile("letter.png", picture("teal").read(), "image/png")


def rows() -> list[Ask]:
    return [
        # POST /api/register/ · login/ · logout/
        Ask("anonymous", "POST /api/register/", 201, {"email": text}, NEW_PATIENT),
        Ask("anonymous", "POST /api/register/", 400, "invalid", {"email": "x"}),
        Ask(
            "anonymous",
            "POST /api/login/",
            200,
            ACCOUNT,
            {"email": "patient@test.clinic", "password": PASSWORD},
        ),
        Ask(
            "anonymous", "POST /api/login/", 401, "invalid_credentials", {"email": "x@y.z", "password": "no"}
        ),
        Ask(
            *("anonymous", "POST /api/login/", 403, "email_not_verified"),
            {"email": "newcomer@test.clinic", "password": PASSWORD},
        ),
        Ask("patient", "POST /api/logout/", 204),
        Ask("anonymous", "POST /api/logout/", 401),
        # GET PUT PATCH /api/profile/
        *(Ask(who, "GET /api/profile/", 200, PROFILE) for who in ("patient", "doctor", "manager", "admin")),
        Ask("anonymous", "GET /api/profile/", 401),
        Ask("patient", "PATCH /api/profile/", 200, {"first_name": exactly("Mina")}, {"first_name": "Mina"}),
        Ask("patient", "PUT /api/profile/", 200, PROFILE, {"first_name": "Mina", "last_name": "Rai"}),
        Ask("patient", "PUT /api/profile/", 400, "invalid", {"phone": ""}),
        # GET /api/services/ · doctors/ · doctors/{id}/slots/
        Ask("anonymous", "GET /api/services/", 200, Page(SERVICE)),
        Ask(
            "patient",
            "GET /api/services/?kind=consultation",
            200,
            Page(SERVICE, kind=exactly("consultation")),
        ),
        Ask("patient", "GET /api/services/?kind=imaging", 200, Page(SERVICE, kind=exactly("imaging"))),
        Ask("patient", "GET /api/services/?kind=massage", 400, "invalid"),
        Ask("anonymous", "GET /api/doctors/", 200, Page(DOCTOR)),
        Ask(
            "patient",
            "GET /api/doctors/?search=sharma",
            200,
            Page(DOCTOR, name=lambda name: "Sharma" in name),
        ),
        Ask("patient", "GET /api/doctors/?specialty={specialty}", 200, Page(DOCTOR)),
        Ask("patient", "GET /api/doctors/{doctor}/slots/?service={service}", 200, {"slots": a_list}),
        Ask("patient", "GET /api/doctors/{doctor}/slots/", 400, "invalid"),
        Ask(
            "patient",
            "GET /api/doctors/{doctor}/slots/?service={service}&from=2026-12-01&to=2027-01-01",
            *(400, "invalid"),
        ),
        Ask("patient", f"GET /api/doctors/{NOBODY}/slots/?service={{service}}", 404, "not_found"),
        # GET /api/appointments/ · {id}/
        *(
            Ask(who, "GET /api/appointments/", 200, Page(APPOINTMENT))
            for who in ("patient", "doctor", "manager")
        ),
        Ask("other_doctor", "GET /api/appointments/", 200, exactly([])),
        Ask(
            *("patient", "GET /api/appointments/?status=confirmed", 200),
            Page(APPOINTMENT, status=exactly("confirmed")),
        ),
        Ask("patient", "GET /api/appointments/?from=2090-01-01", 200, exactly([])),
        Ask("patient", "GET /api/appointments/?to=2001-01-01", 200, exactly([])),
        Ask("patient", "GET /api/appointments/?status=lost", 400, "invalid"),
        Ask("patient", "GET /api/appointments/?from=soon", 400, "invalid"),
        Ask("patient", "GET /api/appointments/{visit}/", 200, APPOINTMENT),
        Ask("other_patient", "GET /api/appointments/{visit}/", 404, "not_found"),
        Ask("other_doctor", "GET /api/appointments/{visit}/", 404, "not_found"),
        # POST book/ · PUT reschedule/ · DELETE cancel/ · POST each step
        Ask("patient", "POST /api/appointments/book/", 400, "invalid", {}),
        Ask("other_patient", "PUT /api/appointments/{visit}/reschedule/", 404, "not_found", {}),
        Ask(
            "patient", "DELETE /api/appointments/{unpaid}/cancel/", 200, APPOINTMENT, {"reason": "Well again"}
        ),
        Ask("patient", "DELETE /api/appointments/{past}/cancel/", 409, "invalid_transition"),
        Ask("patient", "POST /api/appointments/{paid}/confirm/", 403, "not_allowed"),
        Ask("doctor", "POST /api/appointments/{visit}/confirm/", 409, "invalid_transition"),
        Ask("manager", "POST /api/appointments/{paid}/decline/", 200, APPOINTMENT, {"reason": "Closed"}),
        Ask("doctor", "POST /api/appointments/{visit}/check-in/", 200, APPOINTMENT),
        Ask("doctor", "POST /api/appointments/{visit}/start/", 200, APPOINTMENT),
        Ask("doctor", "POST /api/appointments/{running}/complete/", 200, APPOINTMENT),
        Ask("patient", "POST /api/appointments/{visit}/no-show/", 403, "not_allowed"),
        Ask("other_doctor", "POST /api/appointments/{visit}/start/", 404, "not_found"),
        # /api/payments/
        *(Ask(who, "GET /api/payments/", 200, Page(PAYMENT)) for who in ("patient", "manager")),
        Ask("other_patient", "GET /api/payments/", 200, exactly([])),
        Ask("patient", "GET /api/payments/{payment}/", 200, PAYMENT),
        Ask("other_patient", "GET /api/payments/{payment}/", 404, "not_found"),
        Ask("patient", "POST /api/payments/{payment}/submit/", 200, PAYMENT, {"bank_reference": "FT 77 01"}),
        Ask("patient", "POST /api/payments/{payment}/submit/", 400, "invalid", {}),
        Ask("patient", "POST /api/payments/{submitted}/confirm/", 403, "not_allowed"),
        Ask(
            "manager",
            "POST /api/payments/{submitted}/confirm/",
            200,
            {**PAYMENT, "status": exactly("confirmed")},
        ),
        Ask(
            "manager", "POST /api/payments/{submitted}/reject/", 200, PAYMENT, {"reason": "No such transfer."}
        ),
        Ask("manager", "POST /api/payments/{submitted}/reject/", 400, "invalid", {}),
        Ask("manager", "POST /api/payments/{owed}/refund/", 200, {**PAYMENT, "status": exactly("refunded")}),
        Ask("manager", "POST /api/payments/{submitted}/refund/", 409, "invalid_transition"),
        # The record: GET, {id}/ and POST, by role
        *(Ask("patient", f"GET /api/{part}/", 200, Page(RECORD)) for part in PARTS_OF_THE_RECORD),
        *(
            Ask("doctor", f"GET /api/{part}/", 200, Page(RECORD))
            for part in (*PARTS_OF_THE_RECORD, "visitnotes")
        ),
        *(Ask("other_doctor", f"GET /api/{part}/", 200, exactly([])) for part in PARTS_OF_THE_RECORD),
        *(Ask("anonymous", f"GET /api/{part}/", 401) for part in (*PARTS_OF_THE_RECORD, "visitnotes")),
        *(
            ask
            for part, thing in RECORD_THINGS.items()
            for ask in (
                Ask("doctor", f"GET /api/{part}/{{{thing}}}/", 200, RECORD),
                Ask("other_doctor", f"GET /api/{part}/{{{thing}}}/", 404, "not_found"),
                Ask("other_patient", f"GET /api/{part}/{{{thing}}}/", 404, "not_found"),
            )
        ),
        Ask("doctor", "POST /api/medical-records/", 201, RECORD, LATEX),
        Ask("patient", "POST /api/medical-records/", 403, "not_allowed", LATEX),
        Ask("doctor", "POST /api/lab-reports/", 201, RECORD, LAB),
        Ask("other_doctor", "POST /api/lab-reports/", 404, "not_found", LAB),
        Ask("doctor", "POST /api/visitnotes/", 201, {**RECORD, "status": text, "version": number}, NOTE),
        Ask("doctor", "POST /api/visitnotes/", 409, "stale_version", {**NOTE, "version": 0}),
        Ask("patient", "POST /api/prescriptions/", 403, "not_allowed", {"patient": "{patient}", "items": []}),
        Ask("doctor", "POST /api/prescriptions/", 400, "invalid", {"patient": "{patient}"}),
        *(
            Ask("patient", f"POST {path}", 201, RECORD, {"file": _file, "category": "other"}, is_form=True)
            for path in ("/api/documents/", "/api/documents/upload/")
        ),
        Ask("patient", "POST /api/documents/upload/", 415, "unsupported_type", {"category": "other"}),
        Ask("doctor", "POST /api/imaging-reports/", 400, "invalid", {}),
        # POST /api/analyze-prescription/
        Ask(
            "doctor",
            "POST /api/analyze-prescription/",
            200,
            {**RECORD, "findings": a_list, "sentences": a_list, "status": text},
            {"prescription": "{prescription}"},
        ),
        Ask("patient", "POST /api/analyze-prescription/", 200, RECORD, {"prescription": "{prescription}"}),
        Ask(
            *("other_patient", "POST /api/analyze-prescription/", 404, "not_found"),
            {"prescription": "{prescription}"},
        ),
        Ask("patient", "POST /api/analyze-prescription/", 400, "invalid", {}),
        # Conversations
        *(Ask(who, "GET /api/conversations/", 200, Page(id=uuid)) for who in ("patient", "doctor")),
        Ask("other_patient", "GET /api/conversations/", 200, exactly([])),
        Ask("patient", "POST /api/conversations/", 201, {"id": uuid}, {"with": "{doctor}"}),
        Ask("patient", "POST /api/conversations/", 404, "not_found", {"with": "{other_patient}"}),
        Ask("patient", "GET /api/conversations/{conversation}/messages/?limit=2", 200, Page(MESSAGE)),
        Ask("patient", "GET /api/conversations/{conversation}/messages/?after=999", 200, exactly([])),
        Ask("patient", "GET /api/conversations/{conversation}/messages/?after=x", 400, "invalid"),
        Ask("other_patient", "GET /api/conversations/{conversation}/messages/", 404, "not_found"),
        Ask(
            *("patient", "POST /api/conversations/{conversation}/messages/", 201, MESSAGE),
            {"text": "Hello", "client_id": "c-1"},
        ),
        Ask("patient", "POST /api/conversations/{conversation}/messages/", 400, "invalid", {"text": " "}),
        Ask(
            *("patient", "POST /api/conversations/{conversation}/attachments/", 201),
            {"id": uuid, "name": text, "content_type": text, "size": number, "url": text},
            {"file": _file, "client_id": "f-1"},
            is_form=True,
        ),
        # Notifications
        Ask("patient", "GET /api/notifications/", 200, Page(NOTICE)),
        Ask("patient", "POST /api/notifications/{notice}/read/", 200, {**NOTICE, "read_at": when}),
        Ask("doctor", "POST /api/notifications/{notice}/read/", 404, "not_found"),
        Ask("patient", "POST /api/notifications/read-all/", 200, {"unread": exactly(0)}),
        # Calls
        Ask(
            *("patient", "POST /api/conversations/{conversation}/call/", 201),
            {"id": uuid, "status": exactly("ringing")},
            {"media": "audio"},
        ),
        Ask("patient", "POST /api/conversations/{conversation}/call/", 400, "invalid", {"media": "x"}),
        *(
            Ask("other_patient", f"POST /api/calls/{{call}}/{step}/", 404, "not_found")
            for step in ("answer", "decline", "end")
        ),
        Ask("doctor", "POST /api/calls/{call}/end/", 200, CALL),
        Ask("patient", "POST /api/calls/{call}/ice/", 200, {"ice_servers": a_list, "ttl": number}),
        Ask("other_patient", "POST /api/calls/{call}/ice/", 404, "not_found"),
        Ask("patient", "POST /api/socket-ticket/", 201, {"ticket": text, "expires_in": exactly(60)}),
        Ask("anonymous", "POST /api/socket-ticket/", 401),
        # Running it
        Ask("anonymous", "GET /healthz", 200, {"status": exactly("ok")}),
        Ask(
            "anonymous",
            "GET /readyz",
            200,
            {"checks": lambda checks: all(flag(one) for one in checks.values())},
        ),
    ]


PARTS_OF_THE_RECORD = ("medical-records", "prescriptions", "lab-reports", "imaging-reports", "documents")
RECORD_THINGS = {
    "medical-records": "latex",
    "prescriptions": "prescription",
    "lab-reports": "lab_report",
    "imaging-reports": "imaging_released",
    "documents": "document",
    "visitnotes": "note",
}
