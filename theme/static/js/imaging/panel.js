// The buttons, fields and lines of text around the picture. What they do, the page says (viewer.js).
import { whole, word } from "./words.js";

export class Panel {
  #root;
  #page;
  #again = null;

  constructor(root, page) {
    [this.#root, this.#page] = [root, page];
    const does = {
      "[data-retry]": () => (this.#again ?? page.retry)(),
      "[data-invert]": page.invert,
      "[data-reset]": page.reset,
      "[data-measure]": page.measure,
      "[data-back]": () => page.step(-1),
      "[data-on]": () => page.step(1),
      "[data-larger]": () => page.zoom(1.25),
      "[data-smaller]": () => page.zoom(0.8),
    };
    for (const [selector, act] of Object.entries(does)) {
      for (const button of root.querySelectorAll(selector)) button.addEventListener("click", () => act());
    }
    this.#one("[data-slider]").addEventListener("input", ({ target }) => page.go(Number(target.value) - 1));
    for (const [selector, key] of [
      ["[data-level]", "centre"],
      ["[data-width]", "width"],
    ]) {
      this.#one(selector).addEventListener("change", ({ target }) => {
        // What is no number leaves the picture as it is, and the field says so.
        page.window(Number.isFinite(target.valueAsNumber) ? { [key]: target.valueAsNumber } : {});
      });
    }
    this.#largeView();
    // A finger goes through the series; a mouse has its wheel for that.
    const first = matchMedia("(pointer: coarse)").matches ? "scroll" : "window";
    this.#one(`[name="tool"][value="${first}"]`).checked = true;
  }

  #one = (selector) => this.#root.querySelector(selector);

  #largeView() {
    const button = this.#one("[data-full]");
    if (!document.fullscreenEnabled) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      if (document.fullscreenElement) document.exitFullscreen();
      else this.#root.requestFullscreen();
    });
    document.addEventListener("fullscreenchange", () => {
      button.setAttribute("aria-pressed", String(Boolean(document.fullscreenElement)));
    });
  }

  tool = () => this.#root.querySelector('[name="tool"]:checked')?.value ?? "window";

  help() {
    const list = this.#one("[data-keys]");
    list.open = true;
    list.querySelector("summary").focus();
  }

  place(at, count, text) {
    const slider = this.#one("[data-slider]");
    slider.max = count;
    slider.value = at + 1;
    slider.setAttribute("aria-valuetext", text);
    slider.disabled = count < 2;
    this.#one("[data-back]").setAttribute("aria-disabled", String(at === 0));
    this.#one("[data-on]").setAttribute("aria-disabled", String(at === count - 1));
    for (const place of this.#root.querySelectorAll("[data-number]")) place.textContent = `${whole(at + 1)} / ${whole(count)}`;
  }

  sides(letters) {
    for (const side of ["left", "right", "top", "bottom"]) {
      this.#one(`[data-side="${side}"]`).textContent = letters?.[side] ?? "";
    }
  }

  presets(list) {
    this.#one("[data-presets]").replaceChildren(
      ...list.map(([name], index) => {
        const button = document.createElement("button");
        Object.assign(button, { type: "button", className: "chip", textContent: word(name) });
        button.addEventListener("click", () => this.#page.preset(index));
        const key = document.createElement("kbd");
        Object.assign(key, { className: "viewer-key", textContent: index + 1 });
        key.setAttribute("aria-hidden", "true");
        button.append(key);
        return button;
      }),
    );
  }

  /** `window` null: nothing is shown. */
  window(window, text = "") {
    for (const [selector, value] of [
      ["[data-level]", window?.centre],
      ["[data-width]", window?.width],
    ]) {
      const field = this.#one(selector);
      field.disabled = !window;
      if (field !== document.activeElement) field.value = window ? Math.round(value) : "";
    }
    this.#one("[data-window]").textContent = text;
  }

  inverted(is) {
    this.#one("[data-invert]").setAttribute("aria-pressed", String(is));
  }

  zoom(text) {
    this.#one("[data-zoom]").textContent = text;
  }

  progress({ all, ready, failed, left, hope }) {
    const bar = this.#one("[data-progress]");
    [bar.max, bar.value] = [ready + failed + left || 1, ready + failed];
    bar.hidden = left === 0;
    const values = { ready: whole(ready), all: whole(all), failed: whole(failed) };
    const name = left ? "loading" : failed ? "someFailed" : ready < all ? "someKept" : "loaded";
    const line = this.#one("[data-progress-text]");
    // A hundred lines a minute are no news to somebody who listens; the end of it is.
    line.textContent = word(name, values);
    const end = left ? "" : word(name, values);
    const heard = this.#one("[data-progress-said]");
    if (heard.textContent !== end) heard.textContent = end;
    this.#one("[data-retry-all]").hidden = !hope || left > 0;
  }

  /** Over the picture: nothing, that it is on its way, or what is wrong and what to do. `again`: what a retry does. */
  problem(problem, slice, isShown, again = null) {
    this.#again = again;
    const box = this.#one("[data-problem]");
    box.hidden = isShown || !problem;
    this.#one("[data-waiting]").hidden = isShown || Boolean(problem);
    if (!problem) return;
    const code = problem.code ?? "damaged";
    this.#one("[data-problem-text]").textContent = word(code, problem.values);
    this.#one("[data-sign-in]").hidden = code !== "signedOut";
    this.#one("[data-retry-one]").hidden = ["packed", "noPicture", "noPictures", "signedOut"].includes(code);
    const link = this.#one("[data-download]");
    link.hidden = !slice || !["packed", "damaged", "noPicture"].includes(code);
    if (slice) link.href = slice.url;
  }
}
