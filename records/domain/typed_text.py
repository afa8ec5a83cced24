"""Text that somebody typed for one line."""

from django.utils.translation import gettext as _

from clinic.core.errors import Invalid


def plain_text(raw: object, name: str, limit: int) -> str:
    """On one line. Raises Invalid for `name`."""
    if not isinstance(raw, str) or "\x00" in raw:
        raise Invalid(fields={name: [_("This is text.")]})
    try:
        raw.encode()
    except UnicodeEncodeError:
        raise Invalid(fields={name: [_("This contains characters that can't be stored.")]}) from None
    text = " ".join(raw.split())
    if len(text) > limit:
        raise Invalid(fields={name: [_("At most %(limit)s characters.") % {"limit": limit}]})
    return text
