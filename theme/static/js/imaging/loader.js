// Gets the pictures: the one that is looked at now at once, the others behind it, the nearest first. What fails for a
// bad line is asked for again after a while; what the device has no room for goes again, the farthest first.
import { read } from "./dicom.js";
import { bytesAt } from "./fetching.js";
import { pictureOf } from "./picture.js";
import { Problem } from "./problems.js";
import { kindOf, nameOf } from "./syntaxes.js";

const AT_ONCE = 4;
const WAITS_MS = [1000, 3000, 9000];
// A phone has less room. What is looked at now and its neighbours are always kept.
const ROOM_BYTES = matchMedia("(pointer: coarse)").matches ? 200e6 : 800e6;
const SPARING = navigator.connection?.saveData ? 5 : Infinity;

export class Loader extends EventTarget {
  #slices = [];
  #at = 0;
  #extra = [];
  #known = new Map();
  #files = new Map();
  #running = 0;
  #size = 0;

  constructor() {
    super();
    addEventListener("online", () => this.retry());
  }

  /** From now on these are loaded, from `at` on outwards. A slice: see series.js. */
  open(slices, at = 0) {
    this.#slices = slices;
    this.focus(at);
  }

  focus(at) {
    this.#at = at;
    if (!this.picture(this.#slices[at])) this.#giveWay();
    this.#begin(this.#slices[at], true);
    this.#pump();
  }

  /** Also this one, when there is time (for a series' small picture). */
  also(slice) {
    this.#extra.push(slice);
    this.#pump();
  }

  picture = (slice) => this.#known.get(slice?.key)?.picture;

  /** A Problem, also while it is going to be tried again. */
  problem = (slice) => this.#known.get(slice?.key)?.problem;

  /** Of the opened series: {all, ready, failed, left, hope}; `left` are still to come, `hope`: of what failed, something
   * may come when it is asked for again. */
  progress() {
    const entries = this.#slices.map((slice) => this.#known.get(slice.key) ?? { state: "idle" });
    const count = (state) => entries.filter((entry) => entry.state === state).length;
    const wanted = this.#slices.filter((_, index) => this.#isNear(index)).length;
    const [ready, failed] = [count("ready"), count("failed")];
    const hope = entries.some((entry) => entry.state === "failed" && entry.problem.passing);
    return { all: this.#slices.length, ready, failed, hope, left: Math.max(0, wanted - ready - failed) };
  }

  /** Everything that failed, or waits to be tried again, from the beginning. */
  retry() {
    for (const [key, entry] of this.#known) {
      if (entry.state !== "failed" && entry.state !== "waiting") continue;
      clearTimeout(entry.timer);
      this.#known.delete(key);
    }
    this.focus(this.#at);
    this.#tell();
  }

  #tell(slice = null) {
    this.dispatchEvent(new CustomEvent("change", { detail: slice }));
  }

  /** Whether there is room for this one, were all as large as the last that came. */
  #isNear(index) {
    const fits = this.#size ? Math.floor(ROOM_BYTES / this.#size / 2) : 1;
    return Math.abs(index - this.#at) <= Math.max(2, Math.min(SPARING, fits));
  }

  #next() {
    const isIdle = (slice) => slice && !this.#known.has(slice.key);
    for (let away = 0; away < this.#slices.length; away += 1) {
      for (const index of [this.#at + away, this.#at - away]) {
        if (isIdle(this.#slices[index]) && this.#isNear(index)) {
          // The small pictures of the other series come after the neighbours of what is looked at.
          const small = away > 3 ? this.#extra.find(isIdle) : null;
          return small ?? this.#slices[index];
        }
      }
    }
    return this.#extra.find(isIdle);
  }

  /** On a slow line nothing far away takes from what is looked at; it is asked for again later (and the neighbours wait:
   * #pump). */
  #giveWay() {
    for (const [index, slice] of this.#slices.entries()) {
      if (Math.abs(index - this.#at) > AT_ONCE) this.#known.get(slice.key)?.stop?.abort();
    }
  }

  #pump() {
    const looked = this.#known.get(this.#slices[this.#at]?.key);
    while (this.#running < (looked?.state === "loading" ? 1 : AT_ONCE)) {
      const slice = this.#next();
      if (!slice) return;
      this.#begin(slice);
    }
  }

  /** `now`: beside all others that run; and without waiting until it is tried again. */
  #begin(slice, now = false) {
    const entry = this.#known.get(slice?.key);
    if (!slice || (entry && !(now && entry.state === "waiting"))) return;
    clearTimeout(entry?.timer);
    const stop = new AbortController();
    this.#known.set(slice.key, { state: "loading", tries: entry?.tries ?? 0, problem: entry?.problem, stop });
    this.#running += 1;
    this.#get(slice, stop.signal)
      .then(
        (picture) => {
          this.#known.set(slice.key, { state: "ready", picture });
          this.#size = picture.sizeInBytes;
        },
        (error) => {
          if (stop.signal.aborted) this.#known.delete(slice.key);
          else this.#failed(slice, error instanceof Problem ? error : new Problem("damaged"));
        },
      )
      .finally(() => {
        this.#running -= 1;
        this.#makeRoom();
        this.#tell(slice);
        this.#pump();
      });
  }

  async #get(slice, signal) {
    const file = await this.#file(slice, signal);
    return pictureOf(file.frame(slice.frame), slice.key);
  }

  /** A file of many frames is fetched once; the last two such files stay. */
  async #file(slice, signal) {
    if (slice.syntax && !kindOf(slice.syntax)) throw new Problem("packed", { values: { syntax: nameOf(slice.syntax) } });
    if (slice.frames === 1) return bytesAt(slice.url, signal).then(read);
    let file = this.#files.get(slice.url);
    if (!file) {
      file = bytesAt(slice.url).then(read);
      file.catch(() => this.#files.delete(slice.url));
      this.#files.set(slice.url, file);
      if (this.#files.size > 2) this.#files.delete(this.#files.keys().next().value);
    }
    return file;
  }

  #failed(slice, problem) {
    const tries = this.#known.get(slice.key)?.tries ?? 0;
    if (!problem.passing || tries >= WAITS_MS.length) {
      this.#known.set(slice.key, { state: "failed", problem });
      return;
    }
    const waits = Math.max(WAITS_MS[tries], problem.after) * (1 + Math.random() / 4);
    const timer = setTimeout(() => {
      this.#begin(slice, true);
    }, waits);
    this.#known.set(slice.key, { state: "waiting", tries: tries + 1, problem, timer });
  }

  #makeRoom() {
    const loaded = [...this.#known].filter(([, entry]) => entry.picture);
    let taken = loaded.reduce((sum, [, entry]) => sum + entry.picture.sizeInBytes, 0);
    if (taken <= ROOM_BYTES) return;
    const place = new Map(this.#slices.map((slice, index) => [slice.key, index]));
    const away = ([key]) => (place.has(key) ? Math.abs(place.get(key) - this.#at) : Infinity);
    for (const found of loaded.sort((one, other) => away(other) - away(one))) {
      if (taken <= ROOM_BYTES || away(found) <= 2) return;
      this.#known.delete(found[0]);
      taken -= found[1].picture.sizeInBytes;
    }
  }
}
