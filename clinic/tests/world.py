"""One of each thing, for tests that walk every address. All of it is `patient`'s and `doctor`'s."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from knox.models import AuthToken

from accounts.domain import care, profiles
from accounts.models import BreakGlass, User
from accounts.tests.factories import make_doctor, make_patient
from accounts.tests.pictures import picture
from billing.domain import documents, quoting
from billing.models import CashShift
from billing.tests.aid import make_authorisation, make_claim, make_membership, make_plan, make_rate
from billing.tests.factories import make_payment
from billing.tests.statement_files import csv_of, read
from clinic.core.files import encode_image
from clinic.core.mail import send_mail_task
from insights.tests.factories import make_export
from messaging.domain import attachments, invitations, messages
from messaging.tests.call_sockets import make_call
from messaging.tests.factories import make_conversation, make_notification
from records.domain import history, note_words, notes, previews, record_exports, record_requests, uploads
from records.domain.explaining import explanations
from records.domain.imaging import words
from records.models import CriticalAlert
from records.tests.explaining import make_explanation
from records.tests.factories import make_feedback, make_past_visit
from records.tests.factories_doses import make_course, make_intake
from records.tests.factories_imaging import imaging_things
from records.tests.factories_labs import POTASSIUM, make_lab_catalogue, make_lab_report, parameter
from records.tests.factories_pictures import make_study
from records.tests.files import make_document
from records.tests.medicines import medicine_things
from records.tests.prescriptions import make_draft, signed_prescription
from scheduling.domain import disruptions, offers, referrals, screen
from scheduling.enums import DisruptionAction
from scheduling.models import (
    AppointmentSeries,
    DayOff,
    DelayNotice,
    Holiday,
    Opening,
    ResourceGroup,
    Service,
)
from scheduling.tests.factories import clinic_time, make_appointment, make_service, make_waiting


def build(cast: Mapping[str, User], service: Service) -> dict[str, Any]:
    """Name -> what stands for it in an address. Add what a new address needs; rows name it in brackets."""
    patient, other_patient = cast["patient"], cast["other_patient"]
    doctor, other_doctor = cast["doctor"], cast["other_doctor"]
    conversation = make_conversation(patient, doctor, messages=2)
    spoken = messages.post(conversation, sender=patient, text="Here it is")
    sent_file, unsent_file = (
        attachments.upload(conversation, sender=patient, upload=picture(), client_id=name) for name in "ab"
    )
    messages.post(conversation, sender=patient, text="", attachments=[sent_file.pk])
    call = make_call(patient, doctor)
    invitation, guest_link = invitations.invite(call, name="Maya Rai", part="interpreter", actor=doctor)
    visit = make_appointment(patient, doctor, service, call=call, conversation=conversation)
    unpaid = make_appointment(
        patient, doctor, service, starts_at=clinic_time(4, 10), status="pending_payment"
    )
    paid = make_appointment(
        patient, doctor, service, starts_at=clinic_time(5, 10), status="pending_confirmation"
    )
    past = make_past_visit(patient, doctor, service)
    rated = make_past_visit(patient, doctor, service, days_ago=3)
    running = make_appointment(patient, doctor, service, starts_at=clinic_time(6, 10), status="in_progress")
    note = notes.save(running.pk, author=doctor, text="Rest and water.", version=0)
    submitted = make_payment(paid, "submitted")
    attempt = submitted.attempts.get()  # type: ignore[attr-defined]
    attempt.proof.save("proof.jpg", encode_image(picture()))
    invoice = documents.invoice_for(submitted, actor=cast["manager"])
    plan = make_plan()
    membership = make_membership(patient, plan, verified=False)
    membership.card.save("card.jpg", encode_image(picture()))
    quoting.freeze(visit, actor=patient)
    letter = visit.files.create(  # type: ignore[attr-defined]
        file=encode_image(picture()), content_type="image/jpeg", name="letter.jpg", uploaded_by=patient
    )
    notice = make_notification(patient, "walk")
    for owner in (patient, doctor):
        profiles.set_photo(owner, encode_image(picture(), square=512))
    delivery = notice.deliveries.create(channel="email", status="given_up")  # type: ignore[attr-defined]
    endpoint = "https://fcm.googleapis.com/fcm/send/walk"
    device = patient.push_subscriptions.create(endpoint=endpoint, p256dh="p", auth="a")  # type: ignore[attr-defined]
    access = BreakGlass.objects.create(
        doctor=make_doctor("night.doctor@test.clinic"),
        patient=patient,
        reason="Found unconscious.",
        expires_at=clinic_time(1, 10),
    )
    DelayNotice.objects.create(
        doctor=doctor, day=clinic_time(0, 0).date(), minutes=20, told_by=cast["manager"]
    )
    DayOff.objects.create(doctor=doctor, first_day=clinic_time(20, 0), last_day=clinic_time(21, 0))
    closed = clinic_time(25, 0).date()
    Opening.objects.create(doctor=doctor, day=closed, starts="09:00", ends="10:00")
    LogEntry.objects.create(
        user=other_doctor,
        action_flag=CHANGE,
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(patient.pk),
        object_repr="somebody",
    )
    send_mail_task.enqueue(["someone@test.clinic"], "Hello", "Hello.", "")
    care.link(patient, doctor)
    scan = make_service("MRI", kind="imaging", price_from_doctor=False, modes=["in_person"])
    scanners = ResourceGroup.objects.create(name="Scanners", kind="equipment")
    scanner = scanners.resources.create(name="MRI 1")  # type: ignore[attr-defined]
    outage = scanner.outages.create(first_day=clinic_time(9, 0), last_day=clinic_time(9, 0))
    referral = referrals.ask(
        patient=patient, referrer=doctor, service=scan, question="Torn?", document=picture()
    )
    entry = make_waiting(patient, doctor, service)
    offer = offers.offer_freed(doctor.pk, clinic_time(7, 10), clinic_time(7, 11))
    assert offer is not None
    gone = clinic_time(30, 0).date()
    disruption = disruptions.decide(
        doctor,
        disruptions.Closing(gone, gone),
        for_all=DisruptionAction.ASK,
        choices={},
        message="",
        actor=cast["manager"],
    )
    repeated = AppointmentSeries.objects.create(created_by=doctor, every_days=7)
    make_appointment(patient, doctor, service, starts_at=clinic_time(31, 15), series=repeated)
    planned_item = make_course(patient, doctor)
    prescription = signed_prescription(patient, doctor)
    document = make_document(patient, patient)
    previews.make(document.pk)
    whole = record_exports.ask(patient, actor=patient, file_format="fhir")
    record_exports.run(whole.pk)
    upload = uploads.start(
        patient, owner=patient, name="scan.pdf", size=9, fingerprint="0" * 64, category="other"
    )
    newcomer = make_patient("newcomer@test.clinic", verified=False)
    lab_panel = make_lab_catalogue()
    potassium = parameter(POTASSIUM)
    lab_critical = make_lab_report(patient, doctor, {POTASSIUM: "7.1"}, status="final")
    CriticalAlert.objects.update(level=2)
    scans = imaging_things(patient, doctor, scan)
    study = make_study(scans["imaging_released"], doctor)
    undecided = make_study(scans["imaging_acquired"], doctor, state="other_person")
    lab_report = make_lab_report(patient, doctor)
    explained = make_explanation(patient, doctor, kind="prescription", source=prescription)
    things: dict[str, Any] = {
        "explanation_draft": make_explanation(patient, doctor, source=lab_report),
        "explanation_for_doctor": make_explanation(patient, doctor, audience="doctor", source=lab_report),
        "explanation_released": explanations.release(explained.pk, actor=doctor),
        **medicine_things(cast["manager"]),
        **scans,
        "imaging_study": study,
        "picture": study.series.get().instances.get(),  # type: ignore[attr-defined]
        "undecided_study": undecided,
        "undecided_picture": undecided.series.get().instances.get(),  # type: ignore[attr-defined]
        "pictures_upload": uploads.start_pictures(
            scans["imaging_acquired"], owner=doctor, name="study.zip", size=9, fingerprint="1" * 64
        ),
        "document": document,
        "record_export": whole,
        "upload": upload,
        "lab_panel": lab_panel,
        "lab_parameter": potassium,
        "lab_range": potassium.ranges.get(),  # type: ignore[attr-defined]
        "lab_report": lab_report,
        "lab_draft": make_lab_report(patient, doctor, status="preliminary"),
        "lab_critical": lab_critical,
        "critical_alert": lab_critical.critical_alert,  # type: ignore[attr-defined]
        "export": make_export(cast["manager"], status="ready", content=b"made"),
        "patient": patient,
        "other_patient": other_patient,
        "doctor": doctor,
        "specialty": doctor.doctor_profile.specialty,
        "service": service,
        "conversation": conversation,
        "message": spoken,
        "sent_file": sent_file,
        "unsent_file": unsent_file,
        "call": call,
        "invitation": invitation,
        "visit": visit,
        "unpaid": unpaid,
        "paid": paid,
        "past": past,
        "running": running,
        "note": note,
        "payment": make_payment(unpaid),
        "submitted": submitted,
        "statement": read(csv_of((800, "FT1")), cast["manager"]),
        "attempt": attempt,
        "invoice": invoice,
        "owed": make_payment(
            make_appointment(patient, doctor, service, starts_at=clinic_time(8, 10), status="cancelled"),
            "refund_due",
        ),
        "plan": plan,
        "rate": make_rate(plan, service, scheme_rate=500),
        "membership": membership,
        "authorisation": make_authorisation(membership, service),
        "claim": make_claim(
            patient,
            doctor,
            service,
            membership=membership,
            status="submitted",
            starts_at=clinic_time(-40, 10),
        ),
        "letter": letter,
        "latex": history.record(patient, kind="allergy", values={"substance": "Latex"}, author=doctor),
        "planned_item": planned_item,
        "prescription": prescription,
        "rx_item": prescription.items.get(),  # type: ignore[attr-defined]
        "rx_draft": make_draft(patient, doctor),
        "intake": make_intake(planned_item, timezone.localdate() - timedelta(days=1), "08:00"),
        "notice": notice,
        "delivery": delivery,
        "device": device,
        "access": access,
        "scan": scan,
        "scan_template": words.save_template(
            actor=doctor, name="Knee", service=scan, content={"findings": "Normal."}
        ),
        "scan_phrase": words.save_phrase(actor=doctor, shortcut=".nad", text="Normal.", service=None),
        "holiday": Holiday.objects.create(name="Tihar", first_day=closed, last_day=closed),
        "referral": referral,
        "entry": entry,
        "offer": offer,
        "disruption": disruption,
        "series": repeated,
        "scanners": scanners,
        "scanner": scanner,
        "outage": outage,
        "session": UserSession.objects.create(user=patient, session_key="x" * 32, ip="127.0.0.1"),
        "feedback": make_feedback(rated),
        "request": record_requests.ask(running.pk, doctor=doctor, kind="prescription", text="As usual."),
        "phrase": note_words.save_phrase(actor=doctor, shortcut=".bp", text="Blood pressure."),
        "clinic_phrase": note_words.save_phrase(actor=cast["manager"], shortcut=".bp", text="Measured."),
        "note_template": note_words.save_template(
            actor=doctor, name="Cold", kind="free", content={"text": "Nose:"}
        ),
        "shift": CashShift.objects.create(cashier=cast["manager"]),
    }
    return {name: str(thing.pk) for name, thing in things.items()} | {
        "guest_link": guest_link,
        "screen_key": screen.key(),
        "program": AuthToken.objects.create(user=patient)[0].token_key,
        "mail_key": EmailConfirmationHMAC(EmailAddress.objects.get(user=newcomer)).key,
        "uid": user_pk_to_url_str(newcomer),
        "reset_key": default_token_generator.make_token(newcomer),
    }
