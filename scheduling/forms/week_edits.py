"""What the buttons of the week do to the rows as they were typed: add, remove, copy, presets. Pure; right or wrong
times pass through untouched."""

from collections.abc import Callable, Sequence

from scheduling.enums import Weekday

from .hour_rows import MAX_ROWS, Rows, Typed

EVERY_DAY = "all"
DAYS = {str(day.value) for day in Weekday}
HOURS_PRESETS = {"full": ("09:00", "17:00"), "morning": ("09:00", "13:00"), "evening": ("16:00", "20:00")}
LUNCH = ("12:00", "13:00")
# The working week in Nepal.
USUAL_DAYS = [str(day.value) for day in Weekday if day != Weekday.SATURDAY]


def apply(
    rows: Rows, do: str, *, modes: Sequence[str], copy_to: Callable[[str], list[str]] = lambda name: []
) -> str:
    """Change `rows` as `do` says; returns what takes the focus.

    `add:hours:<weekday>`, `add:breaks:<weekday>`, `remove:<part>:<index>`, `preset:<name>:<weekday>` (full, morning,
    evening, lunch), `clear:<weekday>`, `copy:<weekday>` (to the days that `copy_to("copy-<weekday>")` names) and
    `usual`, a whole week to start from. Anything else changes nothing.
    """
    what, _colon, rest = do.partition(":")
    part, _colon, last = rest.rpartition(":")
    if what == "remove" and part in rows:
        return _remove(rows, part, last)
    if what == "usual":
        for day in USUAL_DAYS:
            preset(rows, "full", day, modes)
            preset(rows, "lunch", day, modes)
        return "copy"
    return _change_day(rows, what, part, day=last, modes=modes, copy_to=copy_to) if last in DAYS else ""


def _change_day(
    rows: Rows, what: str, part: str, *, day: str, modes: Sequence[str], copy_to: Callable[[str], list[str]]
) -> str:
    focus = f"{what}-{day}"
    if what == "add" and part in rows and len(rows[part]) < MAX_ROWS:
        rows[part].append({"weekday": day, "modes": list(modes), "starts": "", "ends": ""})
        focus = f"{part}-{len(rows[part]) - 1}"
    elif what == "preset":
        preset(rows, part, day, modes)
        focus = f"preset-{part}-{day}"
    elif what == "clear":
        clear(rows, day)
    elif what == "copy":
        ticked = copy_to(f"copy-{day}")
        copy_day(rows, day, [target for target in sorted(DAYS) if target in ticked or EVERY_DAY in ticked])
    return focus


def _remove(rows: Rows, part: str, index: str) -> str:
    known = index.isascii() and index.isdigit() and int(index) < len(rows[part])
    gone = rows[part].pop(int(index)) if known else {}
    return f"add-{part}-{gone.get('weekday', '')}"


def clear(rows: Rows, day: str) -> None:
    for part in rows:
        rows[part] = [row for row in rows[part] if row["weekday"] != day]


def copy_day(rows: Rows, source: str, targets: Sequence[str]) -> None:
    """The targets' rows give way to those of `source`."""
    for part in rows:
        copied = [row for row in rows[part] if row["weekday"] == source]
        kept = [row for row in rows[part] if row["weekday"] not in targets or row["weekday"] == source]
        added = [{**row, "weekday": day} for day in targets if day != source for row in copied]
        rows[part] = (kept + added)[:MAX_ROWS]


def preset(rows: Rows, name: str, day: str, modes: Sequence[str]) -> None:
    """Put the preset's hours on the day; hours that they touch give way, and breaks that no hours hold any more.
    Lunch lands at noon, or in the middle of the longest hours when they do not hold noon."""
    of_day = [row for row in rows["hours"] if row["weekday"] == day]
    if name == "lunch":
        lunch = _room_for_lunch(of_day)
        if lunch is None:
            return
        rows["breaks"] = [row for row in rows["breaks"] if row["weekday"] != day or not _touch(row, lunch)]
        rows["breaks"].append({"weekday": day, "starts": lunch[0], "ends": lunch[1]})
    elif name in HOURS_PRESETS:
        span = HOURS_PRESETS[name]
        givers = [row for row in of_day if _touch(row, span) or not (row["starts"] or row["ends"])]
        model: Typed = givers[0] if givers else of_day[0] if of_day else {"modes": list(modes)}
        rows["hours"] = [row for row in rows["hours"] if not any(row is giver for giver in givers)]
        rows["hours"].append({**model, "weekday": day, "starts": span[0], "ends": span[1]})
        left = [row for row in rows["hours"] if row["weekday"] == day]
        rows["breaks"] = [
            row for row in rows["breaks"] if row["weekday"] != day or any(_holds(hour, row) for hour in left)
        ]


def _touch(row: Typed, span: tuple[str, str]) -> bool:
    # Times are HH:MM, so they compare as text.
    return bool(row["starts"] < span[1] and span[0] < row["ends"])


def _holds(hour: Typed, row: Typed) -> bool:
    return bool(hour["starts"] <= row["starts"] and row["ends"] <= hour["ends"])


def _room_for_lunch(hours: list[Typed]) -> tuple[str, str] | None:
    spans = [(_minute(row["starts"]), _minute(row["ends"])) for row in hours]
    good = [(first, last) for first, last in spans if first is not None and last is not None]
    noon, one = _minute(LUNCH[0]), _minute(LUNCH[1])
    if noon is None or one is None or not good:
        return None
    if any(first < noon and one < last for first, last in good):
        return LUNCH
    first, last = max(good, key=lambda span: span[1] - span[0])
    if last - first < 3 * 30:
        return None
    middle = (first + last) // 2 // 30 * 30
    return _clock(middle), _clock(middle + 30)


def _minute(text: str) -> int | None:
    hours, _colon, minutes = text[:5].partition(":")
    if not (hours.isascii() and hours.isdigit() and minutes.isascii() and minutes.isdigit()):
        return None
    return int(hours) * 60 + int(minutes)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
