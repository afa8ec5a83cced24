// Messages on their way. Each is kept in localStorage from the moment it is written until the server has stored it
// (message.ack, or the message itself coming back), so that it survives a reload, a dead battery and a dead server.
// Sending again is harmless: the server stores a client_id once.
import { live } from "../live.js";

const ACK_WITHIN_MS = 8000;
const TRIES = 4;
// So many wait for their ack at once; a long queue stays below the server's frames a second.
const IN_FLIGHT = 10;
const AGAIN_MS = 1500;
// The server counts messages by the minute.
const AGAIN_THROTTLED_MS = 20_000;
// The server looked at it and said no; trying again by itself would change nothing.
const FINAL = new Set(["invalid", "not_found", "not_allowed", "unknown_type", "too_large"]);

const me = document.body.dataset.user ?? "";
const prefix = `outbox:${me}:`;

/** The entries of this person, oldest first. What another person left on this computer is removed. */
function stored() {
  const entries = [];
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(prefix)) entries.push(JSON.parse(localStorage.getItem(key)));
      else if (key.startsWith("outbox:")) localStorage.removeItem(key);
    }
  } catch {
    // No storage in this browser, or somebody else wrote there.
  }
  return entries.sort((a, b) => a.order - b.order);
}

function keep(entry) {
  try {
    localStorage.setItem(prefix + entry.client_id, JSON.stringify(entry));
  } catch {
    // Storage is full or forbidden: the message still lives in this page.
  }
}

export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // http:// by an address other than localhost has no randomUUID.
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Outbox {
  #entries = new Map();
  #timers = new Map();
  #changed;

  /** `accepts(entry)`: the stored entries that this one looks after. `changed(entry, state, detail)`: state is
   *  sending, failed, gone (stored) or discarded. */
  constructor(accepts, changed) {
    this.#changed = changed;
    for (const entry of stored()) if (accepts(entry)) this.#entries.set(entry.client_id, entry);
    live.on("ready", () => this.#pump());
    live.on("down", () => this.#forgetTimers());
    live.on("message.ack", (frame) => this.delivered(frame.client_id));
    // Another tab of this person has sent it, or thrown it away.
    addEventListener("storage", ({ key, newValue }) => {
      if (key?.startsWith(prefix) && newValue === null) this.#gone(key.slice(prefix.length), "discarded");
    });
    live.on("error", (frame) => this.#entries.has(frame.client_id) && this.#refused(frame));
    this.#pump();
  }

  get entries() {
    return [...this.#entries.values()];
  }

  /** `message`: {text, attachments, reply_to}, with files and the quoted message as the page shows them. It waits for
   *  those of its files that are `pending` (see `uploaded`). */
  add(conversation, message) {
    const last = Math.max(0, ...this.entries.map((entry) => entry.order));
    const entry = { ...message, client_id: newId(), conversation, order: Math.max(live.now(), last + 1), failed: "" };
    this.#entries.set(entry.client_id, entry);
    keep(entry);
    this.#changed(entry, "sending");
    this.#pump();
    return entry;
  }

  retry(clientId) {
    const entry = this.#entries.get(clientId);
    if (!entry) return;
    entry.failed = "";
    keep(entry);
    this.#changed(entry, "sending");
    this.#pump();
  }

  /** The file `id` of a message is up; after the last one the message goes out. */
  uploaded(clientId, id, attachment) {
    const entry = this.#entries.get(clientId);
    if (!entry) return;
    entry.attachments = entry.attachments.map((file) => (file.id === id ? attachment : file));
    keep(entry);
    this.#changed(entry, "sending");
    this.#pump();
  }

  /** A file of a message will not come up. */
  uploadFailed(clientId, detail) {
    const entry = this.#entries.get(clientId);
    if (entry) this.#fail(entry, detail);
  }

  get(clientId) {
    return this.#entries.get(clientId);
  }

  discard(clientId) {
    this.#gone(clientId, "discarded");
  }

  /** The server has it, whoever said so: the ack, the message itself or the catch-up. */
  delivered(clientId) {
    this.#gone(clientId, "gone");
  }

  #gone(clientId, how) {
    const entry = this.#entries.get(clientId);
    if (!entry) return;
    this.#entries.delete(clientId);
    this.#stopTimer(clientId);
    try {
      localStorage.removeItem(prefix + clientId);
    } catch {
      // No storage in this browser.
    }
    this.#changed(entry, how);
    this.#pump();
  }

  /** Sends what is neither refused nor under way, in the order it was written. */
  #pump() {
    if (!live.connected) return; // `ready` calls again
    for (const entry of this.entries) {
      if (this.#timers.size >= IN_FLIGHT) return;
      const ready = !entry.failed && !entry.attachments?.some(({ pending }) => pending);
      if (ready && !this.#timers.has(entry.client_id)) this.#send(entry, 1);
    }
  }

  #send(entry, attempt) {
    this.#stopTimer(entry.client_id);
    const { client_id, conversation, text, attachments, reply_to } = entry;
    const frame = { type: "message.send", client_id, conversation, text };
    if (attachments?.length) frame.attachments = attachments.map(({ id }) => id);
    if (reply_to) frame.reply_to = reply_to.id;
    if (!live.send(frame)) return;
    this.#later(entry, attempt, ACK_WITHIN_MS, "");
  }

  #refused(frame) {
    const entry = this.#entries.get(frame.client_id);
    if (FINAL.has(frame.code)) this.#fail(entry, frame.detail);
    else {
      const wait = frame.code === "throttled" ? AGAIN_THROTTLED_MS : AGAIN_MS;
      this.#later(entry, entry.attempt ?? 1, wait, frame.detail);
    }
  }

  #later(entry, attempt, afterMs, detail) {
    this.#stopTimer(entry.client_id);
    entry.attempt = attempt;
    const again = () => (attempt >= TRIES ? this.#fail(entry, detail) : this.#send(entry, attempt + 1));
    this.#timers.set(entry.client_id, setTimeout(again, afterMs));
  }

  #fail(entry, detail) {
    this.#stopTimer(entry.client_id);
    entry.failed = detail || "-";
    keep(entry);
    this.#changed(entry, "failed", detail);
    this.#pump();
  }

  #stopTimer(clientId) {
    clearTimeout(this.#timers.get(clientId));
    this.#timers.delete(clientId);
  }

  #forgetTimers() {
    for (const clientId of [...this.#timers.keys()]) this.#stopTimer(clientId);
  }
}
