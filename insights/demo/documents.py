"""What the first patient of the demo clinic keeps in their record: letters and pictures, drawn here."""

import hashlib
import io
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple
from uuid import uuid4

from django.conf import settings
from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from accounts.models import User
from records.domain import document_timer, previews, retention
from records.enums import DocumentCategory as C
from records.models import Document

_DISCHARGE = (
    "Discharge summary", "Bir Hospital, Kathmandu", "", "Admitted with fever and cough for five days.",
    "Chest X-ray: shadow in the right lower lobe.", "Treated for pneumonia, well on the fourth day.", "",
    "To do: see your doctor in two weeks.",
)  # fmt: skip
_LETTER = (
    "Letter to the family doctor", "Eye clinic", "", "Thank you for sending your patient.",
    "Both eyes are healthy. New glasses were prescribed.", "Next check in two years.",
)  # fmt: skip
_CONSENT = (
    "Consent to video consultations",
    "",
    "I agree to be seen by video.",
    "",
    "Signed: ____________________",
)


class Kept(NamedTuple):
    category: C
    title: str
    days_ago: int
    actor: User
    sheet: Image.Image
    as_picture: bool = False


def seed(people: Mapping[str, User], today: date) -> None:
    """As they would have been added; nobody is told of them anew."""
    patient, doctor = people["patient"], people["doctor"]
    for kept in (
        Kept(C.DISCHARGE, "Discharge summary, Bir Hospital", 200, doctor, _sheet(_DISCHARGE)),
        Kept(C.LETTER, "Letter of the eye clinic", 90, patient, _sheet(_LETTER)),
        Kept(C.CONSENT, "Consent to video consultations", 60, doctor, _sheet(_CONSENT)),
        Kept(C.IMAGING, "X-ray of the chest", 201, patient, _xray(), as_picture=True),
    ):
        if not Document.objects.filter(patient=patient, title=kept.title).exists():
            _add(patient, kept, today)
    document_timer.plan()


def _add(patient: User, kept: Kept, today: date) -> None:
    out = io.BytesIO()
    if kept.as_picture:
        kept.sheet.save(out, "JPEG", quality=85)
    else:
        kept.sheet.save(out, "PDF", resolution=100)
    content, ending = out.getvalue(), "jpg" if kept.as_picture else "pdf"
    digest = hashlib.sha256(content).hexdigest()
    document = Document(
        patient=patient,
        recorded_by=kept.actor,
        category=kept.category,
        title=kept.title,
        dated_on=today - timedelta(days=kept.days_ago),
        name=f"{kept.title}.{ending}",
        content_type="image/jpeg" if kept.as_picture else "application/pdf",
        size=len(content),
        digest=digest,
        released_at=timezone.now(),
        keep_until=retention.keep_until(
            kept.category,
            today,
            patient.patient_profile.date_of_birth,
            settings.DOCUMENT_KEEP_YEARS,
        ),
    )
    document.file.save(f"{uuid4().hex}.{ending}", ContentFile(content), save=False)
    document.save()
    previews.make(document.pk)


def _sheet(lines: Sequence[str]) -> Image.Image:
    sheet = Image.new("RGB", (827, 1169), "white")
    draw = ImageDraw.Draw(sheet)
    for number, line in enumerate(lines):
        font = ImageFont.load_default(size=34 if number == 0 else 22)
        draw.text((90, 110 + number * 48), line, fill=(30, 40, 40), font=font)
    return sheet


def _xray() -> Image.Image:
    picture = Image.new("L", (900, 1000), 18)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((425, 60, 475, 940), fill=150)
    for row in range(9):
        top = 130 + row * 85
        for left, right in ((120, 440), (460, 780)):
            draw.arc((left, top, right, top + 150), 180, 360, fill=120, width=14)
    draw.ellipse((430, 480, 660, 780), fill=135)
    return picture.filter(ImageFilter.GaussianBlur(9)).convert("RGB")
