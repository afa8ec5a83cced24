"""What takes long holds up nothing that is urgent."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from accounts.domain import care
from accounts.models import User
from clinic.core.mail import send_mail_task
from records.domain.explaining import explanations
from records.domain.explaining.sources import KINDS
from records.tests.factories_labs import make_lab_report
from records.tests.fake_model import FakeModel, fake_model

pytestmark = [pytest.mark.server, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def thinking() -> Iterator[FakeModel]:
    with fake_model() as one:
        one.answers = [[12.0, "\x04"]]
        yield one


@pytest.fixture
def server_environment(thinking: FakeModel) -> dict[str, str]:
    return {
        "ASSISTANT_API_KEY": "key",
        "ASSISTANT_BASE_URL": thinking.url,
        "EMAIL_URL": "dummymail://",
    }


def test_a_mail_goes_while_a_model_thinks(
    server: Any, thinking: FakeModel, patient: User, doctor: User
) -> None:
    care.link(patient, doctor)
    report = make_lab_report(patient, doctor)
    made = explanations.ask(KINDS["lab_report"], report, actor=doctor, audience="doctor", language="en")
    wait_until(lambda: thinking.asked)
    mail = send_mail_task.enqueue(["a@test.clinic"], "Subject", "Text", "")
    done = DBTaskResult.objects.filter(pk=mail.id, status=TaskResultStatus.SUCCESSFUL)
    wait_until(done.exists)
    made.refresh_from_db()
    assert made.status == "waiting"
    server.kill()  # asked to stop, it would give the model five seconds more


def wait_until(true: Any, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)
