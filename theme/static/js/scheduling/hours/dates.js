// The view of single dates: openings, time off and parts of days off, over what the week holds anyway. The form has
// every date that is not over; the grid shows one week of it, and weeks turn without losing what is unsaved.
import { DAY_END, fitted } from "./fit.js";
import { edit } from "./editor.js";
import { freeIndex, keyOf } from "./rows.js";
import { clock, meeting, minutes, say } from "./words.js";

const form = document.getElementById("hours");
const text = form.dataset;
const [months, names] = [text.months.split(","), text.weekdays.split(",")];
const PARTS = { opening: "openings", off: "absences" };
let backdrop = [];
let first = text.week;
let shown = 0;

// Days are plain text, YYYY-MM-DD; arithmetic in UTC, where every day has 24 hours.
const moved = (day, by) => new Date(Date.parse(`${day}T00:00Z`) + by * 86_400_000).toISOString().slice(0, 10);
const dayOf = (column) => moved(first, column);
const columnOf = (day) => (day ? Math.round((Date.parse(`${day}T00:00Z`) - Date.parse(`${first}T00:00Z`)) / 86_400_000) : -1);
const inWeek = (column) => column >= 0 && column < 7;

function spoken(day) {
  const date = new Date(`${day}T00:00Z`);
  return `${date.getUTCDate()} ${months[date.getUTCMonth()]}`;
}

function itemOf(row) {
  const { values } = row;
  const [starts, ends] = [minutes(values.starts), minutes(values.ends)];
  if (starts === null || ends === null || starts >= ends) return null;
  const isOff = row.part === "absences";
  const { modes = [], services = [] } = values;
  const label = isOff ? values.reason || say("off") : [meeting(modes), services.length ? say("some") : ""].filter(Boolean).join(", ");
  const column = columnOf(isOff ? values.first_day : values.day);
  return { key: keyOf(row), kind: isOff ? "off" : "opening", column, starts, ends, modes, services, label };
}

const isWhole = (row) => row.part === "absences" && row.values.first_day && !row.values.starts && !row.values.ends;
const touches = (row, day) => row.values.first_day <= day && day <= (row.values.last_day || row.values.first_day);

function picture(rows) {
  const whole = rows.filter(isWhole);
  const columns = names.map((name, index) => {
    const day = dayOf(index);
    const off = whole.find((row) => touches(row, day));
    const note = `${Number(day.slice(8))} ${months[Number(day.slice(5, 7)) - 1]}`;
    return { label: name, note, spoken: `${name} ${spoken(day)}`, isClosed: day < text.today, isToday: day === text.today, off };
  });
  const offs = columns.flatMap(({ off }, column) =>
    off ? [{ column, kind: "dayoff", starts: 0, ends: 24 * 60, words: off.values.reason || say("dayoff") }] : [],
  );
  const items = rows.map(itemOf).filter((item) => item && inWeek(item.column));
  return { columns, items, backdrop: [...backdrop, ...offs] };
}

function settle(wanted, how, base, items, columns) {
  if (columns[wanted.column].isClosed || columns[wanted.column].off) return null;
  const others = items.filter((item) => item.kind === wanted.kind && item.column === wanted.column && (how === "copy" || item.key !== wanted.key));
  return fitted(wanted, how, { starts: 0, ends: DAY_END }, others);
}

function rowOf(item, index, values = {}) {
  const day = dayOf(item.column);
  const times = { starts: clock(item.starts), ends: clock(item.ends) };
  const own = item.kind === "opening" ? { day, modes: item.modes, services: item.services } : { first_day: day, last_day: "", reason: values.reason ?? "" };
  return { part: PARTS[item.kind], index, values: { ...values, ...times, ...own } };
}

