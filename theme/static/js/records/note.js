// <form data-note>: the visit note saves itself. What could not be saved is kept in this browser and sent later; what
// was changed elsewhere meanwhile is shown, never overwritten unseen.
import { csrfToken } from "../csrf.js";
import { toast } from "../toast.js";

const AFTER_TYPING_MS = 800;
const AGAIN_MS = 4_000;

class Note {
  #timer = 0;
  #saving = null;
  #stored;
  #conflict = null;

  constructor(form) {
    this.form = form;
    this.text = form.elements.text;
    this.version = form.elements.version;
    this.status = form.querySelector("[data-note-status]");
    this.key = `note:${form.dataset.user}:${form.dataset.note}`;
    this.#stored = this.text.value;
    this.text.addEventListener("input", () => this.#typed());
    this.text.addEventListener("blur", () => this.save());
    form.addEventListener("submit", (event) => event.preventDefault());
    form.querySelector("[data-note-sign]").addEventListener("click", () => this.#sign());
    form.querySelector("[data-note-keep]").addEventListener("click", () => this.#resolve(true));
    form.querySelector("[data-note-take]").addEventListener("click", () => this.#resolve(false));
    addEventListener("online", () => this.save());
    addEventListener("pagehide", () => this.save());
    this.#restore();
  }

  get dirty() {
    return this.text.value !== this.#stored;
  }

  /** Resolves to true when what stands in the field is stored. One save is under way at a time. */
  async save(action = "") {
    clearTimeout(this.#timer);
    while (this.#saving) await this.#saving;
    if (this.#conflict || (!this.dirty && !action)) return !this.dirty;
    this.#saving = this.#send(action).finally(() => (this.#saving = null));
    return this.#saving;
  }

  async #send(action) {
    const text = this.text.value;
    this.#say("saving");
    const body = new URLSearchParams({ text, version: this.version.value, action });
    let answer;
    try {
      answer = await fetch(this.form.action, { method: "POST", body, keepalive: true, headers: { "X-CSRFToken": csrfToken() } });
    } catch {
      this.#keep();
      this.#say("offline");
      this.#timer = setTimeout(() => this.save(), AGAIN_MS);
      return false;
    }
    const said = await answer.json().catch(() => ({}));
    if (answer.ok) {
      this.#saved(text, said);
      return true;
    }
    this.#keep();
    if (said.code === "stale_version") this.#conflicts(said);
    else this.#say("failed", Object.values(said.fields ?? {}).flat()[0] ?? said.detail);
    return false;
  }

  #saved(text, { version, saved_at: savedAt }) {
    this.version.value = version;
    this.#stored = text;
    if (!this.dirty) localStorage.removeItem(this.key);
    else this.#typed();
    const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: this.form.dataset.timeZone };
    const time = new Intl.DateTimeFormat("en-GB", options).format(new Date(savedAt));
    this.#say("saved", `${this.form.dataset.saved} ${time}`);
  }

  #typed() {
    this.#keep();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.save(), AFTER_TYPING_MS);
  }

  async #sign() {
    if (!confirm(this.form.dataset.confirm)) return;
    if (await this.save("sign")) {
      const answer = await fetch(this.form.action, { headers: { "HX-Request": "true" } });
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        document.getElementById("visit-note").replaceWith(page.getElementById("visit-note"));
      }
    } else toast(this.status.textContent, "error");
  }

  #conflicts({ version, text }) {
    this.#conflict = { version, text };
    this.form.querySelector("[data-note-theirs]").textContent = text;
    this.form.querySelector("[data-note-conflict]").hidden = false;
    this.#say("conflict");
  }

  #resolve(keepMine) {
    const { version, text } = this.#conflict;
    this.#conflict = null;
    this.form.querySelector("[data-note-conflict]").hidden = true;
    this.version.value = version;
    this.#stored = text;
    if (!keepMine) this.text.value = text;
    localStorage.removeItem(this.key);
    this.save();
    if (!keepMine) this.#say("saved");
  }

  #keep() {
    try {
      localStorage.setItem(this.key, JSON.stringify({ text: this.text.value, version: this.version.value }));
    } catch {
      // A browser that keeps nothing still saves on the server.
    }
  }

  /** Text that a crash or a lost connection kept from being saved. */
  #restore() {
    let kept = null;
    try {
      kept = JSON.parse(localStorage.getItem(this.key));
    } catch {
      // Not ours to read.
    }
    if (!kept || kept.text === this.text.value) return localStorage.removeItem(this.key);
    this.text.value = kept.text;
    this.version.value = kept.version;
    this.#say("restored");
    this.save();
  }

  #say(name, text = this.form.dataset[name]) {
    this.status.textContent = text;
  }
}

const begun = new WeakSet();

function begin() {
  for (const form of document.querySelectorAll("form[data-note]")) {
    if (begun.has(form)) continue;
    begun.add(form);
    new Note(form);
  }
}

begin();
document.body.addEventListener("htmx:load", begin);
