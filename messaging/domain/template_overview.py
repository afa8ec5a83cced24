"""Every text that management may write, at a glance."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import get_language_info

from messaging.enums import Channel
from messaging.models import NotificationTemplate

from .catalogue import OCCASIONS
from .occasion import Occasion


@dataclass(frozen=True)
class Cell:
    """One text. `is_own`: management wrote it, else the built-in words hold."""

    channel: Channel
    language: str
    language_name: str
    is_own: bool


@dataclass(frozen=True)
class Line:
    """An occasion and its texts: for each channel (in the order of the enum) the cells, none where nothing goes."""

    occasion: Occasion
    channels: tuple[tuple[Channel, tuple[Cell, ...]], ...]

    @property
    def has_own(self) -> bool:
        return any(cell.is_own for _channel, cells in self.channels for cell in cells)


def languages() -> list[tuple[str, str]]:
    """Code and the name that its speakers give it."""
    return [(code, get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES]


def lines(*, kind: str = "", only_own: bool = False) -> list[Line]:
    """All occasions of the catalogue that leave the portal, in its order; one query."""
    own = set(NotificationTemplate.objects.values_list("occasion", "channel", "language"))
    found = [_line(each, own) for each in OCCASIONS.values() if each.channels and kind in ("", each.kind)]
    return [line for line in found if line.has_own or not only_own]


def _line(occasion: Occasion, own: set[tuple[str, str, str]]) -> Line:
    def cells(channel: Channel) -> tuple[Cell, ...]:
        if channel not in occasion.channels:
            return ()
        return tuple(
            Cell(channel, code, name, is_own=(occasion.name, channel, code) in own)
            for code, name in languages()
        )

    return Line(occasion, tuple((channel, cells(channel)) for channel in Channel))
