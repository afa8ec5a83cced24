"""Private files: typed by content, bounded, images re-encoded; served only by views that asked a rule."""

import io
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from . import scanning
from .errors import TooLarge, UnsupportedType

IMAGE_TYPES = frozenset({"image/jpeg", "image/png", "image/webp"})
DOCUMENT_TYPES = IMAGE_TYPES | {"application/pdf"}
TEXT_TYPE = "text/plain"
_EXTENSIONS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "application/pdf": ".pdf",
    TEXT_TYPE: ".txt",
}
# Plain text has no first bytes that tell it: it is what says so and holds nothing but text.
_TEXT_NAMES = frozenset({".txt", ".text", ".csv", ".log", ".md"})


class PrivateStorage(FileSystemStorage):
    """Files under MEDIA_ROOT with no public address."""

    def url(self, name: str | None) -> str:
        raise ValueError("stored files have no public URL; serve them through a view that checks a rule")


@dataclass(frozen=True)
class CleanFile:
    """An accepted upload: `content` to store, its true `content_type`, and the name to show people."""

    content: ContentFile
    content_type: str
    original_name: str


def content_type_of(upload: UploadedFile) -> str:
    """The type that the first bytes show; "" when unknown. The name and the browser's word don't count."""
    import puremagic  # reads a large table, which is of use with the first upload

    upload.seek(0)
    head = upload.read(4096)
    upload.seek(0)
    try:
        return str(puremagic.from_string(head, mime=True))
    except (puremagic.PureError, ValueError):
        return ""


def clean_upload(
    upload: UploadedFile,
    accepted: frozenset[str] = DOCUMENT_TYPES,
    *,
    square: int | None = None,
    max_bytes: int | None = None,
) -> CleanFile:
    """Check an upload and make it safe to keep: images are decoded and encoded anew (`square`: see encode_image).

    Raises TooLarge (`max_bytes`, or settings.UPLOAD_MAX_BYTES; IMAGE_MAX_PIXELS) and UnsupportedType; where files are
    scanned, also Infected (an UnsupportedType) and NotScanned.
    """
    max_bytes = max_bytes or settings.UPLOAD_MAX_BYTES
    if (upload.size or 0) > max_bytes:
        limit = max_bytes // (1024 * 1024)
        raise TooLarge(_("This file is over %(limit)s MB. Please choose a smaller one.") % {"limit": limit})
    content_type = content_type_of(upload)
    if content_type not in accepted - {TEXT_TYPE} and TEXT_TYPE in accepted:
        content_type = TEXT_TYPE if _is_text(upload) else ""
    if content_type not in accepted:
        raise UnsupportedType(_("Please choose one of these: %(types)s.") % {"types": _type_names(accepted)})
    scanning.scan(upload)
    name = _shown_name(upload)
    if content_type in IMAGE_TYPES:
        return CleanFile(encode_image(upload, square=square), "image/jpeg", f"{Path(name).stem}.jpg")
    return CleanFile(
        ContentFile(upload.read(), name=f"{uuid4().hex}{_EXTENSIONS[content_type]}"),
        content_type,
        _with_extension(name, content_type),
    )


def _is_text(upload: UploadedFile) -> bool:
    """Named as text, and UTF-8 without control characters. A web page or script with such a name opens as text."""
    if Path(upload.name or "").suffix.lower() not in _TEXT_NAMES:
        return False
    upload.seek(0)
    try:
        text = upload.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    finally:
        upload.seek(0)
    return bool(text) and not any(sign < " " and sign not in "\t\n\r\f" for sign in text)


def _shown_name(upload: UploadedFile) -> str:
    """The upload's own name without its folders and without signs that hide or turn text."""
    name = "".join(sign for sign in Path(upload.name or "").name if sign.isprintable())
    return name[:120] or "file"


def _with_extension(name: str, content_type: str) -> str:
    """What is saved under this name opens as what it is: no PDF leaves as `invoice.exe`."""
    suffix = Path(name).suffix.lower()
    is_right = suffix == _EXTENSIONS[content_type] or (content_type == TEXT_TYPE and suffix in _TEXT_NAMES)
    return name if is_right else name + _EXTENSIONS[content_type]


def encode_image(upload: Any, *, longest_side: int = 2400, square: int | None = None) -> ContentFile:
    """A fresh JPEG without metadata, turned upright; `square` crops it to a square of that side in pixels.

    Raises UnsupportedType for what is no picture and TooLarge for more than settings.IMAGE_MAX_PIXELS.
    """
    upload.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture: Image.Image = Image.open(upload, formats=("JPEG", "PNG", "WEBP"))
            if picture.width * picture.height > settings.IMAGE_MAX_PIXELS:
                raise TooLarge(_("This picture has too many pixels. Please choose a smaller one."))
            picture = ImageOps.exif_transpose(picture)
            if picture.mode in ("RGBA", "LA", "P"):
                flat = Image.new("RGB", picture.size, "white")
                flat.paste(picture.convert("RGBA"), mask=picture.convert("RGBA").getchannel("A"))
                picture = flat
            picture = picture.convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise UnsupportedType(_("This picture can't be read. Please choose another one.")) from error
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise TooLarge(_("This picture has too many pixels. Please choose a smaller one.")) from error
    if square:
        picture = ImageOps.fit(picture, (square, square))
    else:
        picture.thumbnail((longest_side, longest_side))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85, optimize=True)
    return ContentFile(out.getvalue(), name=f"{uuid4().hex}.jpg")


def serve_private(
    stored: Any, *, content_type: str, name: str, download: bool = False
) -> FileResponse | HttpResponse:
    """Answer with a stored file. Call it only after a rule has said yes. Raises Http404 when it is gone.

    With settings.PRIVATE_FILES_ACCEL the answer is empty and tells nginx which file to send
    (deploy/nginx/private-files.conf).
    """
    response: FileResponse | HttpResponse
    if settings.PRIVATE_FILES_ACCEL:
        if not stored or not stored.storage.exists(stored.name):
            raise Http404
        response = HttpResponse(content_type=content_type)
        response["X-Accel-Redirect"] = settings.PRIVATE_FILES_ACCEL + quote(stored.name)
        disposition = content_disposition_header(download, name)
        if disposition:
            response["Content-Disposition"] = disposition
    else:
        try:
            handle = stored.open("rb")
        except (FileNotFoundError, ValueError) as error:
            raise Http404 from error
        response = FileResponse(handle, content_type=content_type, filename=name, as_attachment=download)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=300"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _type_names(accepted: frozenset[str]) -> str:
    return ", ".join(sorted(_EXTENSIONS[kind].lstrip(".").upper() for kind in accepted))
