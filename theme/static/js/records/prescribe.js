// [data-prescribe]: a prescription is written, mostly by keyboard. Rows live in the page; with each change all of them are
// sent, and the server answers with quantities, sentences in the patient's language and the safety findings.
import { csrfToken } from "../csrf.js";
import { toast } from "../toast.js";
import { askForReasons, showFindings, typedReasons } from "./findings.js";
import { MedicineSearch } from "./medicine-search.js";

const AFTER_TYPING_MS = 450;
const AGAIN_MS = 4_000;
const FIELDS = ["dose", "frequency", "days", "quantity", "instructions", "times", "route", "starts_on", "as_needed"];
const USUAL = ["dose", "frequency", "days", "instructions", "times", "route", "as_needed"];
class Editor {
  #timer = 0;
  #sending = null;
  #stored = "";
  #stopped = false;

  constructor(root) {
    this.root = root;
    this.state = JSON.parse(root.querySelector(`#${CSS.escape(root.dataset.prescribe)}`).textContent);
    this.lines = this.part("lines");
    this.search = this.part("search");
    this.findings = this.part("findings");
    this.note = this.part("note");
    this.language = this.part("language");
    this.note.value = this.state.note;
    this.language.value = this.state.language;
    for (const item of this.state.items) this.#row(item);
    this.#words(this.state.lines);
    this.#showKit(this.state.kit);
    this.#stored = this.#content();
    this.#count();
    this.#listen();
    if (matchMedia("(min-width: 40rem)").matches) this.search.focus({ preventScroll: true });
  }

