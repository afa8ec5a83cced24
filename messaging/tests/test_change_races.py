"""Many at once: edits and deletions of one message, uploads of one file, messages that want the same file."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from clinic.core.errors import DomainError
from messaging.domain import attachments, messages
from messaging.models import Attachment, Conversation, Message

from .factories import make_conversation

pytestmark = pytest.mark.django_db(transaction=True)

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture
def conversation(patient: Any, doctor: Any) -> Conversation:
    return make_conversation(patient, doctor)


def together(actions: list[Callable[[], Any]]) -> list[Any]:
    """What each gave or, as its code, refused."""
    ready = Barrier(len(actions))

    def in_thread(action: Callable[[], Any]) -> Any:
        try:
            ready.wait(timeout=20)
            return action()
        except DomainError as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(in_thread, actions))


def edit(message: Message, sender: Any, text: str) -> str:
    return messages.edit(message.pk, sender=sender, text=text).text


def delete(message: Message, sender: Any) -> str:
    return messages.delete(message.pk, sender=sender).text


def send_with(file: Attachment, sender: Any, client_id: str) -> int:
    sent = messages.post(
        file.conversation, sender=sender, text="x", client_id=client_id, attachments=[file.pk]
    )
    return sent.seq


def upload(conversation: Conversation, sender: Any, client_id: str) -> Attachment:
    file = SimpleUploadedFile("report.pdf", PDF)
    return attachments.upload(conversation, sender=sender, upload=file, client_id=client_id)


def test_of_edits_at_once_one_stands_whole(patient: Any, conversation: Any) -> None:
    sent = messages.post(conversation, sender=patient, text="first")
    wanted = [f"text {number}" for number in range(10)]
    assert sorted(together([partial(edit, sent, patient, text) for text in wanted])) == wanted
    assert Message.objects.get().text in wanted


def test_what_was_deleted_stays_deleted_whoever_edits(patient: Any, conversation: Any) -> None:
    for number in range(5):
        sent = messages.post(conversation, sender=patient, text="first")
        deleting = partial(delete, sent, patient)
        answers = together([partial(edit, sent, patient, "edited"), deleting, deleting])
        assert answers[0] in ("edited", "message_deleted")
        assert answers[1:] == ["", ""]
        left = Message.objects.get(pk=sent.pk)
        assert (left.seq, left.text) == (number + 1, "")
        assert left.deleted_at is not None


def test_ten_tries_of_one_upload_store_it_once(patient: Any, conversation: Any) -> None:
    answers = together([partial(upload, conversation, patient, "same")] * 10)
    stored = Attachment.objects.get()
    assert {answer.pk for answer in answers} == {stored.pk}
    kept = [path.name for path in (Path(settings.MEDIA_ROOT) / "chat").iterdir()]
    assert kept == [Path(str(stored.file.name)).name]


def test_a_file_goes_with_one_message_and_no_number_is_lost(patient: Any, conversation: Any) -> None:
    stored = upload(conversation, patient, "f")
    answers = together([partial(send_with, stored, patient, f"c{number}") for number in range(6)])
    assert sorted(map(str, answers)) == ["1", *["invalid"] * 5]
    conversation.refresh_from_db()
    assert (conversation.last_seq, Message.objects.count()) == (1, 1)


def test_a_sweep_takes_nothing_that_is_being_sent(patient: Any, conversation: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(attachments, "KEPT_UNSENT", -attachments.KEPT_UNSENT)  # everything unsent is old
    for number in range(5):
        stored = upload(conversation, patient, f"f{number}")
        answer, _removed = together([partial(send_with, stored, patient, f"c{number}"), attachments.sweep])
        sent = answer != "invalid"
        assert Attachment.objects.filter(pk=stored.pk, message__isnull=False).exists() == sent
        assert stored.file.storage.exists(str(stored.file.name)) == sent
