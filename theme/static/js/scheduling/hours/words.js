// What the grid says, in the page's language, and times of a day as minutes.
const data = document.getElementById("grid-words").dataset;

/** A sentence of parts/grid_words.html; NAME in capitals is filled in. */
export function say(name, filled = {}) {
  return Object.entries(filled).reduce((text, [key, value]) => text.replace(key, value), data[name] ?? "");
}

export const clock = (minute) =>
  `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;

/** "09:05" -> 545; null when it is no time. */
export function minutes(text) {
  const found = /^(\d{2}):(\d{2})/.exec(text ?? "");
  return found ? Number(found[1]) * 60 + Number(found[2]) : null;
}

export const span = ({ starts, ends }) => `${clock(starts)}–${clock(ends)}`;

/** How one can meet: "Video", "In person", or both. */
export function meeting(modes) {
  if (modes.length !== 1) return modes.length ? say("both") : "";
  return say(modes[0]);
}
