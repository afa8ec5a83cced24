"""Documents for tests."""

import io
import random
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts.models import User
from records.domain import documents
from records.models import Document


def pdf_bytes(pages: int = 1, *, size: int = 0, seed: int = 0) -> bytes:
    """A PDF; with `size`, so many bytes more of noise behind its end, where readers do not look."""
    sheets = [Image.new("RGB", (300, 420), (255, 255 - seed % 200, 255 - page)) for page in range(pages)]
    out = io.BytesIO()
    # Pillow writes the present second into it otherwise.
    sheets[0].save(out, "PDF", save_all=True, append_images=sheets[1:], creationDate=None, modDate=None)
    return out.getvalue() + (b"\n%" + random.Random(seed).randbytes(size) if size else b"")


def pdf_file(name: str = "letter.pdf", pages: int = 1, **options: Any) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, pdf_bytes(pages, **options), content_type="application/pdf")


def make_document(patient: User, actor: User, *, seed: int = 0, **fields: Any) -> Document:
    defaults: dict[str, Any] = {"category": "letter", "title": f"Letter {seed}"}
    return documents.add(patient, pdf_file(seed=seed, size=8 + seed), actor=actor, **{**defaults, **fields})
