"""Files in chat: uploaded once, sent once, seen by members only, gone with their message."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.domain import care
from accounts.enums import ActivityVerb
from accounts.models import Activity, CareLink
from accounts.tests.pictures import picture
from clinic.core.testing.tasks import run_due_tasks
from messaging.domain import attachments
from messaging.models import Attachment, Conversation, Message

from .factories import make_conversation

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture
def conversation(patient: Any, doctor: Any) -> Conversation:
    return make_conversation(patient, doctor)


def document(content: bytes = PDF, name: str = "report.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def uploaded(client: Any, conversation: Conversation, file: Any = None, client_id: str = "f-1") -> Any:
    body = {"file": file or document(), "client_id": client_id}
    return client.post(f"/api/conversations/{conversation.pk}/attachments/", body, format="multipart")


def sent(client: Any, conversation: Conversation, **body: Any) -> Any:
    return client.post(f"/api/conversations/{conversation.pk}/messages/", body)


def stored_files() -> list[str]:
    root = Path(settings.MEDIA_ROOT) / "chat"
    return sorted(path.name for path in root.rglob("*") if path.is_file())


def test_a_picture_goes_from_upload_to_the_other_side(
    api: Any, client: Any, patient: Any, doctor: Any, conversation: Any
) -> None:
    mine = api(patient)
    answer = uploaded(mine, conversation, picture("घाउ.png", (2000, 1000)))
    assert answer.status_code == 201
    file = answer.json()
    url = f"/messages/files/{file['id']}/"
    assert file == {
        "id": file["id"],
        "name": "घाउ.jpg",
        "content_type": "image/jpeg",
        "size": file["size"],
        "url": url,
        "preview_url": f"{url}?preview",
        "width": 2000,
        "height": 1000,
    }
    client.force_login(doctor)
    assert client.get(url).status_code == 404  # not sent yet
    message = sent(mine, conversation, client_id="m", attachments=[file["id"]]).json()
    assert (message["kind"], message["text"], message["attachments"]) == ("file", "", [file])
    assert api(doctor).get(f"/api/conversations/{conversation.pk}/messages/").json()["results"] == [message]
    whole, small = client.get(url), client.get(file["preview_url"])
    assert whole["Content-Type"] == small["Content-Type"] == "image/jpeg"
    assert len(b"".join(whole.streaming_content)) == file["size"] > len(b"".join(small.streaming_content))
    assert "sandbox" in whole["Content-Security-Policy"]
    assert "attachment" not in whole["Content-Disposition"]
    assert "attachment" in client.get(f"{url}?download")["Content-Disposition"]


def test_what_is_no_picture_is_saved_and_never_opened_in_the_page(
    api: Any, client: Any, patient: Any, conversation: Any
) -> None:
    client.force_login(patient)
    script = b"<script>alert(1)</script>"
    for name, content, kind in (
        ("report.pdf", PDF + script, "application/pdf"),
        ("notes.csv", "क,ख\n".encode() + script, "text/plain; charset=utf-8"),
    ):
        file = uploaded(api(patient), conversation, document(content, name), name).json()
        assert (file["name"], file["preview_url"], file["width"]) == (name, None, None)
        answer = client.get(file["url"])
        assert answer["Content-Type"] == kind
        assert answer["Content-Disposition"].startswith("attachment")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert b"".join(answer.streaming_content) == content


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("photo.jpg", b"MZ\x90\x00" + b"\x00" * 64, 415),
        ("photo.png", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", 415),
        ("page.html", b"<html><script>alert(1)</script></html>", 415),
        ("report.pdf", b"only words", 415),
        ("notes.txt", b"\x00\x01\x02", 415),
        ("notes.txt", b"\xff\xfe\xfa", 415),
        ("notes.txt", b"", 415),
        ("a.zip", b"PK\x03\x04" + b"\x00" * 64, 415),
        ("cut.png", b"\x89PNG\r\n\x1a\n" + b"garbage" * 10, 415),
        ("big.pdf", PDF + b"x" * (15 * 1024 * 1024), 413),
    ],
)
def test_what_lies_or_is_too_large_is_refused_and_not_stored(
    *, api: Any, patient: Any, conversation: Any, name: str, content: bytes, status: int
) -> None:
    answer = uploaded(api(patient), conversation, document(content, name))
    assert answer.status_code == status
    assert answer.json()["code"] in ("unsupported_type", "too_large")
    assert Attachment.objects.count() == 0
    assert stored_files() == []


def test_a_pdf_does_not_leave_as_a_program(api: Any, patient: Any, conversation: Any) -> None:
    assert uploaded(api(patient), conversation, document(PDF, "bill.exe")).json()["name"] == "bill.exe.pdf"


@pytest.mark.parametrize("body", [{}, {"client_id": "c"}, {"file": "text", "client_id": "c"}])
def test_an_upload_without_a_file_is_400(api: Any, patient: Any, conversation: Any, body: Any) -> None:
    url = f"/api/conversations/{conversation.pk}/attachments/"
    assert api(patient).post(url, body, format="multipart").status_code == 400
    for client_id in ("", "x" * 65, "a\nb"):
        assert uploaded(api(patient), conversation, client_id=client_id).status_code == 400


def test_the_same_client_id_is_stored_once(api: Any, patient: Any, doctor: Any, conversation: Any) -> None:
    first = uploaded(api(patient), conversation).json()
    assert uploaded(api(patient), conversation, picture()).json() == first
    assert uploaded(api(doctor), conversation).json()["id"] != first["id"]
    sent(api(patient), conversation, client_id="m", attachments=[first["id"]])
    assert uploaded(api(patient), conversation).json() == first  # tried again after a lost answer
    assert len(stored_files()) == 2


def test_a_message_is_stored_once_with_its_files(api: Any, patient: Any, conversation: Any) -> None:
    file = uploaded(api(patient), conversation).json()
    first = sent(api(patient), conversation, client_id="m", text="See", attachments=[file["id"]]).json()
    again = sent(api(patient), conversation, client_id="m", text="See", attachments=[file["id"]])
    assert again.status_code == 201
    assert again.json() == first
    other = sent(api(patient), conversation, client_id="n", attachments=[file["id"]])
    assert other.status_code == 400  # a file goes with one message
    assert "attachments" in other.json()["fields"]
    assert Message.objects.count() == 1


def test_only_one_s_own_files_of_this_conversation_are_sent(
    *, api: Any, patient: Any, doctor: Any, manager: Any, conversation: Any
) -> None:
    elsewhere = uploaded(api(patient), make_conversation(patient, manager)).json()["id"]
    the_doctor_s = uploaded(api(doctor), conversation).json()["id"]
    mine = uploaded(api(patient), conversation).json()["id"]
    for ids in ([elsewhere], [the_doctor_s], [mine, the_doctor_s], [str(uuid4())], ["x"], "x", [mine] * 11):
        assert sent(api(patient), conversation, client_id="m", text="x", attachments=ids).status_code == 400
    assert Message.objects.filter(conversation=conversation).count() == 0
    assert sent(api(patient), conversation, client_id="m", attachments=[mine, mine]).status_code == 201


def test_outsiders_upload_and_open_nothing(
    *,
    api: Any,
    client: Any,
    patient: Any,
    other_patient: Any,
    other_doctor: Any,
    manager: Any,
    admin: Any,
    conversation: Any,
) -> None:
    file = uploaded(api(patient), conversation, picture()).json()
    sent(api(patient), conversation, client_id="m", attachments=[file["id"]])
    assert uploaded(api(), conversation).status_code == 401
    assert client.get(file["url"]).status_code == 302
    for user in (other_patient, other_doctor, manager, admin):
        assert uploaded(api(user), conversation).status_code == 404
        client.force_login(user)
        assert client.get(file["url"]).status_code == client.get(file["preview_url"]).status_code == 404
    assert Attachment.objects.count() == 1


def test_nginx_sends_the_file_where_it_may(
    api: Any, client: Any, patient: Any, conversation: Any, settings: Any
) -> None:
    settings.PRIVATE_FILES_ACCEL = "/protected/"
    file = uploaded(api(patient), conversation).json()
    client.force_login(patient)
    answer = client.get(file["url"])
    assert answer.content == b""
    assert answer["X-Accel-Redirect"].startswith("/protected/chat/")


def test_deleting_a_message_takes_its_files_away(
    *, api: Any, client: Any, patient: Any, conversation: Any, django_capture_on_commit_callbacks: Any
) -> None:
    file = uploaded(api(patient), conversation, picture()).json()
    message = sent(api(patient), conversation, client_id="m", text="x", attachments=[file["id"]]).json()
    assert len(stored_files()) == 2
    with django_capture_on_commit_callbacks(execute=True):
        left = api(patient).delete(f"/api/messages/{message['id']}/").json()
    assert (left["text"], left["attachments"]) == ("", [])
    assert stored_files() == []
    client.force_login(patient)
    assert client.get(file["url"]).status_code == 404


def test_what_is_never_sent_is_swept(api: Any, patient: Any, conversation: Any) -> None:
    ids = [uploaded(api(patient), conversation, client_id=f"f-{number}").json()["id"] for number in range(3)]
    sent(api(patient), conversation, client_id="m", attachments=[ids[0]])
    old = timezone.now() - attachments.KEPT_UNSENT - timedelta(minutes=1)
    Attachment.objects.filter(pk__in=ids[:2]).update(created_at=old)
    assert attachments.sweep() == 1
    assert attachments.sweep() == 0
    assert set(Attachment.objects.values_list("pk", flat=True).iterator()) == {
        Attachment.objects.get(pk=ids[0]).pk,
        Attachment.objects.get(pk=ids[2]).pk,
    }


@pytest.mark.django_db(transaction=True)
def test_the_sweep_comes_by_itself_and_removes_the_file(
    api: Any, patient: Any, conversation: Any, time_machine: Any
) -> None:
    uploaded(api(patient), conversation)
    assert len(stored_files()) == 1
    time_machine.move_to(timezone.now() + attachments.KEPT_UNSENT + timedelta(minutes=6))
    run_due_tasks()
    assert stored_files() == []
    assert Attachment.objects.count() == 0


def test_whose_care_has_ended_writes_no_more_and_reads_on(
    api: Any, patient: Any, doctor: Any, manager: Any, conversation: Any
) -> None:
    first = sent(api(patient), conversation, client_id="m", text="hello").json()
    CareLink.objects.all().delete()
    for user in (patient, doctor):
        assert sent(api(user), conversation, text="hi").json()["code"] == "not_allowed"
        assert uploaded(api(user), conversation).status_code == 403
        assert len(api(user).get(f"/api/conversations/{conversation.pk}/messages/").json()["results"]) == 1
    # It was stored in time; only the answer was lost.
    assert sent(api(patient), conversation, client_id="m", text="hello").json() == first
    care.link(patient, doctor)
    assert sent(api(patient), conversation, text="hi").status_code == 201


def test_opening_a_patient_s_file_leaves_a_line(
    api: Any, client: Any, patient: Any, doctor: Any, conversation: Any
) -> None:
    file = uploaded(api(patient), conversation, picture()).json()
    sent(api(patient), conversation, client_id="m", attachments=[file["id"]])
    client.force_login(patient)
    client.get(file["url"])
    client.force_login(doctor)
    client.get(file["preview_url"])
    assert not Activity.objects.filter(verb=ActivityVerb.CHAT_FILE_OPENED).exists()
    client.get(file["url"])
    line = Activity.objects.get(verb=ActivityVerb.CHAT_FILE_OPENED)
    assert (line.actor, line.patient, line.target_id) == (doctor, patient, file["id"])


def test_files_and_answers_ask_as_often_for_one_as_for_thirty(
    api: Any, patient: Any, doctor: Any, manager: Any, django_assert_max_num_queries: Any
) -> None:
    def with_files(conversation: Conversation, count: int) -> str:
        first = Message.objects.create(conversation=conversation, seq=1, sender=doctor, text="?")
        for seq in range(2, count + 2):
            message = Message.objects.create(
                conversation=conversation, seq=seq, sender=patient, kind="file", reply_to=first
            )
            Attachment.objects.create(
                conversation=conversation,
                message=message,
                uploaded_by=patient,
                client_id=str(seq),
                file="chat/x.pdf",
                content_type="application/pdf",
                name="x.pdf",
                size=3,
            )
        Conversation.objects.filter(pk=conversation.pk).update(last_seq=count + 1)
        return f"/api/conversations/{conversation.pk}/messages/"

    one, thirty = (
        with_files(make_conversation(patient, doctor), 1),
        with_files(make_conversation(patient, manager), 30),
    )
    with CaptureQueriesContext(connection) as for_one:
        api(patient).get(one)
    with django_assert_max_num_queries(len(for_one)):
        results = api(patient).get(thirty).json()["results"]
    assert len(results) == 31
    assert all(len(row["attachments"]) == 1 and row["reply_to"]["text"] == "?" for row in results[1:])


def test_what_the_scanner_did_not_see_is_not_stored(
    api: Any, patient: Any, conversation: Any, settings: Any
) -> None:
    settings.CLAMD_ADDRESS = "127.0.0.1:1"
    answer = uploaded(api(patient), conversation)
    assert answer.status_code == 503
    assert answer.json()["code"] == "not_scanned"
    assert Attachment.objects.count() == 0
    assert stored_files() == []
