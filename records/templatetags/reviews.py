"""Published reviews on public pages of the rooms below."""

from typing import Any

from django import template
from django.core.paginator import Page, Paginator

from accounts.models import User
from records.domain import reviews
from records.models import Feedback

register = template.Library()

PER_PAGE = 10


@register.simple_tag(takes_context=True)
def reviews_of(context: dict[str, Any], doctor: User) -> Page[Feedback]:
    """The page of this doctor's reviews that the address asks for (`?page=`)."""
    return Paginator(reviews.reviews_of(doctor.pk), PER_PAGE).get_page(context["request"].GET.get("page"))
