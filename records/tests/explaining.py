"""Explanations for tests."""

import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.domain import care
from accounts.models import User
from records.domain import documents
from records.domain.explaining import explanations, sources, writing
from records.models import Document, Explanation
from records.tests.factories_labs import HAEMOGLOBIN, make_lab_report


def text_pdf(*lines: str) -> bytes:
    """A PDF with these lines as text."""
    words = (
        b"BT /F1 12 Tf 14 TL 40 780 Td "
        + b" ".join(
            b"(" + line.encode("latin-1").replace(b"(", rb"\(").replace(b")", rb"\)") + b") Tj T*"
            for line in lines
        )
        + b" ET"
    )
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(words), words),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, offsets = io.BytesIO(b""), []
    out.write(b"%PDF-1.4\n")
    for number, part in enumerate(parts, start=1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj%s endobj\n" % (number, part))
    start = out.tell()
    out.write(b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % at for at in offsets))
    out.write(b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % start)
    return out.getvalue()


def make_letter(patient: User, *lines: str, actor: User | None = None, **fields: Any) -> Document:
    upload = SimpleUploadedFile("letter.pdf", text_pdf(*lines), content_type="application/pdf")
    given: dict[str, Any] = {"category": "letter", "title": "Letter", **fields}
    return documents.add(patient, upload, actor=actor or patient, **given)


def make_explanation(
    patient: User, doctor: User, *, audience: str = "patient", kind: str = "lab_report", source: Any = None
) -> Explanation:
    """Asked for by the doctor and written, of a lab report with a low haemoglobin unless another source is given."""
    care.link(patient, doctor)
    source = source or make_lab_report(patient, doctor, {HAEMOGLOBIN: "9.1"})
    made = explanations.ask(sources.KINDS[kind], source, actor=doctor, audience=audience, language="en")
    writing.run(made.pk)
    made.refresh_from_db()
    return made
