"""Documents in the browser: a large file over a poor line that breaks, and the look at what is there."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.models import User
from records.domain import documents, previews
from records.models import Document, UploadSession
from records.tests.files import make_document, pdf_bytes, pdf_file

pytestmark = pytest.mark.browser

# Bytes a second: a file of 3 MB takes long enough to be cut.
POOR = 400_000
SIZE = 3_000_000


def slow_down(page: Any, upload: int) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 20, "downloadThroughput": -1, "uploadThroughput": upload},
    )


def lose_first_answer(page: Any, address: str) -> list[int]:
    """The server does what it is asked, and the line breaks before its answer is there."""
    lost: list[int] = []

    def lose(route: Any) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().status)
        route.abort()

    page.route(address, lose)
    return lost


def test_a_large_file_survives_a_dead_server_and_a_reload(
    person: Any, server: Any, patient: User, tmp_path: Path
) -> None:
    content = pdf_bytes(2, size=SIZE)
    scan, film = tmp_path / "scan.pdf", tmp_path / "film.pdf"
    scan.write_bytes(content)
    with film.open("wb") as file:
        file.write(b"%PDF-1.7\n")
        file.truncate(200 * 1024 * 1024)
    page = person(patient)
    sent: list[str] = []
    page.on(
        "request", lambda request: sent.append(request.method) if "/api/documents/" in request.url else None
    )
    page.goto(f"/patients/{patient.pk}/record/documents/new/")
    # 200 MB: refused beside the field, and nothing was sent.
    page.get_by_label("File").set_input_files(film)
    expect(page.get_by_role("alert")).to_contain_text("This file has 200 MB; at most 50 MB are taken")
    page.get_by_label("What is it?").select_option("report")
    page.get_by_role("button", name="Add to the record").click()
    expect(page.get_by_role("alert")).to_contain_text("200 MB")
    assert sent == []

    slow_down(page, POOR)
    page.get_by_label("File").set_input_files(scan)
    page.get_by_label("Title").fill("Scan of the heart")
    page.get_by_role("button", name="Add to the record").click()
    bar = page.get_by_role("progressbar", name="How much is sent")
    expect(bar).not_to_have_js_property("value", 0)
    server.kill()
    expect(page.get_by_text("The line is gone.")).to_be_visible()
    there = UploadSession.objects.get().received
    assert 0 < there < len(content)
    server.start()
    lost = lose_first_answer(page, "**/finish/")
    expect(page.get_by_text("MB sent")).to_be_visible(timeout=40_000)
    # The page is left in the middle, and goes on by itself when it is opened again.
    page.reload()
    expect(page.get_by_text("scan.pdf")).to_be_visible()
    slow_down(page, -1)
    expect(page.get_by_role("heading", name="Scan of the heart")).to_be_visible(timeout=40_000)
    assert lost == [201]
    document = Document.objects.get()
    assert document.digest == hashlib.sha256(content).hexdigest()
    # The worker draws it while one looks on.
    expect(page.get_by_role("img", name="The first page")).to_be_visible(timeout=40_000)


def test_looking_at_the_pages_of_a_pdf(person: Any, patient: User) -> None:
    document = documents.add(patient, pdf_file(pages=2), actor=patient, category="report", title="Two pages")
    make_document(patient, patient, seed=9, title="Another")
    previews.make(document.pk)
    page = person(patient, viewport={"width": 390, "height": 844})
    page.goto(f"/patients/{patient.pk}/record/documents/")
    page.get_by_role("link", name="Look at Two pages").click()
    box = page.get_by_role("dialog", name="Preview")
    expect(box.get_by_role("img", name="Two pages")).to_be_visible()
    expect(box).to_contain_text("Page 1 of 2")
    page.keyboard.press("ArrowRight")
    expect(box).to_contain_text("Page 2 of 2")
    expect(box.get_by_role("img", name="Two pages")).to_have_attribute(
        "src", f"/documents/{document.pk}/pages/2/"
    )
    expect(box.get_by_role("button", name="Next")).to_be_disabled()
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    page.get_by_label("Search").fill("another")
    expect(page.get_by_text("1 document", exact=True)).to_be_visible()
