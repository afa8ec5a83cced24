"""Two accounts of one patient become one: files and marks go along; the admin site never shows what is said."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from accounts.models import User
from messaging.domain import attachments, merging, messages
from messaging.models import Attachment, Conversation, Member

from .factories import make_conversation

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def send_file(conversation: Conversation, sender: User, text: str) -> Attachment:
    upload = SimpleUploadedFile(f"{text}.pdf", PDF)
    stored = attachments.upload(conversation, sender=sender, upload=upload, client_id="same")
    messages.post(conversation, sender=sender, text=text, attachments=[stored.pk])
    return stored


def test_files_and_marks_go_to_the_account_that_is_kept(
    *, api: Any, client: Any, patient: Any, other_patient: Any, doctor: Any, manager: Any
) -> None:
    kept, merged = patient, other_patient
    first = make_conversation(kept, doctor)
    both, only = make_conversation(merged, doctor), make_conversation(merged, manager)
    files = [
        send_file(first, kept, "mine"),
        send_file(both, merged, "with both"),
        send_file(only, merged, "only"),
    ]
    unsent = attachments.upload(
        both, sender=merged, upload=SimpleUploadedFile("u.pdf", PDF), client_id="unsent"
    )
    Member.objects.filter(user=doctor).update(last_delivered_seq=1)
    with transaction.atomic():
        merging.move(kept, merged)
    shown = {
        row["text"]: [file["id"] for file in row["attachments"]]
        for conversation in (first, only)
        for row in api(kept).get(f"/api/conversations/{conversation.pk}/messages/").json()["results"]
        if row["attachments"]
    }
    assert shown == {"mine": [str(files[0].pk)], "with both": [str(files[1].pk)], "only": [str(files[2].pk)]}
    client.force_login(kept)
    for file in (*files, unsent):
        assert client.get(f"/messages/files/{file.pk}/").status_code == 200
    assert not Attachment.objects.filter(uploaded_by=merged).exists()
    client.force_login(merged)
    assert client.get(f"/messages/files/{files[1].pk}/").status_code == 404
    # mine, "Messages from the merged account", with both: all of it had arrived.
    assert Member.objects.get(conversation=first, user=doctor).last_delivered_seq == 3


def test_the_admin_site_shows_that_people_talk_and_not_what_they_say(
    client: Any, patient: Any, doctor: Any
) -> None:
    conversation = make_conversation(patient, doctor)
    send_file(conversation, patient, "very private")
    client.force_login(User.objects.create_superuser("root@test.clinic", password="a-long-pass-2026"))
    for url in (
        "",
        "messaging/",
        "messaging/conversation/",
        f"messaging/conversation/{conversation.pk}/change/",
    ):
        page = client.get(f"/admin/{url}")
        assert page.status_code == 200
        assert b"private" not in page.content
    for name in ("message", "attachment"):
        assert client.get(f"/admin/messaging/{name}/").status_code == 404
