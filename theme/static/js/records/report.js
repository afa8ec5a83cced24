// <form data-report>: the report of a scan (saving.js), by section. Ctrl+S saves; Ctrl+Enter asks whether it is done.
// A <form data-report-do> outside of it does something with what is written: it is saved first.
import { toast } from "../toast.js";
import { Kept } from "./kept.js";
import { choosePhrases, expandAsTyped, words } from "./note-words.js";
import { Saving } from "./saving.js";

const SECTIONS = ["history_text", "technique", "findings", "impression", "recommendation"];
const PARTS = [...SECTIONS, "is_critical"];

const read = ({ content, version }) =>
  PARTS.every((name) => typeof content[name] === "string") ? { content, version: String(version) } : null;
const below = (one, other) => [one.replace(/\s+$/, ""), other].filter((text) => text.trim()).join("\n");

/** What was missing is there now: it is no mistake any more. */
function settle(field) {
  if (!field.hasAttribute("aria-invalid")) return;
  document.getElementById(field.getAttribute("aria-describedby"))?.remove();
  for (const name of ["aria-invalid", "aria-describedby"]) field.removeAttribute(name);
}

class Report extends Saving {
  constructor(form) {
    super(form, new Kept(`report:${form.dataset.user}:${form.dataset.report}`, read));
    form.elements.is_critical.addEventListener("change", () => this.typed());
    const { own, clinic, phrases } = words();
    expandAsTyped(form, phrases);
    choosePhrases(form, phrases);
    const choice = form.querySelector("[data-note-template]");
    choice?.addEventListener("change", () => this.#begin([...own, ...clinic].find(({ id }) => id === choice.value), choice));
    for (const does of document.querySelectorAll("form[data-report-do]")) does.addEventListener("submit", (event) => this.#first(event, does));
    form.addEventListener("keydown", (event) => this.#key(event));
    form.addEventListener("input", ({ target }) => settle(target));
  }

  get parts() {
    return PARTS;
  }

  get content() {
    const said = Object.fromEntries(SECTIONS.map((name) => [name, this.form.elements[name].value]));
    return { ...said, is_critical: this.form.elements.is_critical.checked ? "1" : "" };
  }

  same(one, other) {
    return PARTS.every((name) => one[name] === other[name]);
  }

  show(content) {
    for (const name of SECTIONS) {
      const field = this.form.elements[name];
      if (field.value === content[name]) continue;
      field.value = content[name];
      settle(field);
    }
    this.form.elements.is_critical.checked = Boolean(content.is_critical);
  }

  /** Nothing of either is left out; critical for one is critical. */
  together(mine, theirs) {
    const made = { is_critical: mine.is_critical || theirs.is_critical };
    for (const name of SECTIONS) {
      const [one, other] = [mine[name], theirs[name]];
      made[name] = one.includes(other.trim()) ? one : other.includes(one.trim()) ? other : below(one, other);
    }
    return made;
  }

  isOver() {
    return false;
  }

  /** What is written stays; the template's words come below it. */
  #begin(template, choice) {
    choice.value = "";
    if (!template) return;
    const now = this.content;
    this.show({ ...now, ...Object.fromEntries(SECTIONS.map((name) => [name, below(now[name], template.content[name] ?? "")])) });
    this.typed();
    this.form.elements.findings.focus();
  }

  async #first(event, does) {
    event.preventDefault();
    does.closest("dialog")?.close();
    if (!(await this.save())) return toast(this.status.textContent, "error");
    does.elements.version.value = this.version.value;
    does.submit();
  }

  #key(event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    if (event.key === "s") {
      event.preventDefault();
      this.save();
    } else if (event.key === "Enter") {
      event.preventDefault();
      document.getElementById("report-done").showModal();
    }
  }
}

for (const form of document.querySelectorAll("form[data-report]")) new Report(form);
