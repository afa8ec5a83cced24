// The list of series with a small picture of each.
import { nameOf } from "./series.js";
import { whole, word } from "./words.js";

const SMALL = 72;

function draw(canvas, picture) {
  const large = document.createElement("canvas");
  [large.width, large.height] = [SMALL * 2, SMALL * 2];
  globalThis.cornerstone.renderToCanvas(large, picture);
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(large, 0, 0, canvas.width, canvas.height);
}

export class Strip {
  #loader;
  #buttons;

  /** `choose(index)` of the series. */
  constructor(list, series, loader, choose) {
    this.#loader = loader;
    this.#buttons = series.map((one, index) => {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "viewer-series-button" });
      const canvas = document.createElement("canvas");
      Object.assign(canvas, { width: SMALL * 2, height: SMALL * 2, className: "viewer-small" });
      canvas.setAttribute("aria-hidden", "true");
      const text = document.createElement("span");
      text.className = "viewer-series-text";
      const name = document.createElement("span");
      name.className = "viewer-series-name";
      name.textContent = nameOf(one);
      const count = document.createElement("span");
      count.className = "muted text-xs";
      count.textContent = word("seriesCount", { modality: one.modality, count: whole(one.slices.length) });
      text.append(name, count);
      button.append(canvas, text);
      button.addEventListener("click", () => choose(index));
      const row = document.createElement("li");
      row.append(button);
      list.append(row);
      return { button, canvas, slice: one.slices[Math.floor(one.slices.length / 2)] };
    });
    const fill = ({ detail }) => {
      for (const entry of this.#buttons.filter(({ slice }) => detail && slice.key === detail.key)) this.#fill(entry);
    };
    loader.addEventListener("change", fill);
  }

  /** The small pictures; called once the first large one is on its way. */
  load() {
    for (const { slice } of this.#buttons) this.#loader.also(slice);
  }

  mark(index) {
    this.#buttons.forEach(({ button }, at) => {
      if (at === index) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    });
  }

  #fill({ canvas, slice }) {
    const picture = this.#loader.picture(slice);
    if (picture) draw(canvas, picture);
  }
}
