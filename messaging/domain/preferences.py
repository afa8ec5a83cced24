"""What a person wants to be told by which channel, and when they want to be left alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from clinic.core import zones
from clinic.core.errors import Invalid
from messaging import transports
from messaging.enums import Channel, NotificationKind
from messaging.models import NotificationPreference, PushSubscription, QuietHours

from . import catalogue, quiet


@dataclass(frozen=True)
class Choice:
    """One box of the table. `is_fixed`: it can't be switched off; `exists`: this kind has anything to send that way."""

    kind: NotificationKind
    channel: Channel
    is_on: bool
    is_fixed: bool
    exists: bool


@dataclass(frozen=True)
class Preferences:
    """`rows`: for each kind one Choice for each channel of `channels`, in that order. The quiet hours are wall-clock
    times in `zone` (IANA name), or both None."""

    channels: tuple[Channel, ...]
    rows: tuple[tuple[NotificationKind, tuple[Choice, ...]], ...]
    quiet_from: time | None
    quiet_to: time | None
    zone: str


def for_user(user: User) -> Preferences:
    """What holds for `user` now, chosen or by default; only the channels that this clinic has set up."""
    chosen = _chosen(user)
    channels = transports.available()
    by_channel = {channel: catalogue.kinds_by(channel) for channel in channels}
    rows = tuple(
        (
            kind,
            tuple(
                Choice(
                    kind,
                    channel,
                    is_on=_is_on(chosen, kind, channel),
                    is_fixed=catalogue.must(kind, channel),
                    exists=kind in by_channel[channel],
                )
                for channel in channels
            ),
        )
        for kind in NotificationKind
    )
    hours = QuietHours.objects.filter(user=user).first()
    return Preferences(
        channels,
        rows,
        quiet_from=hours.starts if hours else None,
        quiet_to=hours.ends if hours else None,
        zone=zone_of(user).key,
    )


def save(
    user: User, *, choices: Mapping[tuple[str, str], bool], quiet_from: time | None, quiet_to: time | None
) -> Preferences:
    """Store `{(kind, channel): on}` and the quiet hours (both times, or none); returns what holds then.

    Raises Invalid with `fields` for a kind or channel that is none, or quiet hours without a beginning, an end or any
    length. What can't be switched off stays on.
    """
    if any(kind not in NotificationKind or channel not in Channel for kind, channel in choices):
        raise Invalid(fields={"choices": [_("Choose from the list.")]})
    if (quiet_from is None) != (quiet_to is None):
        missing = "quiet_from" if quiet_from is None else "quiet_to"
        raise Invalid(fields={missing: [_("Quiet hours need a beginning and an end.")]})
    if quiet_from is not None and quiet_from == quiet_to:
        raise Invalid(fields={"quiet_to": [_("Quiet hours can't end when they begin.")]})
    with transaction.atomic():
        for (kind, channel), is_on in choices.items():
            NotificationPreference.objects.update_or_create(
                user=user, kind=kind, channel=channel, defaults={"is_on": is_on}
            )
        if quiet_from is None or quiet_to is None:
            QuietHours.objects.filter(user=user).delete()
        else:
            QuietHours.objects.update_or_create(user=user, defaults={"starts": quiet_from, "ends": quiet_to})
    return for_user(user)


def wanted(user: User, kind: str, channels: Iterable[Channel]) -> list[Channel]:
    """Those of `channels` that are set up here and by which `user` wants this kind."""
    possible = set(channels) & set(transports.available())
    chosen = _chosen(user, kind) if possible else {}
    return [channel for channel in Channel if channel in possible and _is_on(chosen, kind, channel)]


def may_leave_at(user: User, moment: datetime) -> datetime:
    """`moment`, or the end of the person's quiet hours when it lies in them."""
    hours = QuietHours.objects.filter(user=user).first()
    return quiet.until(hours.starts, hours.ends, zone_of(user), moment) if hours else moment


def move(kept: User, merged: User) -> None:
    """Of two accounts of one person: the browsers of both; the choices of `merged` where `kept` has made none."""
    PushSubscription.objects.filter(user=merged).update(user=kept)
    chosen = _chosen(kept)
    for row in NotificationPreference.objects.filter(user=merged):
        if (row.kind, row.channel) not in chosen:
            row.user = kept
            row.save(update_fields=["user", "updated_at"])
    if not QuietHours.objects.filter(user=kept).exists():
        QuietHours.objects.filter(user=merged).update(user=kept)


def zone_of(user: User) -> ZoneInfo:
    """Where the person lives; the clinic's zone for who has said nothing."""
    known = user.time_zone in zones.known()
    return ZoneInfo(user.time_zone if known else settings.TIME_ZONE)


def _chosen(user: User, kind: str = "") -> dict[tuple[str, str], bool]:
    rows = NotificationPreference.objects.filter(user=user)
    if kind:
        rows = rows.filter(kind=kind)
    return {(row.kind, row.channel): row.is_on for row in rows}


def _is_on(chosen: Mapping[tuple[str, str], bool], kind: str, channel: str) -> bool:
    if catalogue.must(kind, channel):
        return True
    return chosen.get((kind, channel), catalogue.default_on(kind, channel))
