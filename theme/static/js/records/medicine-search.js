// The field in which a medicine is searched as one types: a combobox with a list (ARIA), arrows, Enter, Escape. Behind the
// name may stand how it is to be taken.

const SEARCH_MS = 120;
// "amox 500 1 tds 7d": dose, how often and for how long may stand behind the name.
const SHORTHAND = /^(.+?)\s+(\d+(?:[.,]\d+)?|½)\s*(once|od|hs|bd|tds|qid|q6h|q8h|q12h|eod|weekly|monthly|prn)(?:\s*x?\s*(\d+)\s*(d|w|m)?\w*)?$/i;
const IN_DAYS = { d: 1, w: 7, m: 30 };

export class MedicineSearch {
  #timer = 0;
  #asked = 0;
  #found = [];
  #chosen = 0;

  /** `options`: url, none (words for no result), usualTimes, take(found, usual): usual is what stood behind the name. */
  constructor(input, list, options) {
    Object.assign(this, { input, list, options });
    input.addEventListener("input", () => this.#typed());
    input.addEventListener("keydown", (event) => this.#key(event));
    input.addEventListener("blur", () => setTimeout(() => this.#close(), 150));
    // On a slow line typing begins before this script is there.
    if (input.value) this.#typed();
    list.addEventListener("pointerdown", (event) => {
      const option = event.target.closest("[role=option]");
      if (!option) return;
      event.preventDefault();
      this.#take(this.#found[option.dataset.at]);
    });
  }

  #typed() {
    clearTimeout(this.#timer);
    const text = this.#query().name;
    if (!text) return this.#close();
    this.#timer = setTimeout(() => this.#look(text), SEARCH_MS);
  }

  #query() {
    const text = this.input.value.trim();
    const short = SHORTHAND.exec(text);
    if (!short) return { name: text };
    const [, name, dose, frequency, count, measure] = short;
    const usual = { dose: dose === "½" ? "0.5" : dose, frequency: frequency.toLowerCase() };
    if (count) usual.days = String(Number(count) * IN_DAYS[(measure ?? "d").toLowerCase()]);
    usual.times = this.options.usualTimes[usual.frequency];
    return { name, usual };
  }

  async #look(text) {
    const number = ++this.#asked;
    let results;
    try {
      const answer = await fetch(`${this.options.url}?q=${encodeURIComponent(text)}`);
      ({ results } = await answer.json());
    } catch {
      return false;
    }
    if (number !== this.#asked) return false;
    this.#found = results;
    this.#chosen = 0;
    this.list.replaceChildren(...results.map((found, at) => this.#option(found, at)));
    if (!results.length) {
      const none = document.createElement("li");
      none.className = "muted p-2 text-sm";
      none.textContent = this.options.none;
      this.list.append(none);
    }
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.#mark();
    return true;
  }

  #option(found, at) {
    const option = document.createElement("li");
    option.id = `${this.list.id}-${at}`;
    option.role = "option";
    option.dataset.at = at;
    const detail = document.createElement("span");
    detail.className = "muted block text-sm";
    detail.textContent = found.detail;
    option.append(found.label, detail);
    return option;
  }

  #mark() {
    for (const option of this.list.querySelectorAll("[role=option]")) {
      const chosen = Number(option.dataset.at) === this.#chosen;
      option.setAttribute("aria-selected", chosen);
      if (chosen) {
        this.input.setAttribute("aria-activedescendant", option.id);
        option.scrollIntoView({ block: "nearest" });
      }
    }
  }

  #close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  async #key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.#found.length) {
      event.preventDefault();
      this.#chosen = (this.#chosen + step + this.#found.length) % this.#found.length;
      this.#mark();
    } else if (event.key === "Escape") this.#close();
    else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && this.input.value.trim()) {
      event.preventDefault();
      // Who types fast presses Enter before the answer is there.
      clearTimeout(this.#timer);
      const fresh = this.list.hidden || this.#asked === 0 || this.list.dataset.for !== this.#query().name;
      // Without an answer the list is that of other words: nothing is taken from it.
      if (fresh && !(await this.#look(this.#query().name))) return;
      this.#take(this.#found[this.#chosen]);
    }
    this.list.dataset.for = this.list.hidden ? "" : this.#query().name;
  }

  #take(found) {
    if (!found) return;
    this.options.take(found, this.#query().usual);
    this.input.value = "";
    this.#found = [];
    this.#close();
  }
}
