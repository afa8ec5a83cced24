// The picture on the page: cornerstone's element, and how it is looked at (window, zoom, pan, inverted).

/** Where the picture's whole is seen; also the state of a reset. `window` null: as the file says. */
const AT_FIRST = { window: null, inverted: false, zoom: 1, pan: { x: 0, y: 0 } };
const ZOOMS = [0.2, 20];

const between = (low, value, high) => Math.min(high, Math.max(low, value));

export class Stage extends EventTarget {
  #element;
  #box;
  #fine;
  #picture = null;
  #own = null;
  view = structuredClone(AT_FIRST);

  /** @param {HTMLElement} box has the size; its child [data-surface] is cornerstone's. */
  constructor(box) {
    super();
    this.#box = box;
    this.#element = box.querySelector("[data-surface]");
    this.#sharpen();
    globalThis.cornerstone.enable(this.#element);
    new ResizeObserver(() => this.#resize()).observe(box);
  }

  /** cornerstone draws one point for each CSS pixel; on a fine screen the surface is made larger and shown smaller. */
  #sharpen() {
    this.#fine = Math.min(2, globalThis.devicePixelRatio || 1);
    const { clientWidth, clientHeight } = this.#box;
    Object.assign(this.#element.style, {
      width: `${Math.round(clientWidth * this.#fine)}px`,
      height: `${Math.round(clientHeight * this.#fine)}px`,
      transform: `scale(${1 / this.#fine})`,
    });
  }

  #resize() {
    this.#sharpen();
    globalThis.cornerstone.resize(this.#element, false);
    this.draw();
  }

  get picture() {
    return this.#picture;
  }

  get box() {
    return this.#box;
  }

  /** What is drawn now: the chosen window, or the one of the first picture that was shown since the reset. */
  get window() {
    return this.view.window ?? this.#own ?? { centre: 0, width: 1 };
  }

  /** `picture` null: nothing is drawn, so that no slice stands under another's number. */
  show(picture) {
    this.#picture = picture;
    this.#box.toggleAttribute("data-empty", !picture);
    if (!picture) return;
    this.#own ??= { centre: picture.windowCenter, width: picture.windowWidth };
    this.draw();
  }

  /** Another series: its own window, and seen whole again. */
  forget() {
    this.#own = null;
    this.view = structuredClone(AT_FIRST);
  }

  reset() {
    this.#own = null;
    this.view = structuredClone(AT_FIRST);
    this.show(this.#picture);
  }

  /** Of `view`; the drawing follows. */
  change(values) {
    Object.assign(this.view, values);
    if (values.window) {
      const reach = this.#picture?.range.width ?? 1;
      const { centre, width } = values.window;
      this.view.window = { centre, width: between(1, width, Math.max(65_536, 4 * reach)) };
    }
    this.draw();
  }

  /** `about`: a point of the box that stays where it is. */
  zoomBy(factor, about = { x: this.#box.clientWidth / 2, y: this.#box.clientHeight / 2 }) {
    if (!this.#picture) return;
    const held = this.toPicture(about);
    this.change({ zoom: between(ZOOMS[0], this.view.zoom * factor, ZOOMS[1]) });
    const now = this.toBox(held);
    this.panBy(about.x - now.x, about.y - now.y);
  }

  /** By so many CSS pixels. */
  panBy(x, y) {
    const scale = this.#scale() / this.#fine;
    const { pan } = this.view;
    const half = { x: (this.#picture?.columns ?? 0) / 2, y: (this.#picture?.rows ?? 0) / 2 };
    this.change({
      pan: { x: between(-half.x, pan.x + x / scale, half.x), y: between(-half.y, pan.y + y / scale, half.y) },
    });
  }

  /** Canvas points for each pixel of the picture. */
  #scale() {
    const { rows, columns, rowPixelSpacing: row = 1, columnPixelSpacing: column = 1 } = this.#picture ?? { rows: 1, columns: 1 };
    const wide = columns * Math.max(1, column / row);
    const high = rows * Math.max(1, row / column);
    return Math.min(this.#element.clientWidth / wide, this.#element.clientHeight / high) * this.view.zoom;
  }

  draw() {
    if (!this.#picture || !this.#element.clientWidth) return;
    const { centre, width } = this.window;
    const { rows, columns, rowPixelSpacing, columnPixelSpacing, invert } = this.#picture;
    globalThis.cornerstone.displayImage(this.#element, this.#picture, {
      scale: this.#scale(),
      translation: { ...this.view.pan },
      voi: { windowCenter: centre, windowWidth: width },
      invert: invert !== this.view.inverted,
      // Magnified a lot, the values themselves are seen, not a blend of them.
      pixelReplication: this.#scale() > 6,
      displayedArea: {
        tlhc: { x: 1, y: 1 },
        brhc: { x: columns, y: rows },
        rowPixelSpacing,
        columnPixelSpacing,
        presentationSizeMode: "NONE",
      },
    });
    this.dispatchEvent(new Event("drawn"));
  }

  /** A point of the picture (pixels from its upper left corner) in the box, and the way back. */
  toBox({ x, y }) {
    const found = globalThis.cornerstone.pixelToCanvas(this.#element, { x, y });
    return { x: found.x / this.#fine, y: found.y / this.#fine };
  }

  toPicture({ x, y }) {
    const found = globalThis.cornerstone.canvasToPixel(this.#element, { x: x * this.#fine, y: y * this.#fine });
    return { x: found.x, y: found.y };
  }
}
