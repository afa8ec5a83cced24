// Where an interval may lie. Pure: plain values in, plain values out; minutes of the day.
export const STEP = 15;
export const FINE_STEP = 5;
// A form's time can't say 24:00.
export const DAY_END = 24 * 60 - FINE_STEP;

export const snap = (minute, step = STEP) => Math.round(minute / step) * step;

const overlap = (a, b) => a.starts < b.ends && b.starts < a.ends;

/** The wanted interval inside `room` and clear of `others`; null where there is no place for it.
 *  `how`: move, copy (the length stays), start, end (that edge gives way), draw (grows from `anchor`). */
export function fitted(wanted, how, room, others) {
  if (!room) return null;
  let { starts, ends } = wanted;
  if (how === "move" || how === "copy") {
    const length = ends - starts;
    starts = Math.min(Math.max(starts, room.starts), room.ends - length);
    if (starts < room.starts) return null;
    const placed = { ...wanted, starts, ends: starts + length };
    return others.some((other) => overlap(placed, other)) ? null : placed;
  }
  const anchor = how === "start" ? ends - 1 : how === "end" ? starts : wanted.anchor;
  if (others.some((other) => other.starts <= anchor && anchor < other.ends)) return null;
  const before = Math.max(room.starts, ...others.filter((other) => other.ends <= anchor).map((other) => other.ends));
  const after = Math.min(room.ends, ...others.filter((other) => other.starts > anchor).map((other) => other.starts));
  starts = Math.max(starts, before);
  ends = Math.min(ends, after);
  return ends - starts >= FINE_STEP ? { ...wanted, starts, ends } : null;
}

/** What is left of `part` when only `whole` remains; null when nothing is. */
export function clipped(part, whole) {
  const starts = Math.max(part.starts, whole.starts);
  const ends = Math.min(part.ends, whole.ends);
  const isAll = starts === whole.starts && ends === whole.ends;
  return ends - starts >= FINE_STEP && !isAll ? { ...part, starts, ends } : null;
}