  /** Neither signed nor ended elsewhere, nor thrown away beside the video, where the page stays. */
  #isOpen() {
    return !this.#stopped && this.root.isConnected;
  }

  part(name) {
    return this.root.querySelector(`[data-rx-${name}]`);
  }

  #listen() {
    new MedicineSearch(this.search, this.part("found"), {
      url: this.root.dataset.search,
      none: this.root.dataset.none,
      usualTimes: this.state.usual_times,
      take: (found, usual) => this.#take(found, usual),
    });
    this.root.addEventListener("input", (event) => {
      if (event.target.closest("[data-field]")) this.#changed(event.target);
      else if (event.target === this.note || event.target === this.language) this.#soon();
    });
    this.root.addEventListener("keydown", (event) => this.#key(event));
    this.root.addEventListener("click", (event) => this.#click(event));
    addEventListener("online", () => this.save());
    addEventListener("beforeunload", (event) => {
      if (this.#isOpen() && this.#content() !== this.#stored) event.preventDefault();
    });
  }

  // --- Rows ---

  #row(item, { focus = false } = {}) {
    const row = this.root.querySelector("template[data-rx-row]").content.firstElementChild.cloneNode(true);
    row.dataset.medicine = item.medicine;
    row.querySelector("[data-label]").textContent = item.label;
    row.querySelector("[data-detail]").textContent = item.detail;
    row.querySelector("[data-unit]").textContent = item.unit;
    for (const name of FIELDS) {
      const field = this.#field(row, name);
      if (name === "as_needed") field.checked = Boolean(item.as_needed);
      else if (name === "times") field.value = (item.times ?? []).join(", ");
      else field.value = item[name] ?? "";
    }
    if (!item.frequency) this.#field(row, "frequency").value = "od";
    if (!item.dose) this.#field(row, "dose").value = "1";
    if (!item.route) this.#field(row, "route").value = item.routes?.[0] ?? "oral";
    this.lines.append(row);
    if (focus) {
      this.#field(row, "dose").focus();
      this.#field(row, "dose").select();
      row.scrollIntoView({ block: "nearest" });
    }
    return row;
  }

  #field(row, name) {
    return row.querySelector(`[data-field="${name}"]`);
  }

  #rows() {
    return [...this.lines.querySelectorAll("[data-rx-line]")];
  }

  #item(row) {
    const item = { medicine: row.dataset.medicine };
    for (const name of FIELDS) {
      const field = this.#field(row, name);
      if (name === "as_needed") item.as_needed = field.checked;
      else if (name === "times") item.times = field.value.split(/[\s,;]+/).filter(Boolean);
      else item[name] = field.value.trim();
    }
    if (item.dose === "½") item.dose = "0.5";
    return item;
  }

  #content() {
    return JSON.stringify({ items: this.#rows().map((row) => this.#item(row)), note: this.note.value, language: this.language.value });
  }

  #count() {
    const rows = this.#rows();
    rows.forEach((row, at) => {
      row.querySelector("[data-number]").textContent = at + 1;
      row.setAttribute("aria-label", `${at + 1}: ${row.querySelector("[data-label]").textContent}`);
      const liked = this.state.kit.favourites.some(({ medicine }) => medicine === row.dataset.medicine);
      row.querySelector("[data-favourite]")?.setAttribute("aria-pressed", liked);
    });
    this.part("empty").hidden = rows.length > 0;
    const repeat = this.part("repeat");
    if (repeat) repeat.hidden = rows.length > 0;
    for (const name of ["sign", "keep"]) if (this.part(name)) this.part(name).disabled = rows.length === 0;
  }

  #changed(field) {
    const row = field.closest("[data-rx-line]");
    // Another frequency has its own usual times.
    if (field.dataset.field === "frequency") this.#field(row, "times").value = (this.state.usual_times[field.value] ?? []).join(", ");
    this.#soon();
  }

  #words(lines) {
    this.#rows().forEach((row, at) => {
      const words = lines[at];
      if (!words) return;
      row.querySelector("[data-sentence]").textContent = words.sentence;
      this.#field(row, "quantity").placeholder = words.quantity;
    });
  }

  // --- Adding ---

  #take(found, usual) {
    const liked = this.state.kit.favourites.find(({ medicine }) => medicine === found.medicine);
    this.#add({ times: this.state.usual_times[liked?.frequency ?? "od"], ...liked, ...found, ...usual }, !usual);
  }

  #add(item, focus = true) {
    if (this.#rows().some((row) => row.dataset.medicine === item.medicine)) toast(this.root.dataset.replace, "info");
    this.#row(item, { focus });
    this.#count();
    this.#soon(0);
  }

  // --- Keys and buttons ---

  #key(event) {
    if (event.key !== "Enter") return;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      this.#sign();
      return;
    }
    const field = event.target.closest("[data-field]");
    if (!field || field.type === "checkbox") return;
    event.preventDefault();
    // To the next field of the row that can be seen, and from the last one back to the search.
    const fields = [...field.closest("[data-rx-line]").querySelectorAll("[data-field]")].filter((one) => one.checkVisibility());
    const next = fields[fields.indexOf(field) + 1] ?? this.search;
    next.focus();
    next.select?.();
  }

  async #click(event) {
    const row = event.target.closest("[data-rx-line]");
    if (event.target.closest("[data-remove]")) {
      row.remove();
      this.#count();
      this.#soon(0);
      this.search.focus();
    } else if (event.target.closest("[data-favourite]")) {
      const pressed = event.target.closest("[data-favourite]").getAttribute("aria-pressed") === "true";
      await this.#kit(pressed ? { do: "unfavourite", medicine: row.dataset.medicine } : { do: "favourite", item: this.#item(row) });
    } else if (event.target.closest("[data-rx-sign]")) this.#sign();
    else if (event.target.closest("[data-rx-keep]")) {
      const name = prompt(this.root.dataset.name)?.trim();
      if (name && (await this.#kit({ do: "template", name, items: this.#rows().map((one) => this.#item(one)) }))) toast(this.root.dataset.kept, "success");
    } else if (event.target.closest("[data-like]")) {
      const item = this.state.kit.favourites[event.target.closest("[data-like]").dataset.like];
      this.#add(item);
    } else if (event.target.closest("[data-untemplate]")) {
      await this.#kit({ do: "untemplate", template: event.target.closest("[data-untemplate]").dataset.untemplate });
    } else if (event.target.closest("[data-template]")) {
      const chosen = this.state.kit.templates[event.target.closest("[data-template]").dataset.template];
      for (const item of chosen.items) this.#add(item, false);
    }
  }

  async #kit(body) {
    const { ok, said } = await this.#post(this.root.dataset.kit, body);
    if (ok) this.#showKit(said);
    else toast(Object.values(said.fields ?? {}).flat()[0] ?? said.detail, "error");
    return ok;
  }

  #showKit(kit) {
    this.state.kit = kit;
    const chip = (text, name, at) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "chip";
      button.dataset[name] = at;
      button.textContent = text;
      return button;
    };
    this.part("favourites").replaceChildren(...kit.favourites.map((item, at) => chip(`★ ${item.label}`, "like", at)));
    this.part("templates").replaceChildren(
      ...kit.templates.flatMap(({ id, name }, at) => {
        const remove = chip("×", "untemplate", id);
        remove.setAttribute("aria-label", `× ${name}`);
        return [chip(`≡ ${name}`, "template", at), remove];
      }),
    );
    this.#count();
  }

  // --- Saving and signing ---

  #soon(after = AFTER_TYPING_MS) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.save(), after);
  }

  /** Resolves to true when what stands on the page is stored. One save is under way at a time. */
  async save() {
    clearTimeout(this.#timer);
    while (this.#sending) await this.#sending;
    if (!this.#isOpen()) return false;
    if (this.#content() === this.#stored) return true;
    this.#sending = this.#send().finally(() => (this.#sending = null));
    return this.#sending;
  }

  async #send() {
    const content = this.#content();
    this.#say("saving");
    const { ok, said, offline } = await this.#post(this.root.dataset.url, { ...JSON.parse(content), version: this.state.version });
    if (offline) {
      this.#say("offline");
      this.#timer = setTimeout(() => this.save(), AGAIN_MS);
      return false;
    }
    this.#errors(said.fields ?? {});
    if (!ok) {
      this.#refused(said);
      return false;
    }
    this.part("refused").hidden = true;
    this.state.version = said.version;
    this.#stored = content;
    this.#words(said.lines);
    if (this.findings) showFindings(this.findings, said.findings);
    this.#say("saved");
    if (this.#content() !== content) this.#soon();
    return true;
  }

  async #sign() {
    if (!this.part("sign") || !this.#rows().length || !(await this.save())) return;
    if (!askForReasons(this.findings)) return;
    if (!confirm(this.root.dataset.confirm)) return;
    const reasons = typedReasons(this.findings);
    const { ok, said, offline } = await this.#post(this.root.dataset.sign, { version: this.state.version, reasons });
    if (offline) return this.#say("offline");
    this.#errors(said.fields ?? {});
    if (said.code === "needs_reason") {
      // Something came into the record since the last save: its finding has no field on this page yet.
      if (await this.#send()) askForReasons(this.findings);
      return this.#refused(said);
    }
    if (!ok) return this.#refused(said);
    this.#stopped = true;
    const tab = this.root.closest("[role=tabpanel]");
    if (tab && globalThis.htmx) globalThis.htmx.ajax("GET", tab.getAttribute("hx-get"), { target: tab, swap: "innerHTML" });
    else location.assign(said.url);
    toast(said.number, "success");
  }

  async #post(url, body) {
    const headers = { "Content-Type": "application/json", "X-CSRFToken": csrfToken() };
    try {
      const answer = await fetch(url, { method: "POST", body: JSON.stringify(body), headers });
      return { ok: answer.ok, said: await answer.json().catch(() => ({})) };
    } catch {
      return { ok: false, said: {}, offline: true };
    }
  }

  #errors(fields) {
    for (const field of this.root.querySelectorAll("[data-field][aria-invalid=true]")) field.removeAttribute("aria-invalid");
    const said = new Map();
    for (const [name, words] of Object.entries(fields)) {
      const [kind, at, which] = name.split(".");
      if (kind !== "items") continue;
      said.set(Number(at), [...(said.get(Number(at)) ?? []), ...words]);
      const field = this.#rows()[at] && this.#field(this.#rows()[at], which === "ends_on" ? "days" : which);
      field?.setAttribute("aria-invalid", "true");
      if (field?.closest("details")) field.closest("details").open = true;
    }
    this.#rows().forEach((row, at) => {
      const place = row.querySelector("[data-error]");
      place.hidden = !said.has(at);
      place.textContent = (said.get(at) ?? []).join(" ");
    });
  }

  #refused({ code, detail }) {
    const ended = ["stale_version", "invalid_transition"].includes(code);
    if (ended) this.#stopped = true;
    this.part("refusal").textContent = code === "stale_version" ? this.root.dataset.stale : (detail ?? this.root.dataset.failed);
    this.part("refused").hidden = false;
    this.#say("failed");
    if (ended) this.part("refused").scrollIntoView({ block: "center" });
  }

  #say(name) {
    this.part("status").textContent = this.root.dataset[name];
  }
}

const begun = new WeakSet();

function begin() {
  for (const root of document.querySelectorAll("[data-prescribe]")) {
    if (begun.has(root)) continue;
    begun.add(root);
    new Editor(root);
  }
}

begin();
document.body.addEventListener("htmx:load", begin);
