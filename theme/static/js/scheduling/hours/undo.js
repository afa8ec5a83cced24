// Steps of the editor that can be taken back and done again. A step is the whole state, as text.
export class Undo {
  #steps;
  #at = 0;

  constructor(state) {
    this.#steps = [JSON.stringify(state)];
  }

  /** Remembers a state; one that is like the present one is no step. */
  push(state) {
    const text = JSON.stringify(state);
    if (text === this.#steps[this.#at]) return;
    this.#steps = [...this.#steps.slice(Math.max(0, this.#at - 99), this.#at + 1), text];
    this.#at = this.#steps.length - 1;
  }

  get canUndo() {
    return this.#at > 0;
  }

  get canRedo() {
    return this.#at < this.#steps.length - 1;
  }

  back() {
    if (this.canUndo) this.#at -= 1;
    return JSON.parse(this.#steps[this.#at]);
  }

  forth() {
    if (this.canRedo) this.#at += 1;
    return JSON.parse(this.#steps[this.#at]);
  }
}
