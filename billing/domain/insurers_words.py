"""What is typed from an insurer's letter: its numbers, and its reasons, which the patient reads."""

from django.utils.translation import gettext as _

from . import amounts

NUMBER_MAX, REASON_MIN, REASON_MAX = 40, 3, 240


def number(typed: str, *, field: str = "number", needed: bool = False) -> str:
    """Tidied. Raises Invalid (`field`)."""
    typed = " ".join(typed.split())
    if needed and not typed:
        raise amounts.refused(field, _("Enter the number that the insurer gave."))
    if len(typed) > NUMBER_MAX:
        raise amounts.refused(
            field, _("This is too long: a number has at most %(most)s characters.") % {"most": NUMBER_MAX}
        )
    if not typed.isprintable():
        raise amounts.refused(field, _("This holds a character that can't be stored."))
    return typed


def reason(typed: str, *, needed: bool = True) -> str:
    """Tidied. Raises Invalid (`reason`)."""
    typed = " ".join(typed.split())
    if not typed.isprintable():
        raise amounts.refused("reason", _("The reason holds a character that can't be stored."))
    if len(typed) < REASON_MIN and (needed or typed):
        raise amounts.refused("reason", _("Say why: the patient reads it."))
    if len(typed) > REASON_MAX:
        raise amounts.refused(
            "reason", _("Keep the reason under %(most)s characters.") % {"most": REASON_MAX}
        )
    return typed
