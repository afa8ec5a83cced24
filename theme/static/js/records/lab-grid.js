// <form data-lab-grid>: results entered like in a spreadsheet. Enter and the arrow keys go from row to row, a column that
// was copied elsewhere is pasted downwards (two columns: name and value, wherever the rows stand), and what each cell
// means is asked while somebody types. The server reads the cells the same way when they are stored; nothing is reckoned
// here. Storing is asked for beside the page, so that what is typed stays where it is when the line is down.
import { csrfToken } from "../csrf.js";
import { KeptGrid } from "./lab-grid-kept.js";

const AFTER_TYPING_MS = 180;

class Grid {
  #timer = 0;
  #asked = 0;

  constructor(form) {
    this.form = form;
    this.rows = [...form.querySelectorAll("[data-lab-row]")];
    this.cells = this.rows.map((row) => row.querySelector(".lab-cell"));
    this.tally = form.querySelector("[data-lab-tally]");
    this.flags = document.getElementById("lab-flags").content;
    form.addEventListener("keydown", (event) => this.#key(event));
    form.addEventListener("paste", (event) => this.#paste(event));
    form.addEventListener("focusin", ({ target }) => this.cells.includes(target) && target.select());
    form.addEventListener("input", ({ target }) => {
      this.kept.keep();
      if (this.cells.includes(target) || target.name === "collected_at") this.#soon();
    });
    form.addEventListener("submit", (event) => this.#submit(event));
    this.kept = new KeptGrid(form, () => this.#ask());
    if (this.cells.some((cell) => cell.value)) this.#ask();
  }

  #key(event) {
    const index = this.cells.indexOf(event.target);
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.form.requestSubmit(this.form.querySelector("[data-lab-save]"));
      return;
    }
    // While a Nepali or other input method composes, its keys are its own.
    if (index < 0 || event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1, Enter: event.shiftKey ? -1 : 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = this.cells[index + step];
    if (next) next.focus();
    else if (event.key === "Enter" && step === 1) this.form.querySelector("[data-lab-save]").focus();
  }

  #paste(event) {
    const index = this.cells.indexOf(event.target);
    if (index < 0) return;
    const lines = (event.clipboardData?.getData("text") ?? "").replace(/\r\n?/g, "\n").replace(/\n+$/, "").split("\n");
    if (lines.length < 2 && !lines[0].includes("\t")) return; // one value: the browser's own paste
    event.preventDefault();
    let put = 0;
    lines.forEach((line, offset) => {
      const parts = line.split("\t").map((part) => part.trim());
      const named = parts.length > 1 ? this.rows.findIndex((row) => this.#isCalled(row, parts[0])) : -1;
      const cell = named >= 0 ? this.cells[named] : this.cells[index + offset];
      // Of a line whose name is not in the grid nothing is guessed.
      if (!cell || (parts.length > 1 && named < 0)) return;
      cell.value = (parts.length > 1 ? parts.slice(1).find(Boolean) : parts[0]) ?? "";
      put += 1;
    });
    this.tally.textContent = this.form.dataset.pasted.replace("%s", put);
    const last = this.cells[Math.min(index + lines.length, this.cells.length) - 1];
    last?.focus();
    this.kept.keep();
    this.#soon();
  }

  async #submit(event) {
    const button = event.submitter;
    if (!["save", "final"].includes(button?.value)) return;
    event.preventDefault();
    if (this.storing) return;
    this.storing = true;
    button.setAttribute("aria-busy", "true");
    this.kept.keep();
    this.#say("");
    const url = await this.#store(button).catch(() => this.#say("offline"));
    this.storing = false;
    button.removeAttribute("aria-busy");
    if (!url) return;
    this.kept.stored();
    location.assign(url);
  }

  /** Resolves to the address of the stored report, or to nothing. */
  async #store(button) {
    const body = new URLSearchParams(new FormData(this.form));
    body.set(button.name, button.value);
    const headers = { "X-CSRFToken": csrfToken(), Accept: "application/json" };
    const answer = await fetch(this.form.action, { method: "POST", body, redirect: "manual", headers });
    // A redirect leads to the log-in page.
    if (answer.type === "opaqueredirect") return this.#say("signedOut");
    if (answer.status >= 500 || answer.status === 429) return this.#say("offline");
    if (answer.ok) return (await answer.json()).url;
    // Refused, and nothing is stored: sent once more as a page, the server says why beside each field.
    const does = Object.assign(document.createElement("input"), { type: "hidden", name: button.name, value: button.value });
    this.form.append(does);
    this.form.submit();
    return undefined;
  }

  #say(name) {
    this.form.querySelector("[data-lab-not-stored]").textContent = name ? this.form.dataset[name] : "";
  }

  #isCalled(row, name) {
    const wanted = name.toLowerCase();
    return row.dataset.names.toLowerCase().split("|").some((own) => own && own === wanted);
  }

  #soon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), AFTER_TYPING_MS);
  }

  async #ask() {
    const asked = ++this.#asked;
    const body = new URLSearchParams(new FormData(this.form));
    try {
      const answer = await fetch(this.form.dataset.check, { method: "POST", body, headers: { "X-CSRFToken": csrfToken() } });
      if (answer.ok) {
        const said = await answer.json();
        if (asked === this.#asked) this.#show(said);
      }
    } catch {
      // Without a line nothing is flagged; storing says what is wrong.
    }
  }

  #show(said) {
    for (const row of this.rows) {
      const cell = said.cells[row.dataset.labRow];
      if (!cell) continue;
      const input = row.querySelector(".lab-cell");
      const place = row.querySelector("[data-said]");
      row.querySelector("[data-range]").textContent = cell.range;
      if (cell.error) {
        input.setAttribute("aria-invalid", "true");
        const error = document.createElement("span");
        error.className = "error";
        error.textContent = cell.error;
        place.replaceChildren(error);
      } else {
        input.removeAttribute("aria-invalid");
        const flag = cell.flag && this.flags.querySelector(`[data-flag="${cell.flag}"]`);
        place.replaceChildren(...(flag ? flag.cloneNode(true).childNodes : []));
      }
    }
    const parts = [["filled", said.filled], ["wrong", said.wrong], ["critical", said.critical]];
    this.tally.textContent = parts
      .filter(([name, count]) => count || name === "filled")
      .map(([name, count]) => this.form.dataset[name].replace("%s", count))
      .join(" · ");
  }
}

for (const form of document.querySelectorAll("form[data-lab-grid]")) new Grid(form);