function change(rows, item, how, base) {
  if (how === "draw" || how === "copy") {
    const from = how === "copy" ? rows.find((row) => keyOf(row) === base.key).values : {};
    const row = rowOf(item, freeIndex(rows, PARTS[item.kind]), from);
    return { rows: [...rows, row], key: keyOf(row) };
  }
  return {
    rows: rows.map((row) => (keyOf(row) === item.key ? rowOf(item, row.index, row.values) : row)),
    key: item.key,
  };
}

const editor = edit({
  listOf: (row) => document.querySelector(`#rows [data-list="${row.part}"]`),
  picture,
  settle,
  change,
  removed: (rows, item) => rows.filter((row) => keyOf(row) !== item.key),
  pen: (value) => (value === "off" ? { kind: "off", modes: [] } : { kind: "opening", modes: value.split(",") }),
  drawn(grid, rows) {
    if (!this.placed) {
      this.placed = true;
      grid.chosenColumn = inWeek(columnOf(text.today)) ? columnOf(text.today) : 0;
      grid.draw();
    }
    for (const none of form.querySelectorAll("[data-none]"))
      none.hidden = rows.some((row) => row.part === none.dataset.none);
    form.querySelector("[data-week-title]").textContent = `${spoken(first)} – ${spoken(dayOf(6))} ${dayOf(6).slice(0, 4)}`;
    form.querySelector("[name=shown]").value = first;
    const chosen = grid.columns[grid.chosenColumn];
    form.querySelector("[data-day-name]").textContent = chosen.spoken;
    form.querySelector("[data-day-off]").hidden = chosen.isClosed || Boolean(chosen.off);
    form.querySelector("[data-day-on]").hidden = chosen.isClosed || !chosen.off;
  },
});

async function turn(to) {
  const asked = (shown += 1);
  first = to;
  backdrop = [];
  editor.grid.chosen = null;
  editor.grid.chosenColumn = inWeek(columnOf(text.today)) ? columnOf(text.today) : 0;
  const target = form.querySelector("[data-shown-week]");
  if (target && [...target.options].some((option) => option.value === first)) target.value = first;
  editor.draw();
  const url = new URL(text.backdrop, location.origin);
  url.searchParams.set("week", first);
  try {
    const answer = await fetch(url, { headers: { "X-Background": "1" }, redirect: "error" });
    if (answer.ok && asked === shown) backdrop = await answer.json();
  } catch {
    // Without its backdrop the week can be edited all the same.
  }
  if (asked === shown) editor.draw();
}

const offRow = (rows, first_day, last_day, reason = "") => ({
  part: "absences",
  index: freeIndex(rows, "absences"),
  values: { first_day, last_day, starts: "", ends: "", reason },
});

form.querySelector("[data-day-off]").addEventListener("click", () => {
  const day = dayOf(editor.grid.chosenColumn);
  editor.alter((rows) => {
    // A whole day takes the place of parts of it, and of hours that could not be booked.
    const kept = rows.filter(({ values }) => values.day !== day && !(values.first_day === day && values.starts));
    return [...kept, offRow(kept, day, day)];
  });
  form.querySelector("[data-day-on]").focus();
});

form.querySelector("[data-day-on]").addEventListener("click", () => {
  const day = dayOf(editor.grid.chosenColumn);
  editor.alter((rows) => {
    const off = rows.find((row) => isWhole(row) && touches(row, day));
    let kept = rows.filter((row) => row !== off);
    const { first_day: start, last_day, reason } = off.values;
    // Of a longer absence the days before and after stay.
    for (const [from, to] of [[start, moved(day, -1)], [moved(day, 1), last_day || start]])
      if (from <= to) kept = [...kept, offRow(kept, from, to, reason)];
    return kept;
  });
  form.querySelector("[data-day-off]").focus();
});

form.querySelector("[data-week-before]").addEventListener("click", () => turn(moved(first, -7)));
form.querySelector("[data-week-after]").addEventListener("click", () => turn(moved(first, 7)));
form.querySelector("[data-week-now]").addEventListener("click", () => {
  turn(moved(text.today, -new Date(`${text.today}T00:00Z`).getUTCDay()));
});
turn(first);
