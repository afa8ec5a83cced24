"""Ages of a reference range in words."""

from django import template
from django.utils.translation import gettext as _

from records.domain.labs.flags import FOREVER
from records.models import ReferenceRange

register = template.Library()

YEAR, MONTH = 365.25, 30.4375


@register.simple_tag
def ages(row: ReferenceRange) -> str:
    """ "18 years and older", "30 days to below 6 months", "every age"."""
    if row.age_from_days == 0 and row.age_to_days >= FOREVER:
        return _("every age")
    if row.age_to_days >= FOREVER:
        return _("%(age)s and older") % {"age": _age(row.age_from_days)}
    if row.age_from_days == 0:
        return _("below %(age)s") % {"age": _age(row.age_to_days)}
    return _("%(first)s to below %(last)s") % {
        "first": _age(row.age_from_days),
        "last": _age(row.age_to_days),
    }


def _age(days: int) -> str:
    for length, words in ((YEAR, _("%(count)s years")), (MONTH, _("%(count)s months"))):
        count = round(days / length)
        if count >= 1 and abs(days - count * length) <= 1 and not (length == YEAR and count < 2):
            return words % {"count": count}
    return _("%(count)s days") % {"count": days}
