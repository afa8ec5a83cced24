"""Large files in parts: each part is checked, a break loses nothing, and what is too large is never sent."""

import hashlib
import json
import socket
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.domain import care
from accounts.models import User
from clinic.core.testing.browser import session_cookie
from records.domain import uploads
from records.models import Document, UploadSession
from records.tests.files import pdf_bytes

START = "/api/documents/uploads/"
FILE = pdf_bytes(size=300_000)
PART = 100_000


def begun(api: Any, who: User, content: bytes = FILE, **fields: Any) -> Any:
    mark = hashlib.sha256(content).hexdigest()
    words = {"name": "scan.pdf", "size": len(content), "fingerprint": mark, "category": "report", **fields}
    return api(who).post(START, words)


def put(api: Any, who: User, upload: str, offset: int, part: bytes, **headers: str) -> Any:
    sent = {"Upload-Offset": str(offset), "Part-Sha256": hashlib.sha256(part).hexdigest(), **headers}
    return api(who).put(f"{START}{upload}/", data=part, content_type="application/octet-stream", headers=sent)


def all_parts(content: bytes = FILE) -> list[tuple[int, bytes]]:
    return [(at, content[at : at + PART]) for at in range(0, len(content), PART)]


def parts_on_disk(settings: Any) -> list[Path]:
    return list(Path(settings.MEDIA_ROOT).glob("uploads/*.part"))


@pytest.mark.django_db
def test_parts_become_the_document(api: Any, patient: User, settings: Any) -> None:
    made = begun(api, patient, title="A scan", dated_on="2024-05-06")
    assert (made.status_code, made.json()["received"]) == (201, 0)
    upload = made.json()["id"]
    early = api(patient).post(f"{START}{upload}/finish/")
    assert (early.status_code, early.json()["code"], early.json()["received"]) == (409, "wrong_offset", 0)
    for at, part in all_parts():
        assert put(api, patient, upload, at, part).json()["received"] == at + len(part)
    finished = api(patient).post(f"{START}{upload}/finish/")
    assert (finished.status_code, finished.json()["title"]) == (201, "A scan")
    document = Document.objects.get()
    assert document.file.read() == FILE
    assert document.digest == hashlib.sha256(FILE).hexdigest()
    assert not UploadSession.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_finished_once_more_is_the_same_document(
    api: Any, patient: User, other_patient: User, settings: Any
) -> None:
    upload = begun(api, patient).json()["id"]
    for at, part in all_parts():
        put(api, patient, upload, at, part)
    kept = UploadSession.objects.get()
    first = api(patient).post(f"{START}{upload}/finish/")
    # The answer was lost on a bad line.
    again = api(patient).post(f"{START}{upload}/finish/")
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    # The process died before it had tidied up.
    kept.save(force_insert=True)
    assert api(patient).post(f"{START}{upload}/finish/").json() == first.json()
    assert not UploadSession.objects.exists()
    assert api(other_patient).post(f"{START}{upload}/finish/").status_code == 404
    assert Document.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_after_a_break_it_goes_on_where_it_was(api: Any, patient: User, settings: Any) -> None:
    upload = begun(api, patient).json()["id"]
    (first_at, first), (second_at, second), *rest = all_parts()
    put(api, patient, upload, first_at, first)
    # Its answer was lost: the same part again is told where to go on.
    again = put(api, patient, upload, first_at, first)
    assert (again.status_code, again.json()["code"], again.json()["received"]) == (409, "wrong_offset", PART)
    # Damaged on its way.
    digest = hashlib.sha256(second).hexdigest()
    damaged = put(api, patient, upload, second_at, b"X" + second[1:], **{"Part-Sha256": digest})
    assert (damaged.status_code, damaged.json()["code"]) == (400, "damaged")
    # A process died after writing and before its commit: what stands behind `received` is overwritten.
    [path] = parts_on_disk(settings)
    with path.open("ab") as file:
        file.write(b"half a part")
    # After a reload the same file finds the same upload.
    found = begun(api, patient)
    assert (found.json()["id"], found.json()["received"]) == (upload, PART)
    for at, part in [(second_at, second), *rest]:
        assert put(api, patient, upload, at, part).status_code == 200
    api(patient).post(f"{START}{upload}/finish/")
    assert Document.objects.get().file.read() == FILE
    assert parts_on_disk(settings) == []


@pytest.mark.django_db
def test_200_megabytes_are_refused_before_a_byte_is_sent(api: Any, patient: User) -> None:
    refused = begun(api, patient, size=200 * 1024 * 1024)
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
    assert "50 MB" in refused.json()["detail"]
    assert begun(api, patient, size=10**30).status_code == 413
    assert begun(api, patient, size=0).json()["fields"] == {"size": ["This file is empty."]}
    assert begun(api, patient, size="x").status_code == 400
    assert not UploadSession.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_parts_that_can_not_be_right_are_refused(api: Any, patient: User, settings: Any) -> None:
    upload = begun(api, patient).json()["id"]
    for offset in ("-1", "1.5", "", "٣", "9" * 40):
        assert put(api, patient, upload, 0, b"x", **{"Upload-Offset": offset}).status_code == 400
    assert put(api, patient, upload, 0, b"").status_code == 400
    assert put(api, patient, upload, 0, FILE + b"more than was said").status_code == 400
    assert put(api, patient, upload, 0, b"x" * (uploads.PART_MAX_BYTES + 1)).status_code == 413
    assert UploadSession.objects.get().received == 0
    # A program shows itself with its first part, and the upload is over.
    assert put(api, patient, upload, 0, b"MZ\x90\x00" + bytes(PART)).status_code == 415
    assert not UploadSession.objects.exists()
    assert parts_on_disk(settings) == []


