// The weekly view: hours and breaks, the columns are weekdays from Sunday; the rows of one day at a time beside it.
import { clipped, DAY_END, fitted } from "./fit.js";
import { edit } from "./editor.js";
import { freeIndex, keyOf } from "./rows.js";
import { clock, meeting, minutes, say } from "./words.js";

const PARTS = { hours: "hours", break: "breaks" };
const days = () => [...document.querySelectorAll("#rows [data-day]")];
// Column -> weekday as the server counts, in the order of the form.
const weekdays = days().map((day) => day.dataset.day);
const columnOf = (weekday) => weekdays.indexOf(weekday);

function itemOf(row) {
  const [starts, ends] = [minutes(row.values.starts), minutes(row.values.ends)];
  if (starts === null || ends === null || starts >= ends) return null;
  const kind = row.part === "hours" ? "hours" : "break";
  const { modes = [], services = [] } = row.values;
  const label = kind === "break" ? say("break") : [meeting(modes), services.length ? say("some") : ""].filter(Boolean).join(", ");
  return { key: keyOf(row), kind, column: columnOf(row.values.weekday), starts, ends, modes, services, label };
}

function picture(rows) {
  const columns = days().map((day) => {
    const name = day.querySelector("legend").textContent;
    const hours = rows.filter((row) => row.part === "hours" && row.values.weekday === day.dataset.day).map(itemOf);
    const total = hours.reduce((sum, item) => sum + (item ? item.ends - item.starts : 0), 0);
    const note = total ? say("total", { NUMBER: Math.round(total / 6) / 10 }) : "–";
    return { label: day.dataset.short, spoken: name, note, isWrong: Boolean(day.querySelector(".error")) };
  });
  return { columns, items: rows.map(itemOf).filter((item) => item && item.column >= 0), backdrop: [] };
}

/** The hours that a break lies in. */
function hoursAround(items, column, minute) {
  return items.find((item) => item.kind === "hours" && item.column === column && item.starts <= minute && minute < item.ends);
}

const inside = (hours, item) =>
  item.kind === "break" && item.column === hours.column && hours.starts <= item.starts && item.ends <= hours.ends;

function settle(wanted, how, base, items) {
  const others = items.filter((item) => item.kind === wanted.kind && item.column === wanted.column && (how === "copy" || item.key !== wanted.key));
  if (wanted.kind === "hours") return fitted(wanted, how, { starts: 0, ends: DAY_END }, others);
  const minute = { draw: wanted.anchor, start: wanted.ends - 1, end: wanted.starts }[how] ?? (wanted.starts + wanted.ends) / 2;
  return fitted(wanted, how, hoursAround(items, wanted.column, minute), others);
}

function rowOf(item, index, values = {}) {
  const own = item.kind === "hours" ? { modes: item.modes, services: item.services } : {};
  const times = { weekday: weekdays[item.column], starts: clock(item.starts), ends: clock(item.ends) };
  return { part: PARTS[item.kind], index, values: { ...values, ...times, ...own } };
}

/** The rows with the item in its new place; breaks follow the hours that they lie in. */
function change(rows, item, how, base, items) {
  let after = rows;
  const add = (wanted) => {
    const row = rowOf(wanted, freeIndex(after, PARTS[wanted.kind]));
    after = [...after, row];
    return keyOf(row);
  };
  const replace = (wanted) => {
    after = after.map((row) => (keyOf(row) === wanted.key ? rowOf(wanted, row.index, row.values) : row));
  };
  const drop = (key) => (after = after.filter((row) => keyOf(row) !== key));
  const breaks = base?.kind === "hours" ? items.filter((other) => inside(base, other)) : [];
  const shift = base ? item.starts - base.starts : 0;
  const moved = (pause) => ({ ...pause, column: item.column, starts: pause.starts + shift, ends: pause.ends + shift });

  if (how === "draw" || how === "copy") {
    const key = add(item);
    for (const pause of breaks) add(moved(pause));
    return { rows: after, key };
  }
  replace(item);
  for (const pause of breaks) {
    const kept = how === "move" ? moved(pause) : clipped(pause, item);
    if (kept) replace(kept);
    else drop(pause.key);
  }
  return { rows: after, key: item.key };
}

function removed(rows, item, items) {
  const gone = new Set([item.key, ...(item.kind === "hours" ? items.filter((other) => inside(item, other)) : []).map(({ key }) => key)]);
  return rows.filter((row) => !gone.has(keyOf(row)));
}

edit({
  listOf: (row) => document.querySelector(`#rows [data-day="${row.values.weekday}"] [data-list]`),
  picture,
  settle,
  change,
  removed,
  pen: (value) => (value === "break" ? { kind: "break", modes: [] } : { kind: "hours", modes: value.split(",") }),
  shown: (item, grid) => (grid.chosenColumn = item.column),
  inOrder: true,
  drawn(grid) {
    if (!this.placed) {
      // The day that has to be corrected, the one looked at before, or today's.
      this.placed = true;
      const wrong = days().findIndex((day) => "wrong" in day.dataset);
      const before = weekdays.includes(sessionStorage.getItem("hours-day")) && sessionStorage.getItem("hours-day");
      grid.chosenColumn = wrong >= 0 ? wrong : columnOf(before || document.getElementById("hours").dataset.weekday);
      grid.draw();
    }
    sessionStorage.setItem("hours-day", weekdays[grid.chosenColumn]);
    const empty = document.querySelector("[data-empty]");
    if (empty) empty.hidden = Boolean(document.querySelector("#rows [data-row]"));
    days().forEach((day, index) => {
      day.hidden = index !== grid.chosenColumn;
      day.querySelector("[data-none]").hidden = Boolean(day.querySelector("[data-row=hours]"));
    });
  },
});
