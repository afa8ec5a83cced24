// What one can do with a message: answer it, copy it, and for ten minutes change or delete one's own. The menu opens
// from the button beside the message, or with the keyboard: arrows go from message to message, Enter opens it.
import { csrfToken } from "../csrf.js";
import { live } from "../live.js";
import { toast } from "../toast.js";

const EXCERPT = 160;

export class Actions {
  #element = null;

  /** `thread` and `composer` of the same chat; `changed(message)` gets what the server made of a change. */
  constructor(root, { thread, composer, changed }) {
    this.thread = thread;
    this.composer = composer;
    this.changed = changed;
    this.me = root.dataset.me;
    this.changeMs = Number(root.dataset.changeMinutes) * 60_000;
    this.words = root.querySelector("[data-chat-words]").dataset;
    this.menu = root.querySelector("[data-actions]");
    this.dialog = root.querySelector("[data-delete-dialog]");
    thread.list.addEventListener("click", (event) => {
      const button = event.target.closest("[data-more]");
      if (button) this.#open(button.closest("[data-message]"));
    });
    thread.scroll.addEventListener("keydown", (event) => this.#walk(event));
    this.menu.addEventListener("keydown", (event) => this.#walkMenu(event));
    this.menu.addEventListener("click", (event) => {
      const chosen = event.target.closest("[data-do]");
      if (!chosen) return;
      this.menu.hidePopover();
      this.#do(chosen.dataset.do);
    });
    this.dialog.querySelector("[data-delete-sure]").addEventListener("click", () => this.#delete());
  }

  /** False when the server did not take it; the reason is on the screen. */
  edit(id, text) {
    return this.#ask(id, { method: "PATCH", body: JSON.stringify({ text }) });
  }

  /** Changes the last message of one's own, if it still can be. */
  editLast() {
    const own = [...this.thread.all].filter((element) => element.dataset.seq && element.dataset.sender === this.me);
    if (own.length && this.#changeable(own.at(-1))) this.#edit(own.at(-1));
  }

  // --- the menu ---

  #open(element) {
    const allowed = {
      reply: this.#stored(element),
      copy: element.querySelector("[data-text]").textContent !== "",
      edit: this.#changeable(element),
      delete: this.#changeable(element),
    };
    if (!Object.values(allowed).some(Boolean)) return;
    this.#element = element;
    for (const item of this.menu.querySelectorAll("[data-do]")) item.hidden = !allowed[item.dataset.do];
    this.menu.showPopover();
    const button = element.querySelector("[data-more]").getBoundingClientRect();
    const { offsetWidth, offsetHeight } = this.menu;
    const left = Math.min(Math.max(8, button.right - offsetWidth), innerWidth - offsetWidth - 8);
    const below = button.bottom + 4;
    this.menu.style.left = `${left}px`;
    this.menu.style.top = `${below + offsetHeight < innerHeight ? below : Math.max(8, button.top - offsetHeight - 4)}px`;
    this.menu.querySelector("[data-do]:not([hidden])").focus();
  }

  #stored(element) {
    const { seq, deleted, kind } = element.dataset;
    return Boolean(seq) && deleted === undefined && kind !== "system" && kind !== "call";
  }

  #changeable(element) {
    const age = live.now() - Date.parse(element.dataset.at);
    return this.#stored(element) && element.dataset.sender === this.me && age < this.changeMs;
  }

  #walk(event) {
    const here = event.target.closest("[data-message]");
    if (event.target !== here && event.target !== this.thread.scroll) return;
    if (event.key === "Enter" && here) {
      event.preventDefault();
      this.#open(here);
    } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      const all = [...this.thread.all];
      const next = here ? all[all.indexOf(here) + (event.key === "ArrowUp" ? -1 : 1)] : all.at(-1);
      if (!next) return;
      event.preventDefault();
      next.focus();
      next.scrollIntoView({ block: "nearest" });
    }
  }

  #walkMenu(event) {
    if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      this.menu.hidePopover();
      this.#element?.focus();
    }
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    event.preventDefault();
    const items = [...this.menu.querySelectorAll("[data-do]:not([hidden])")];
    const step = event.key === "ArrowUp" ? -1 : 1;
    items.at((items.indexOf(document.activeElement) + step) % items.length)?.focus();
  }

  // --- what it does ---

  async #do(what) {
    const element = this.#element;
    const text = element.querySelector("[data-text]").textContent;
    if (what === "reply") this.composer.reply(quoteOf(element, text));
    else if (what === "edit") this.#edit(element);
    else if (what === "delete") this.dialog.showModal();
    else if (what === "copy") {
      try {
        await navigator.clipboard.writeText(text);
        toast(this.words.copied, "success");
      } catch {
        toast(this.words.changeFailed, "error");
      }
    }
  }

  #edit(element) {
    this.composer.edit(element.dataset.id, element.querySelector("[data-text]").textContent);
  }

  async #delete() {
    const button = this.dialog.querySelector("[data-delete-sure]");
    button.setAttribute("aria-busy", "true");
    await this.#ask(this.#element.dataset.id, { method: "DELETE" });
    button.removeAttribute("aria-busy");
    this.dialog.close();
    this.composer.input.focus();
  }

  async #ask(id, options) {
    let said = this.words.changeFailed;
    try {
      const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken() };
      const answer = await fetch(`/api/messages/${id}/`, { ...options, headers });
      const body = await answer.json();
      if (answer.ok) {
        this.changed(body);
        return true;
      }
      if (answer.status < 500) said = Object.values(body.fields ?? {}).flat()[0] ?? body.detail ?? said;
    } catch {
      // No network, or no JSON.
    }
    toast(said, "error");
    return false;
  }
}

function quoteOf(element, text) {
  const { id, seq, sender, name, kind } = element.dataset;
  return { id, seq: Number(seq), sender: sender ? { id: sender, name } : null, text: text.slice(0, EXCERPT), kind };
}