@pytest.mark.django_db
def test_an_upload_is_its_owners_alone(
    api: Any, patient: User, *, doctor: User, other_patient: User, other_doctor: User, manager: User
) -> None:
    care.link(patient, doctor)
    upload = begun(api, patient).json()["id"]
    for stranger in (doctor, other_patient, other_doctor, manager):
        assert api(stranger).get(f"{START}{upload}/").status_code == 404
        assert put(api, stranger, upload, 0, FILE[:PART]).status_code == 404
        assert api(stranger).post(f"{START}{upload}/finish/").status_code == 404
        assert api(stranger).delete(f"{START}{upload}/").status_code == 404
    for stranger in (other_patient, other_doctor, manager):
        assert begun(api, stranger, patient=str(patient.pk)).status_code == 404
    assert begun(api, doctor, patient=str(patient.pk)).json()["id"] != upload
    assert api(patient).delete(f"{START}{upload}/").status_code == 204


@pytest.mark.django_db
def test_a_part_that_comes_while_another_tab_gives_up_is_kindly_refused(
    api: Any, patient: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload, receive = begun(api, patient).json()["id"], uploads.receive

    def given_up_first(session_id: Any, **part: Any) -> UploadSession:
        uploads.give_up(session_id)
        return receive(session_id, **part)

    monkeypatch.setattr(uploads, "receive", given_up_first)
    assert put(api, patient, upload, 0, FILE[:PART]).status_code == 404


@pytest.mark.django_db
def test_whose_record_was_closed_meanwhile_adds_nothing(
    api: Any, patient: User, doctor: User, manager: User
) -> None:
    care.link(patient, doctor)
    upload = begun(api, doctor, patient=str(patient.pk)).json()["id"]
    for at, part in all_parts():
        put(api, doctor, upload, at, part)
    care.end(patient, doctor, actor=manager, reason="Moved away")
    assert api(doctor).post(f"{START}{upload}/finish/").status_code == 403
    assert not Document.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_left_alone_is_swept_away(api: Any, patient: User, settings: Any) -> None:
    for number in range(uploads.AT_ONCE):
        upload = begun(api, patient, fingerprint=f"{number:064d}").json()["id"]
        put(api, patient, upload, 0, FILE[:PART])
    assert begun(api, patient, fingerprint="f" * 64).status_code == 409
    with time_machine.travel(timezone.now() + timedelta(hours=20), tick=False):
        put(api, patient, upload, PART, FILE[PART : 2 * PART])
    with time_machine.travel(timezone.now() + timedelta(hours=25), tick=False):
        assert uploads.sweep() == uploads.AT_ONCE - 1
    assert str(UploadSession.objects.get().pk) == upload
    assert len(parts_on_disk(settings)) == 1


def test_a_line_cut_in_the_middle_of_a_part(server: Any, patient: User) -> None:
    """Over a real socket: half of a part, then silence. Nothing of it counts, and the rest arrives afterwards."""
    cookie = f"sessionid={session_cookie(patient)}"

    def ask(
        method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None, *, cut: int = 0
    ) -> Any:
        """The answer's (status, body), or None after the connection was cut with `cut` bytes of the body sent."""
        token = "a" * 32
        head = {
            "Host": f"127.0.0.1:{server.port}",
            "Cookie": f"{cookie}; csrftoken={token}",
            "X-CSRFToken": token,
            "Content-Length": str(len(body)),
            "Connection": "close",
            **(headers or {}),
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        with socket.create_connection(("127.0.0.1", server.port), timeout=30) as line:
            line.sendall(f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body[: cut or None])
            if cut:
                return None
            answer = b""
            while piece := line.recv(65536):
                answer += piece
        top, _, rest = answer.partition(b"\r\n\r\n")
        return int(top.split()[1]), json.loads(rest)

    json_type = {"Content-Type": "application/json"}
    mark = hashlib.sha256(FILE).hexdigest()
    words = {"name": "scan.pdf", "size": len(FILE), "fingerprint": mark, "category": "report"}
    status, session = ask("POST", START, json.dumps(words).encode(), json_type)
    assert status == 201
    path = f"{START}{session['id']}/"

    def send(at: int, *, cut: int = 0) -> Any:
        part = FILE[at : at + PART]
        headers = {
            "Content-Type": "application/octet-stream",
            "Upload-Offset": str(at),
            "Part-Sha256": hashlib.sha256(part).hexdigest(),
        }
        return ask("PUT", path, part, headers, cut=cut)

    assert send(0)[0] == 200
    assert send(PART, cut=PART // 2) is None
    # And the power goes as well.
    server.kill()
    server.start()
    status, state = ask("GET", path)
    assert (status, state["received"]) == (200, PART)
    for at in range(PART, len(FILE), PART):
        assert send(at)[0] == 200
    status, document = ask("POST", f"{path}finish/", b"{}", json_type)
    assert (status, document["digest"]) == (201, hashlib.sha256(FILE).hexdigest())
    assert Document.objects.get().file.read() == FILE
