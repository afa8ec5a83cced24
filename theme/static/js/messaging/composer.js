// Where a message is written: Enter sends, Shift+Enter breaks the line, the field grows with its text. What is typed,
// answered and attached survives a reload of this tab. The same field changes a message that was sent.
const COUNT_FROM_LEFT = 400;

export class Composer {
  #reply = null;
  #editing = null;
  #draftBefore = "";

  /** `sent({text, attachments, reply_to})` gets what the person sends, `edited(id, text)` what they change (false:
   *  it did not work), `typing()` is called as they write, `lastOwn()` when they press ArrowUp; `tray` has the files. */
  constructor(root, tray, { sent, edited, typing, lastOwn }) {
    this.form = root.querySelector("[data-composer]");
    this.input = root.querySelector("[data-input]");
    this.counter = root.querySelector("[data-counter]");
    this.button = root.querySelector("[data-send]");
    this.context = root.querySelector("[data-context]");
    this.words = root.querySelector("[data-chat-words]").dataset;
    this.max = Number(root.dataset.maxLength);
    this.draftKey = `draft:${root.dataset.me}:${root.dataset.conversation}`;
    this.sent = sent;
    this.edited = edited;
    if (!this.input.value) this.input.value = sessionStorage.getItem(this.draftKey) ?? "";
    this.tray = tray;
    tray.changed = () => this.#changed();
    const reply = sessionStorage.getItem(`${this.draftKey}:reply`);
    if (reply) this.reply(JSON.parse(reply), { focus: false });
    this.input.addEventListener("input", () => {
      this.#changed();
      if (this.input.value.trim() && !this.#editing) typing();
    });
    this.input.addEventListener("keydown", (event) => {
      // While a Nepali keyboard composes, Enter chooses a word.
      if (event.isComposing || event.keyCode === 229) return;
      if (event.key === "Enter" && !event.shiftKey) {
        event.preventDefault();
        this.#send();
      } else if (event.key === "Escape") this.#cancel();
      else if (event.key === "ArrowUp" && !this.input.value && !this.#editing) {
        event.preventDefault();
        lastOwn();
      }
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
      this.input.focus();
    });
    root.querySelector("[data-context-cancel]").addEventListener("click", () => {
      this.#cancel();
      this.input.focus();
    });
    this.#changed();
  }

  /** The next message answers `quoted` ({id, seq, sender, text, kind, deleted}). */
  reply(quoted, { focus = true } = {}) {
    if (this.#editing) this.#cancel();
    this.#reply = quoted;
    this.#keep(":reply", JSON.stringify(quoted));
    this.#showContext("reply", `${this.words.reply} ${quoted.sender?.name ?? ""}`, quoted.text || this.words.file);
    if (focus) this.input.focus();
  }

  /** Changes the message `id` instead of writing a new one. */
  edit(id, text) {
    this.#cancel();
    this.#draftBefore = this.input.value;
    this.#editing = id;
    this.input.value = text;
    this.#showContext("edit", this.words.edit, text);
    this.#changed();
    this.input.focus();
  }

  #showContext(kind, title, text) {
    this.context.dataset.context = kind;
    this.context.querySelector("[data-context-title]").textContent = title;
    this.context.querySelector("[data-context-text]").textContent = text;
    this.context.hidden = false;
  }

  #cancel() {
    this.context.hidden = true;
    this.#reply = null;
    this.#keep(":reply", "");
    if (!this.#editing) return;
    this.#editing = null;
    this.input.value = this.#draftBefore;
    this.#changed();
  }

  async #send() {
    const text = this.input.value.trim();
    if (lengthOf(text) > this.max) return;
    if (this.#editing) {
      const id = this.#editing;
      if (await this.edited(id, text)) if (this.#editing === id) this.#cancel();
      return;
    }
    const attachments = this.tray.take();
    if (!text && !attachments.length) return;
    const reply_to = this.#reply;
    this.input.value = "";
    this.#cancel();
    this.#changed();
    this.sent({ text, attachments, reply_to });
  }

  #changed() {
    const left = this.max - lengthOf(this.input.value.trim());
    const over = left < 0;
    this.counter.textContent =
      left >= COUNT_FROM_LEFT ? "" : `${Math.abs(left)} ${over ? this.words.over : this.words.left}`;
    this.counter.classList.toggle("chat-counter-over", over);
    this.input.setAttribute("aria-invalid", String(over));
    const nothing = !this.input.value.trim() && this.tray.empty && !this.#editing;
    this.button.setAttribute("aria-disabled", String(over || nothing));
    if (!CSS.supports("field-sizing", "content")) {
      this.input.style.height = "auto";
      this.input.style.height = `${this.input.scrollHeight + 2}px`;
    }
    if (!this.#editing) this.#keep("", this.input.value);
  }

  #keep(part, value) {
    try {
      if (value) sessionStorage.setItem(this.draftKey + part, value);
      else sessionStorage.removeItem(this.draftKey + part);
    } catch {
      // No storage, no draft.
    }
  }
}

/** As the server counts: characters, not UTF-16 halves. */
function lengthOf(text) {
  return [...text].length;
}
