"""The assistant's corner on the page of what it can explain."""

from typing import Any

from django import template

from accounts.models import User
from records import explaining_rules
from records.domain.explaining import queries, sources
from records.domain.explaining.shown import Listed

register = template.Library()


@register.inclusion_tag("records/explaining/corner.html", takes_context=True)
def explain(context: dict[str, Any], kind: str, source: Any) -> dict[str, Any]:
    """A button to have `source` explained, and what was explained of it; nothing for who may not ask."""
    user: User = context["user"]
    found = sources.KINDS[kind]
    if not explaining_rules.can_ask(user, source.patient):
        return {"may_ask": False}
    waiting = []
    if user.is_patient:
        waiting = list(queries.waiting_of(user).filter(**{found.name: source})[:1])
    elif not found.visible_to(user).filter(pk=source.pk).exists():
        return {"may_ask": False}
    return {
        "may_ask": True,
        "user": user,
        "csrf_token": context.get("csrf_token"),
        "kind": kind,
        "source": source,
        "rows": [Listed(one) for one in queries.of_source(user, found, source)],
        "waiting": waiting,
    }
