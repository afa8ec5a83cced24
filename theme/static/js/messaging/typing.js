// "… is typing": told to the other one while this person writes, and shown for a moment when they do.
import { live } from "../live.js";

const EVERY_MS = 3000;
const SHOWN_MS = 5000;

export class Typing {
  #told = 0;
  #timer = 0;

  /** `shown()` is called when the line appears. */
  constructor(root, shown) {
    this.conversation = root.dataset.conversation;
    this.line = root.querySelector("[data-typing]");
    live.on("typing", (frame) => {
      if (frame.conversation !== this.conversation || frame.user === root.dataset.me) return;
      this.line.hidden = false;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.hide(), SHOWN_MS);
      shown();
    });
  }

  tell() {
    if (Date.now() - this.#told < EVERY_MS) return;
    if (live.send({ type: "typing", conversation: this.conversation })) this.#told = Date.now();
  }

  /** The message is sent: the next one is told at once. */
  forget() {
    this.#told = 0;
  }

  hide() {
    clearTimeout(this.#timer);
    this.line.hidden = true;
  }
}
