"""Fields that several forms about money have."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

NO_FIGURE = _("Enter the amount in figures, like 800 or 800.50.")


class AmountInput(forms.TextInput):
    """Figures on a phone's keyboard; no arrows that change an amount by scrolling."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "decimal", "autocomplete": "off", "maxlength": "16", **(attrs or {})})


class AmountField(forms.DecimalField):
    """As people write amounts: `1,200.50`, `NPR 1 200`, `१२००`."""

    widget = AmountInput
    default_error_messages = {"invalid": NO_FIGURE}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=12, decimal_places=4, **kwargs)

    def to_python(self, value: Any) -> Any:
        text = "".join(str("" if value is None else value).replace(",", "").split())
        return super().to_python(text.removeprefix(settings.CLINIC_CURRENCY) or None)


def day_input() -> forms.DateInput:
    return forms.DateInput({"type": "date"}, format="%Y-%m-%d")
