"""The order in which the pictures of a series are looked at."""

from collections.abc import Iterable

from records.models import ImagingInstance


def in_order(instances: Iterable[ImagingInstance]) -> list[ImagingInstance]:
    """By where they lie in the body, in the direction of their numbers: these may repeat, jump or all be 0. By their
    numbers where places do not tell: several planes or moments, many frames in a file, or none said."""
    numbered = sorted(instances, key=lambda one: (one.number, one.uid))
    places = [one.position for one in numbered if one.position is not None and one.frames == 1]
    planes = {one.plane for one in numbered}
    if len(set(places)) < len(numbered) or len(planes) > 1:
        return numbered
    count = len(numbered)
    middle = sum(places) / count, sum(one.number for one in numbered) / count
    runs = sum(
        (place - middle[0]) * (one.number - middle[1]) for place, one in zip(places, numbered, strict=True)
    )
    return sorted(numbered, key=lambda one: one.position or 0.0, reverse=runs < 0)
