"""Ages of a reference range in words."""

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

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
    years, months = round(days / YEAR), round(days / MONTH)
    if years >= 2 and abs(days - years * YEAR) <= 1:
        return ngettext("%(count)s year", "%(count)s years", years) % {"count": years}
    if months >= 1 and abs(days - months * MONTH) <= 1:
        return ngettext("%(count)s month", "%(count)s months", months) % {"count": months}
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}
