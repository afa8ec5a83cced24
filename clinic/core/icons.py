"""Icons of the Lucide set, as its package keeps them: in one zip file, which the package itself opens for each icon."""

from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO
from xml.etree import ElementTree
from zipfile import ZipFile

from django.utils.safestring import SafeString, mark_safe

NAMESPACE = "{http://www.w3.org/2000/svg}"


class IconDoesNotExist(Exception):
    """No icon of the set has this name."""


@cache
def _archive() -> ZipFile:
    return ZipFile(BytesIO((files("lucide") / "lucide.zip").read_bytes()))


# Pages show a few hundred different ones, thousands of times.
@lru_cache(maxsize=2048)
def draw(name: str, size: int, **attributes: str) -> SafeString:
    """The icon as an inline <svg> element. Raises IconDoesNotExist."""
    try:
        source = _archive().read(f"{name}.svg")
    except KeyError:
        raise IconDoesNotExist(name) from None
    svg = ElementTree.fromstring(source)
    for node in svg.iter():
        # Inline SVG needs no namespace.
        node.tag = node.tag.removeprefix(NAMESPACE)
    svg.attrib.update({key.replace("_", "-"): value for key, value in attributes.items()})
    svg.attrib.update(width=str(size), height=str(size))
    return mark_safe(ElementTree.tostring(svg, encoding="unicode"))
