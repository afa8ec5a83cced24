// What is typed into a lab grid and not stored yet survives a crash of the browser. Values of an old sample must not slip
// into a new report, so nothing comes back by itself: it is shown, to be put back or thrown away.
import { Kept } from "./kept.js";

const HEAD = ["title", "collected_at", "laboratory", "comment"];

const isSheet = (sheet) => Array.isArray(sheet?.rows) && sheet.rows.every(({ id, name, value }) => id && name && typeof value === "string");
const same = (one, other) => JSON.stringify([one.head, one.rows]) === JSON.stringify([other.head, other.rows]);

function read({ sheet, left }) {
  const sheets = [...(left ?? []), sheet].filter(isSheet);
  return sheets.length ? { sheets } : null;
}

export class KeptGrid {
  #left = [];

  constructor(form, changed) {
    this.form = form;
    this.changed = changed;
    this.kept = new Kept(`lab-grid:${form.dataset.user}:${form.dataset.kept}`, read);
    this.notice = form.querySelector("[data-lab-left]");
    this.opened = this.#sheet();
    this.notice.querySelector("[data-lab-put-back]").addEventListener("click", () => this.#putBack());
    this.notice.querySelector("[data-lab-throw-away]").addEventListener("click", () => this.#next());
    this.#open();
  }

  /** Call it whenever something was typed. */
  keep() {
    const sheet = this.#sheet();
    const news = !same(sheet, this.opened);
    if (news || this.#left.length) this.kept.keep({ sheet: news ? sheet : null, left: this.#left });
    else this.kept.drop();
  }

  /** What stands in the grid is stored. */
  stored() {
    this.opened = this.#sheet();
    this.keep();
  }

  async #open() {
    for (const { sheets, drop } of await this.kept.open()) {
      this.#left.push(...sheets.filter((sheet) => !same(sheet, this.#sheet())));
      drop();
    }
    this.keep();
    this.#show();
  }

  #sheet() {
    const rows = [...this.form.querySelectorAll("[data-lab-row]")].map((row) => ({
      id: row.dataset.labRow,
      name: row.dataset.names.split("|")[0],
      value: row.querySelector(".lab-cell").value,
    }));
    const head = Object.fromEntries(HEAD.map((name) => [name, this.form.elements[name].value]));
    return { at: Date.now(), head, rows: rows.filter(({ value }) => value.trim()) };
  }

  #show() {
    const [sheet] = this.#left;
    this.notice.hidden = !sheet;
    if (!sheet) return;
    const options = { dateStyle: "medium", timeStyle: "short", hourCycle: "h23", timeZone: this.form.dataset.timeZone };
    this.notice.querySelector("[data-lab-left-at]").textContent = new Intl.DateTimeFormat("en-GB", options).format(sheet.at);
    const said = [...sheet.rows.map(({ name, value }) => `${name} ${value}`), sheet.head?.comment].filter(Boolean);
    this.notice.querySelector("[data-lab-left-rows]").textContent = said.join(" · ");
  }

  #next() {
    this.#left.shift();
    this.keep();
    this.#show();
  }

  /** Rows that this grid has not stay in the notice, with nothing but throwing away left to do. */
  #putBack() {
    const [sheet] = this.#left;
    for (const name of HEAD) if (typeof sheet.head?.[name] === "string") this.form.elements[name].value = sheet.head[name];
    sheet.rows = sheet.rows.filter(({ id, value }) => {
      const cell = this.form.querySelector(`[data-lab-row="${CSS.escape(id)}"] .lab-cell`);
      if (cell) cell.value = value;
      return !cell;
    });
    if (sheet.rows.length) {
      sheet.head = {};
      this.keep();
      this.#show();
    } else this.#next();
    this.form.querySelector(".lab-cell")?.focus();
    this.changed();
  }
}
