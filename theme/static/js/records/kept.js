// What was typed and is not stored yet, in this browser: one copy for each window, so that two windows never write over
// each other's. A window that lives holds a lock; a copy without one was left behind by a crash, and belongs to whoever
// opens the same thing next.
const TAB = "note-window";
const LOCK = (id) => `note-window:${id}`;

let mine = null;

const random = () => Math.random().toString(36).slice(2, 12);

function hold(id) {
  return new Promise((taken) => {
    navigator.locks.request(LOCK(id), { ifAvailable: true }, (lock) => {
      taken(Boolean(lock));
      // Held for as long as this page lives.
      return lock ? new Promise(() => {}) : undefined;
    });
  });
}

/** This window's name: the same after a reload, another one in a copy of the window. */
function windowName() {
  mine ??= (async () => {
    let id = null;
    try {
      id = sessionStorage.getItem(TAB);
    } catch {
      // Nothing is kept in this browser.
    }
    id ||= random();
    if (navigator.locks && !(await hold(id))) {
      id = random();
      await hold(id);
    }
    try {
      sessionStorage.setItem(TAB, id);
    } catch {
      // As above.
    }
    return id;
  })();
  return mine;
}

async function alive() {
  if (!navigator.locks) return new Set();
  const { held } = await navigator.locks.query();
  return new Set(held.map((lock) => lock.name));
}

export class Kept {
  #prefix;
  #read;
  #key = null;

  /** `read(stored)`: an object from what was stored, or null when it is none; it may throw. */
  constructor(prefix, read) {
    this.#prefix = prefix;
    this.#read = read;
  }

  /** What was left behind, this window's own first, each with a `drop()`. It is the caller's now. */
  async open() {
    const name = await windowName();
    this.#key = `${this.#prefix}:${name}`;
    const living = await alive();
    const found = [];
    for (const key of this.#keys()) {
      const id = key.slice(this.#prefix.length + 1);
      if (key !== this.#key && living.has(LOCK(id))) continue;
      const kept = this.#stored(key);
      if (kept) found[key === this.#key ? "unshift" : "push"]({ ...kept, drop: () => localStorage.removeItem(key) });
      else localStorage.removeItem(key);
    }
    return found;
  }

  keep(value) {
    if (!this.#key) return;
    try {
      localStorage.setItem(this.#key, JSON.stringify(value));
    } catch {
      // A browser that keeps nothing still saves on the server.
    }
  }

  drop() {
    if (this.#key) localStorage.removeItem(this.#key);
  }

  #keys() {
    try {
      return Object.keys(localStorage).filter((key) => key === this.#prefix || key.startsWith(`${this.#prefix}:`));
    } catch {
      return [];
    }
  }

  #stored(key) {
    try {
      return this.#read(JSON.parse(localStorage.getItem(key)));
    } catch {
      return null;
    }
  }
}
