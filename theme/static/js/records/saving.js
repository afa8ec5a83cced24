// A text in parts that saves itself: a visit note, the report of a scan. What could not be saved is kept in this browser
// and sent later; what was changed elsewhere meanwhile is shown beside it, never overwritten unseen.
import { csrfToken } from "../csrf.js";

const AFTER_TYPING_MS = 800;
const AGAIN_MS = 4_000;
// Browsers send at most this much from a page that is closing.
const KEEPALIVE_BYTES = 60_000;

/** Of a heir: `content` (a plain object of strings), `parts` (their names), `same(one, other)`, `show(content)`,
 *  `together(mine, theirs)`, `isOver(answer)`. */
export class Saving {
  #timer = 0;
  #saving = null;
  #stored;
  #conflict = null;
  #apart = false;
  #left = [];
  #ended = false;

  constructor(form, kept) {
    this.form = form;
    this.version = form.elements.version;
    this.status = form.querySelector("[data-note-status]");
    this.kept = kept;
    this.#stored = this.content;
    // What was typed before this script was there is not stored yet (#restore sends it).
    for (const { name, value, defaultValue } of form.querySelectorAll("textarea"))
      if (name in this.#stored && value !== defaultValue) this.#stored[name] = defaultValue;
    form.addEventListener("input", (event) => event.target.matches("textarea") && this.typed());
    form.addEventListener("focusout", () => this.save());
    form.addEventListener("submit", (event) => event.preventDefault());
    this.on("keep", () => this.#resolve("mine"));
    this.on("take", () => this.#resolve("theirs"));
    this.on("both", () => this.#resolve("both"));
    addEventListener("online", () => this.save());
    addEventListener("pagehide", () => this.save("", true));
    this.#restore();
  }

  get dirty() {
    return !this.same(this.content, this.#stored);
  }

  /** Resolves to true when what stands in the fields is stored. One save is under way at a time. */
  async save(action = "", leaving = false) {
    clearTimeout(this.#timer);
    while (this.#saving) await this.#saving;
    if (this.#conflict || this.#ended || (!this.dirty && !action)) return !this.dirty;
    this.#saving = this.#send(action, leaving).finally(() => (this.#saving = null));
    return this.#saving;
  }

  /** Something else stands in the fields now. */
  typed() {
    this.kept.keep({ content: this.content, version: this.version.value });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.save(), AFTER_TYPING_MS);
  }

  focus() {
    this.form.querySelector("[data-note-part]:not([hidden]) textarea").focus();
  }

  on(name, does) {
    this.form.querySelector(`[data-note-${name}]`).addEventListener("click", does);
  }

  async #send(action, leaving) {
    const content = this.content;
    this.#say("saving");
    const body = new URLSearchParams({ ...content, version: this.version.value, action, apart: this.#apart ? "1" : "" });
    const keepalive = leaving && body.toString().length < KEEPALIVE_BYTES;
    let answer;
    try {
      answer = await fetch(this.form.action, { method: "POST", body, keepalive, redirect: "manual", headers: { "X-CSRFToken": csrfToken() } });
    } catch {
      return this.#again("offline");
    }
    // A redirect leads to the log-in page.
    if (answer.type === "opaqueredirect") return this.#again("signedOut");
    const said = await answer.json().catch(() => ({}));
    if (answer.ok && said.version) {
      this.#saved(content, said);
      return true;
    }
    if (answer.status >= 500 || answer.status === 429) return this.#again("offline");
    this.kept.keep({ content, version: this.version.value });
    if (said.code === "stale_version") this.#conflicts(said, "stale");
    else if (said.code === "invalid_transition" || answer.status === 404) this.#say("over");
    else this.#say("failed", Object.values(said.fields ?? {}).flat()[0] ?? said.detail);
    return false;
  }

  #again(why) {
    this.kept.keep({ content: this.content, version: this.version.value });
    this.#say(why);
    this.#timer = setTimeout(() => this.save(), AGAIN_MS);
    return false;
  }

  #saved(content, said) {
    this.version.value = said.version;
    this.#stored = content;
    this.#apart = false;
    if (this.isOver(said)) this.#ended = true;
    if (!this.dirty) this.kept.drop();
    else this.typed();
    const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: this.form.dataset.timeZone };
    const time = new Intl.DateTimeFormat("en-GB", options).format(new Date(said.saved_at));
    this.#say("saved", `${this.form.dataset.saved} ${time}`);
    if (!this.dirty) this.#nextLeft();
  }

  #conflicts({ version, content }, why) {
    this.#conflict = { version, content };
    const shown = this.form.querySelector("[data-note-theirs]");
    shown.replaceChildren();
    const mine = this.content;
    for (const name of this.parts) {
      if (content[name] === mine[name]) continue;
      const quote = document.createElement("blockquote");
      quote.textContent = content[name] || "–";
      if (name !== "text") {
        const label = document.createElement("p");
        label.className = "note-label";
        label.textContent = this.form.elements[name].labels[0].textContent;
        shown.append(label);
      }
      shown.append(quote);
    }
    for (const reason of this.form.querySelectorAll("[data-note-conflict-why]")) reason.hidden = reason.dataset.noteConflictWhy !== why;
    this.form.querySelector("[data-note-conflict]").hidden = false;
    this.#say("conflict", why === "stale" ? undefined : this.form.dataset.restored);
  }

  #resolve(which) {
    const { version, content } = this.#conflict;
    const mine = this.content;
    this.#conflict = null;
    this.form.querySelector("[data-note-conflict]").hidden = true;
    this.version.value = version;
    this.#stored = content;
    // What was stored by another window stays among the versions.
    this.#apart = true;
    if (which !== "mine") this.show(which === "theirs" ? content : this.together(mine, content));
    if (this.dirty) {
      this.kept.keep({ content: this.content, version });
      this.save();
    } else {
      this.kept.drop();
      this.#say("saved");
      this.#nextLeft();
    }
    this.focus();
  }

  /** Text that a crash or a lost connection kept from being saved. */
  async #restore() {
    const found = await this.kept.open();
    // Typed before the copies were read: that is kept from here on, and comes first.
    if (this.dirty) this.typed();
    this.#left = found.filter(({ content, drop }) => {
      const news = !this.same(content, this.#stored);
      if (!news) drop();
      return news;
    });
    if (!this.dirty) this.#nextLeft();
  }

  #nextLeft() {
    const next = this.#left.shift();
    if (!next) return;
    if (this.same(next.content, this.#stored)) {
      next.drop();
      this.#nextLeft();
      return;
    }
    const now = { version: this.version.value, content: this.#stored };
    const older = next.version !== now.version;
    this.show(next.content);
    next.drop();
    this.kept.keep({ content: next.content, version: next.version });
    if (older) this.#conflicts(now, "kept");
    else {
      this.#say("restored");
      this.save();
    }
  }

  #say(name, text = this.form.dataset[name]) {
    this.status.textContent = text;
  }
}
