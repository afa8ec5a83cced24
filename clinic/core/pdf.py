"""PDF from a template, by WeasyPrint. Nothing is fetched for it but the portal's own fonts.

A long list is made piece by piece: memory and time of one rendering grow faster than its pages (3,000 rows in one
piece: 500 MB), pieces of a few pages stay small.
"""

import atexit
import io
import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from .errors import DomainError

PDF = "application/pdf"
_STYLES = Path(settings.BASE_DIR) / "templates" / "pdf"
_FONTS = Path(settings.BASE_DIR) / "theme" / "static" / "vendor"


class PdfMissing(DomainError):
    """501: this server lacks what makes PDF (Pango; deploy/apt-packages-run.txt)."""

    status = 501
    code = "pdf_missing"
    message = _("This server can't make PDF files. Please take the Excel file, or tell your administrator.")


def is_possible() -> bool:
    """Whether the libraries that WeasyPrint loads are there."""
    try:
        _weasyprint()
    except PdfMissing:
        return False
    return True


def render(template: str, context: dict[str, Any], *styles: str) -> bytes:
    """The template as PDF, in the style of these files of templates/pdf. The same text gives the same bytes. Raises
    PdfMissing."""
    weasyprint = _weasyprint()
    sheet, fonts = _styles(*styles)
    page = weasyprint.HTML(string=render_to_string(template, context), url_fetcher=_own_fonts_only)
    return bytes(page.write_pdf(stylesheets=[sheet], font_config=fonts))


def joined(pieces: Iterable[bytes], *, title: str) -> bytes:
    """One PDF with the pages of all."""
    from pypdf import PdfReader, PdfWriter

    whole = PdfWriter()
    for piece in pieces:
        whole.append(PdfReader(io.BytesIO(piece)))
    whole.compress_identical_objects()
    whole.add_metadata({"/Title": title})
    out = io.BytesIO()
    whole.write(out)
    return out.getvalue()


def _weasyprint() -> Any:
    """Loaded when first needed: it takes a third of a second, and its libraries may be missing."""
    # Embedded fonts are stamped with this instead of the present second (fontTools).
    os.environ.setdefault("SOURCE_DATE_EPOCH", "0")
    try:
        import weasyprint
    except OSError as error:
        raise PdfMissing from error
    return weasyprint


@cache
def _styles(*names: str) -> tuple[Any, Any]:
    """Style sheets with their fonts, read once: fonts are the dear part of a small page."""
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    text = "".join((_STYLES / name).read_text() for name in ("fonts.css", *names)).replace(
        "FONTS", _FONTS.as_uri()
    )
    styles = _weasyprint().CSS(string=text, font_config=fonts, url_fetcher=_own_fonts_only)
    # It gives fonts back to a library that must still be there then.
    atexit.register(_styles.cache_clear)
    return styles, fonts


def _own_fonts_only(url: str, *_more: Any) -> Any:
    from weasyprint.urls import URLFetcher

    if not url.startswith(_FONTS.as_uri() + "/") or ".." in url:
        raise ValueError("a PDF loads nothing from outside")
    return URLFetcher(allowed_protocols={"file"}).fetch(url)
