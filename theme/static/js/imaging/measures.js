// Lines of a known length on the pictures: drawn, moved by their ends (pointer or arrow keys), listed, taken away. They
// belong to one slice each and are stored nowhere.
import { nameOf } from "./series.js";
import { tenth, whole, word } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const SHORTEST = 3;
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** In mm by the picture's spacing, or in pixels where it has none. */
export function lengthOf({ ends: [from, to], spacing }) {
  const { column = 1, row = 1 } = spacing ?? {};
  return Math.hypot((to.x - from.x) * column, (to.y - from.y) * row);
}

function said(line) {
  const name = line.spacing ? (line.spacing.from === "detector" ? "mmDetector" : "mm") : "pixels";
  return word(name, { length: line.spacing ? tenth(lengthOf(line)) : whole(lengthOf(line)) });
}

function make(name, attributes, parent) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  parent?.append(element);
  return element;
}

export class Measures {
  #stage;
  #svg;
  #list;
  #page;
  #lines = [];
  #slice = null;
  #count = 0;

  /** `page`: {show(slice), back(), announce(text)}. */
  constructor(stage, svg, list, page) {
    [this.#stage, this.#svg, this.#list, this.#page] = [stage, svg, list, page];
    stage.addEventListener("drawn", () => this.#place());
    svg.addEventListener("keydown", (event) => this.#key(event));
    list.addEventListener("click", (event) => this.#pressed(event.target.closest("button")));
  }

  /** The slice that is shown now, with its number for people; null while it isn't there. */
  on(slice) {
    this.#slice = slice;
    this.#draw();
  }

  /** A new line from this point of the box; the answer moves its end, and ends it. */
  begin(point) {
    const from = this.#inside(this.#stage.toPicture(point));
    const line = this.#add(from, { ...from });
    return this.#hold(line, 1);
  }

  /** The end of a line near a point of the box: as begin(), or null. */
  grab(point, reach) {
    let [nearest, found] = [reach, null];
    for (const line of this.#here()) {
      line.ends.forEach((end, index) => {
        const { x, y } = this.#stage.toBox(end);
        const away = Math.hypot(x - point.x, y - point.y);
        if (away <= nearest) [nearest, found] = [away, this.#hold(line, index)];
      });
    }
    return found;
  }

  /** A line across the middle, to be put right by keys. */
  place() {
    if (!this.#stage.picture) return;
    const { clientWidth: width, clientHeight: height } = this.#stage.box;
    const [from, to] = [0.35, 0.65].map((part) => this.#inside(this.#stage.toPicture({ x: part * width, y: height / 2 })));
    const line = this.#add(from, to);
    this.#handle(line, 0).focus({ preventScroll: true });
    this.#page.announce(word("lineNew", { length: said(line) }));
  }

  #here = () => this.#lines.filter((line) => this.#slice && line.slice.key === this.#slice.key);
  #handle = (line, index) => this.#svg.querySelector(`[data-end="${line.id}:${index}"]`);

  #inside({ x, y }) {
    const { columns, rows } = this.#stage.picture;
    return { x: Math.min(columns, Math.max(0, x)), y: Math.min(rows, Math.max(0, y)) };
  }

  #add(from, to) {
    this.#count += 1;
    const line = { id: this.#count, slice: this.#slice, ends: [from, to], spacing: this.#stage.picture.spacing };
    this.#lines.push(line);
    this.#draw();
    return line;
  }

  #hold(line, index) {
    return {
      move: (point) => {
        line.ends[index] = this.#inside(this.#stage.toPicture(point));
        this.#place();
      },
      end: () => {
        const [from, to] = line.ends.map((end) => this.#stage.toBox(end));
        if (Math.hypot(to.x - from.x, to.y - from.y) < SHORTEST) this.#remove(line);
        else this.#page.announce(word("lineIs", { number: line.id, length: said(line) }));
        this.#fill();
      },
    };
  }

  #remove(line) {
    this.#lines = this.#lines.filter((other) => other !== line);
    this.#draw();
  }

  /** Takes away the newest line of this slice. */
  removeLast() {
    const line = this.#here().at(-1);
    if (line) this.#removed(line);
  }

  #removed(line) {
    this.#remove(line);
    this.#page.announce(word("lineGone", { number: line.id }));
    this.#page.back();
  }

  #draw() {
    this.#svg.replaceChildren();
    for (const line of this.#here()) {
      const group = make("g", { "data-line": line.id }, this.#svg);
      make("line", { class: "viewer-line-edge" }, group);
      make("line", { class: "viewer-line" }, group);
      make("text", { class: "viewer-line-text", "aria-hidden": "true" }, group);
      for (const index of [0, 1]) {
        make("circle", { class: "viewer-end", r: 7, tabindex: 0, role: "button", "data-end": `${line.id}:${index}` }, group);
      }
    }
    this.#place();
    this.#fill();
  }

  /** Where the lines are now; the same elements, so that focus stays. */
  #place() {
    if (!this.#stage.picture) return;
    for (const line of this.#here()) {
      const group = this.#svg.querySelector(`[data-line="${line.id}"]`);
      const [from, to] = line.ends.map((end) => this.#stage.toBox(end));
      const set = (element, values) => {
        for (const [key, value] of Object.entries(values)) element.setAttribute(key, value.toFixed(1));
      };
      for (const drawn of group.querySelectorAll("line")) set(drawn, { x1: from.x, y1: from.y, x2: to.x, y2: to.y });
      const text = group.querySelector("text");
      text.textContent = said(line);
      const right = from.x > to.x ? from : to;
      const fits = right.x + 90 < this.#stage.box.clientWidth;
      set(text, fits ? { x: right.x + 12, y: right.y + 4 } : { x: right.x - 90, y: right.y - 14 });
      [from, to].forEach((end, index) => {
        const circle = this.#handle(line, index);
        set(circle, { cx: end.x, cy: end.y });
        circle.setAttribute("aria-label", word(index ? "endOf" : "startOf", { number: line.id, length: said(line) }));
      });
    }
  }

  #fill() {
    this.#list.replaceChildren(
      ...this.#lines.map((line) => {
        const row = document.createElement("li");
        row.className = "viewer-measure";
        const text = document.createElement("span");
        text.className = "tabular grow";
        const place = { picture: whole(line.slice.number), series: nameOf(line.slice.series) };
        text.textContent = word("lineRow", { number: line.id, length: said(line), ...place });
        row.append(text);
        for (const what of ["start", "end", "delete"]) {
          const button = document.createElement("button");
          Object.assign(button, { type: "button", className: "btn btn-ghost btn-sm", textContent: word(what) });
          button.setAttribute("aria-label", word(`${what}Of`, { number: line.id, length: said(line) }));
          Object.assign(button.dataset, { does: what, line: line.id });
          row.append(button);
        }
        return row;
      }),
    );
    this.#list.closest("[data-measures]").toggleAttribute("data-none", this.#lines.length === 0);
  }

  #pressed(button) {
    const line = this.#lines.find((one) => String(one.id) === button?.dataset.line);
    if (!line) return;
    if (button.dataset.does === "delete") {
      this.#removed(line);
      return;
    }
    this.#page.show(line.slice);
    this.#handle(line, button.dataset.does === "start" ? 0 : 1)?.focus({ preventScroll: false });
  }

  #key(event) {
    const [id, index] = (event.target.dataset?.end ?? "").split(":");
    const line = this.#lines.find((one) => String(one.id) === id);
    if (!line || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = STEPS[event.key];
    if (step) {
      const size = event.shiftKey ? 10 : 1;
      const end = line.ends[index];
      line.ends[index] = this.#inside({ x: end.x + step[0] * size, y: end.y + step[1] * size });
      this.#place();
      this.#fill();
      this.#page.announce(said(line));
    } else if (event.key === "Delete" || event.key === "Backspace") this.#removed(line);
    else if (event.key === "Escape") this.#page.back();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
