"""The chat page for browser tests: opening, writing, attaching, and what it shows beside what is stored."""

import io
import random
from typing import Any

from PIL import Image
from playwright.sync_api import Page

from messaging.models import Conversation, Message


def opened(page: Page, conversation: Conversation) -> Page:
    """The conversation's page, once its socket has said `ready`."""
    page.goto(f"/messages/{conversation.pk}/")
    connected(page)
    return page


def connected(page: Page) -> None:
    """Waits until the page's socket has said `ready` (wait_for_function takes a promise for true)."""
    for _try in range(300):
        if page.evaluate("import('/static/js/live.js').then(module => module.live.connected)"):
            return
        page.wait_for_timeout(100)
    raise AssertionError("the page did not connect")


def write(page: Page, text: str) -> None:
    box = page.get_by_label("Your message")
    box.fill(text)
    box.press("Enter")


def shown(page: Page) -> list[str]:
    return page.locator("[data-chat] [data-message] [data-text]").all_inner_texts()


def picture(number: int = 0) -> bytes:
    """A JPEG of some 100 KB, different for each number."""
    random.seed(number)
    file = io.BytesIO()
    Image.frombytes("RGB", (300, 200), random.randbytes(300 * 200 * 3)).save(file, "JPEG", quality=95)
    return file.getvalue()


def attach(page: Page, name: str, content: bytes, mime_type: str = "image/jpeg") -> None:
    files: Any = {"name": name, "mimeType": mime_type, "buffer": content}
    page.locator("[data-pick]").set_input_files(files)


def shown_with_files(page: Page) -> list[tuple[int, str, list[str]]]:
    """What stands in the thread, from top to bottom: number, text and names of files of each message."""
    read = """all => all.map(one => [Number(one.dataset.seq), one.querySelector("[data-text]").innerText,
        [...one.querySelectorAll("[data-file-picture]")].map(picture => picture.alt)])"""
    return [
        (seq, text, files)
        for seq, text, files in page.locator("[data-chat] [data-message]").evaluate_all(read)
    ]


def stored_with_files(conversation: Conversation) -> list[tuple[int, str, list[str]]]:
    found = Message.objects.filter(conversation=conversation).order_by("seq").prefetch_related("attachments")
    return [(one.seq, one.text, [file.name for file in one.attachments.all()]) for one in found]
