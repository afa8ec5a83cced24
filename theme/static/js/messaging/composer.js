// Where a message is written: Enter sends, Shift+Enter breaks the line, the field grows with its text, and what
// is typed survives a reload of this tab.

const COUNT_FROM_LEFT = 400;

export class Composer {
  /** `sent(text)` gets what the person sends; `typing()` is called as they write. */
  constructor(root, { sent, typing }) {
    this.form = root.querySelector("[data-composer]");
    this.input = root.querySelector("[data-input]");
    this.counter = root.querySelector("[data-counter]");
    this.button = root.querySelector("[data-send]");
    this.words = root.querySelector("[data-chat-words]").dataset;
    this.max = Number(root.dataset.maxLength);
    this.draftKey = `draft:${root.dataset.me}:${root.dataset.conversation}`;
    this.sent = sent;
    if (!this.input.value) this.input.value = sessionStorage.getItem(this.draftKey) ?? "";
    this.input.addEventListener("input", () => {
      this.#changed();
      if (this.input.value.trim()) typing();
    });
    this.input.addEventListener("keydown", (event) => {
      // While a Nepali keyboard composes, Enter chooses a word.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.#send();
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
      this.input.focus();
    });
    this.#changed();
  }

  #send() {
    const text = this.input.value.trim();
    if (!text || lengthOf(text) > this.max) return;
    this.input.value = "";
    this.#changed();
    this.sent(text);
  }

  #changed() {
    const left = this.max - lengthOf(this.input.value.trim());
    const over = left < 0;
    this.counter.textContent =
      left >= COUNT_FROM_LEFT ? "" : `${Math.abs(left)} ${over ? this.words.over : this.words.left}`;
    this.counter.classList.toggle("chat-counter-over", over);
    this.input.setAttribute("aria-invalid", String(over));
    this.button.setAttribute("aria-disabled", String(over || !this.input.value.trim()));
    if (!CSS.supports("field-sizing", "content")) {
      this.input.style.height = "auto";
      this.input.style.height = `${this.input.scrollHeight + 2}px`;
    }
    try {
      if (this.input.value) sessionStorage.setItem(this.draftKey, this.input.value);
      else sessionStorage.removeItem(this.draftKey);
    } catch {
      // No storage, no draft.
    }
  }
}

/** As the server counts: characters, not UTF-16 halves. */
function lengthOf(text) {
  return [...text].length;
}
