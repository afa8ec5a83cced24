"""QR pictures by segno."""

import io

import segno


def svg(payload: str) -> str:
    """An SVG that scales to its box, dark on white with the standard's four-module quiet zone."""
    out = io.BytesIO()
    segno.make(payload, error="m", micro=False).save(
        out, kind="svg", border=4, dark="#0b1220", light="#ffffff", xmldecl=False, omitsize=True
    )
    return out.getvalue().decode()


def png(payload: str) -> bytes:
    """The same as a PNG, eight pixels a module: for a phone's gallery."""
    out = io.BytesIO()
    segno.make(payload, error="m", micro=False).save(out, kind="png", border=4, scale=8)
    return out.getvalue()
