"""Many at once: one conversation a pair, one message a client_id, numbers without a gap."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from messaging.domain import conversations, messages, reading
from messaging.models import Conversation, Member, Message

from .factories import make_conversation

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def together() -> Callable[[list[Callable[[], Any]]], list[Any]]:
    """Runs all at the same moment, each in a thread with a connection of its own."""

    def run(actions: list[Callable[[], Any]]) -> list[Any]:
        ready = Barrier(len(actions))

        def in_thread(action: Callable[[], Any]) -> Any:
            try:
                ready.wait(timeout=20)
                return action()
            finally:
                connection.close()

        with ThreadPoolExecutor(len(actions)) as pool:
            return list(pool.map(in_thread, actions))

    return run


def test_twenty_who_ask_get_one_conversation(patient: Any, doctor: Any, together: Any) -> None:
    asked = [
        (lambda: conversations.between(patient, doctor).pk)
        if number % 2
        else (lambda: conversations.between(doctor, patient).pk)
        for number in range(20)
    ]
    assert len(set(together(asked))) == 1
    assert Conversation.objects.count() == 1
    assert Member.objects.count() == 2


def test_twenty_tries_of_one_message_store_it_once(patient: Any, doctor: Any, together: Any) -> None:
    conversation = make_conversation(patient, doctor)
    tries = [
        lambda: messages.post(conversation, sender=patient, text="once", client_id="same").pk
        for _number in range(20)
    ]
    assert len(set(together(tries))) == 1
    assert Message.objects.values_list("seq", flat=True).get() == 1
    conversation.refresh_from_db()
    assert conversation.last_seq == 1


def test_forty_messages_at_once_have_no_gap(patient: Any, doctor: Any, together: Any) -> None:
    conversation = make_conversation(patient, doctor)

    def posting(number: int) -> Callable[[], int]:
        sender = patient if number % 2 else doctor
        return lambda: (
            messages.post(conversation, sender=sender, text=f"text {number}", client_id=f"c{number}").seq
        )

    assert sorted(together([posting(number) for number in range(40)])) == list(range(1, 41))
    assert list(Message.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, 41))


def test_reading_at_once_ends_at_the_furthest(patient: Any, doctor: Any, together: Any) -> None:
    conversation = make_conversation(patient, doctor, messages=12)
    marks = [lambda seq=seq: reading.mark_read(conversation, patient, seq) for seq in range(1, 13)]
    together(marks)
    assert Member.objects.get(user=patient).last_read_seq == 12
