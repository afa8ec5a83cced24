// Draws seven days with what stands in them. Knows nothing of forms: it is told what to draw, and says what was
// chosen. An item: {key, kind, column, starts, ends, modes, services, label}, times in minutes of the clinic's day.
import { clock, say, span } from "./words.js";

const HOUR = 60;
const USUAL = { first: 7, last: 20 };

function part(tag, className, text = "") {
  const element = document.createElement(tag);
  element.className = className;
  if (text) element.textContent = text;
  return element;
}

function place(element, { starts, ends }) {
  element.style.setProperty("--from", starts / HOUR);
  element.style.setProperty("--to", ends / HOUR);
  return element;
}

export class Grid {
  columns = [];
  items = [];
  backdrop = [];
  chosen = null;
  chosenColumn = 0;
  wholeDay = false;

  /** `onColumn(index)`: a day's head was pressed. */
  constructor(box, { onColumn }) {
    this.box = box;
    this.onColumn = onColumn;
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", say("grid"));
    this.heads = part("div", "wg-heads");
    this.body = part("div", "wg-body");
    this.keysHelp = part("p", "sr-only", say("keys"));
    this.keysHelp.id = "grid-keys";
    this.said = part("p", "sr-only");
    this.said.setAttribute("role", "status");
    box.append(this.heads, this.body, this.keysHelp, this.said);
  }

  announce(text) {
    this.said.textContent = text;
  }

  get range() {
    if (this.wholeDay) return { first: 0, last: 24 };
    const shown = [...this.items, ...this.backdrop.filter((thing) => thing.ends - thing.starts < 24 * HOUR)];
    const starts = shown.map((thing) => Math.floor(thing.starts / HOUR));
    const ends = shown.map((thing) => Math.ceil(thing.ends / HOUR));
    return { first: Math.min(USUAL.first, ...starts), last: Math.max(USUAL.last, ...ends) };
  }

  /** Columns: {label, short, note, spoken, isClosed, isOff, isWrong}. */
  draw({ columns = this.columns, items = this.items, backdrop = this.backdrop } = {}) {
    Object.assign(this, { columns, items, backdrop });
    const focused = document.activeElement?.closest?.(".wg-block, .wg-head")?.dataset.key;
    const { first, last } = this.range;
    this.box.style.setProperty("--first", first);
    this.box.style.setProperty("--last", last);
    this.#drawHeads();
    const hours = part("div", "wg-rail");
    hours.setAttribute("aria-hidden", "true");
    for (let hour = first; hour < last; hour += 1)
      hours.append(place(part("span", "wg-hour", clock(hour * HOUR)), { starts: hour * HOUR, ends: 0 }));
    this.body.replaceChildren(hours, ...columns.map((column, index) => this.#column(column, index)));
    if (focused) this.focus(focused);
  }

  #drawHeads() {
    const heads = this.columns.map((column, index) => {
      const head = part("button", "wg-head");
      head.type = "button";
      head.dataset.key = `head:${index}`;
      head.setAttribute("aria-pressed", String(index === this.chosenColumn));
      head.setAttribute("aria-label", say("day", { DAY: column.spoken }));
      head.classList.toggle("is-wrong", Boolean(column.isWrong));
      head.classList.toggle("is-today", Boolean(column.isToday));
      head.append(part("span", "wg-name", column.label), part("span", "wg-note", column.note ?? ""));
      head.addEventListener("click", () => this.onColumn(index));
      return head;
    });
    this.heads.replaceChildren(part("span", "wg-corner"), ...heads);
  }

  #column(column, index) {
    const element = part("div", "wg-column");
    element.dataset.column = index;
    element.classList.toggle("is-chosen", index === this.chosenColumn);
    element.classList.toggle("is-closed", Boolean(column.isClosed));
    const things = this.backdrop.filter((thing) => thing.column === index);
    element.append(...things.map((thing) => this.#thing(thing)));
    const items = this.items.filter((item) => item.column === index).sort((a, b) => a.starts - b.starts);
    element.append(...items.map((item) => this.#block(item, column)));
    return element;
  }

  #thing(thing) {
    const element = place(part("div", `wg-thing wg-${thing.kind}`, thing.words), thing);
    element.setAttribute("aria-hidden", "true");
    return element;
  }

  #block(item, column) {
    const element = place(part("div", `wg-block wg-${item.kind}`), item);
    element.dataset.key = item.key;
    if (item.modes.length === 1) element.classList.add(`wg-${item.modes[0]}`);
    element.classList.toggle("is-chosen", item.key === this.chosen);
    element.classList.toggle("is-short", item.ends - item.starts < 45);
    element.tabIndex = 0;
    element.setAttribute("role", "button");
    element.setAttribute("aria-label", `${column.spoken}, ${say(item.kind)}, ${span(item)}, ${item.label}`);
    element.setAttribute("aria-describedby", this.keysHelp.id);
    element.title = `${span(item)} ${item.label}`;
    element.append(part("span", "wg-time", span(item)), part("span", "wg-label", item.label));
    for (const edge of ["start", "end"]) {
      const handle = part("span", `wg-handle wg-handle-${edge}`);
      handle.dataset.edge = edge;
      element.append(handle);
    }
    return element;
  }

  item(key) {
    return this.items.find((item) => item.key === key);
  }

  /** Puts the cursor on a block or head; says whether it is there. */
  focus(key) {
    const element = this.box.querySelector(`[data-key="${key}"]`);
    element?.focus({ preventScroll: true });
    return Boolean(element);
  }

  /** Shows where a dragged interval would land; null takes it away. */
  ghost(item) {
    this.box.querySelector(".wg-ghost")?.remove();
    if (!item) return;
    const column = this.body.querySelector(`[data-column="${item.column}"]`);
    const element = place(part("div", `wg-block wg-ghost wg-${item.kind}`), item);
    element.append(part("span", "wg-time", span(item)));
    column.append(element);
  }

  lift(key) {
    for (const block of this.box.querySelectorAll(".wg-block"))
      block.classList.toggle("is-lifted", block.dataset.key === key);
  }

  /** Which column and minute a point of the window is at; the nearest column when it is beside them. */
  at(x, y) {
    const columns = [...this.body.querySelectorAll(".wg-column")].filter((column) => column.offsetWidth);
    const boxes = columns.map((column) => column.getBoundingClientRect());
    let nearest = boxes.findIndex((box) => x < box.right);
    if (nearest < 0) nearest = boxes.length - 1;
    const { top, height } = boxes[nearest];
    const { first, last } = this.range;
    const minute = (first + ((y - top) / height) * (last - first)) * HOUR;
    return { column: Number(columns[nearest].dataset.column), minute: Math.min(Math.max(minute, 0), 24 * HOUR) };
  }
}
