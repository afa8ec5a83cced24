"""Template helpers that every page may use without loading them."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.http import QueryDict
from django.utils.dates import MONTHS_3, WEEKDAYS_ABBR
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from clinic.core import icons
from clinic.core import money as money_module

register = template.Library()


@register.simple_tag
def lucide(name: str, *, size: int = 24, **attributes: Any) -> str:
    """An icon of the Lucide set. Pictures beside words say nothing new, so screen readers pass them over."""
    # An attribute that is passed in as safe text would not be escaped: make it plain text again.
    plain = {key: f"{value}" for key, value in attributes.items()}
    return icons.draw(name, size, **{"aria_hidden": "true", "focusable": "false", **plain})


def has_icon(name: str) -> bool:
    """Whether `{% lucide name %}` can be drawn."""
    try:
        icons.draw(name, 24)
    except icons.IconDoesNotExist:
        return False
    return True


@register.simple_tag
def date_words() -> SafeString:
    """Attributes with the names of days and months for scripts: browsers are often built without Nepali ones."""
    return format_html(
        'data-months="{}" data-weekdays="{}" data-this-day="{}" data-day-before="{}"',
        ",".join(str(MONTHS_3[number]).title() for number in range(1, 13)),
        ",".join(str(WEEKDAYS_ABBR[(number - 1) % 7]) for number in range(7)),  # from Sunday, as Date.getDay
        gettext("today"),
        gettext("yesterday"),
    )


@register.filter
def money(amount: Decimal | None) -> str:
    """`{{ payment.amount|money }}` -> `NPR 1,200.00`; empty for None."""
    return "" if amount is None else money_module.shown(amount, settings.CLINIC_CURRENCY)


@register.filter
def initials(name: str) -> str:
    """Up to two letters to stand for a person without a photo."""
    words = [word for word in str(name).split() if word[0].isalpha() and word.rstrip(".").lower() != "dr"]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: Any) -> str:
    """The present query string with `changes`; None or "" drops a key. For paging and filter links."""
    params: QueryDict = context["request"].GET.copy()
    for key, value in changes.items():
        if value in (None, ""):
            params.pop(key, None)
        else:
            params[key] = value
    return f"?{params.urlencode()}" if params else "?"


# As Django's json_script: no name or biography can end the element or open a comment.
_INERT = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@register.simple_tag
def json_ld(data: Mapping[str, Any]) -> SafeString:
    """schema.org data for search engines. A data block, not a script: browsers do not run it, and the
    Content-Security-Policy does not ask about it."""
    body = {"@context": "https://schema.org", **data}
    text = json.dumps(body, cls=DjangoJSONEncoder, ensure_ascii=False).translate(_INERT)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')
