// The files of the message that is being written, and of messages that wait for theirs: chosen, dropped or pasted,
// checked, shown, uploaded one after the other, tried again after a lost connection. They survive a reload
// (kept-store.js).
import { keptStore } from "../kept-store.js";
import { live } from "../live.js";
import { toast } from "../toast.js";
import { bytes } from "./format.js";
import { newId } from "./outbox.js";
import { upload } from "./upload.js";

const AGAIN_MS = 4000;
const keptFiles = keptStore("chat-files");
// The type that a browser gives a text file depends on the machine; the server looks at the content anyway.
const TEXT_NAME = /\.(txt|text|csv|log|md)$/i;

export class Tray {
  #entries = [];
  // Files of messages that were sent before their files were up; each has the client_id of its message.
  #sent = [];
  #running = null;
  #timer = 0;

  /** Called whenever something happens to the files of the message that is being written. */
  changed = () => {};

  /** For a file of a sent message: `uploaded(client_id, id, attachment)`, `failed(client_id, detail)` and
   *  `progress(id, words)`. */
  constructor(root, { uploaded, failed, progress }) {
    this.root = root;
    this.told = { uploaded, failed, progress };
    this.list = root.querySelector("[data-tray]");
    this.template = root.querySelector("[data-chip-template]").content.firstElementChild;
    this.words = root.querySelector("[data-chat-words]").dataset;
    this.accept = root.dataset.accept.split(",");
    this.key = `draft-files:${root.dataset.me}:${root.dataset.conversation}`;
    this.#chosenBy("[data-attach]", "[data-pick]");
    this.#chosenBy("[data-camera]", "[data-camera-pick]");
    this.#dropped();
    root.addEventListener("paste", (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (!files.length) return;
      event.preventDefault();
      this.add(files);
    });
    root.querySelector("[data-add]").hidden = false;
    live.on("ready", () => this.#pump());
    live.on("down", () => [...this.#sent, ...this.#entries].forEach((entry) => this.#draw(entry)));
    this.#restore();
  }

  get empty() {
    return this.#entries.length === 0;
  }

  add(files) {
    if (this.root.querySelector("[data-composer]").inert) return; // the two may not talk any more
    for (const file of files) {
      if (this.#entries.length >= Number(this.root.dataset.maxFiles)) {
        toast(this.words.tooMany, "error");
        break;
      }
      const entry = { id: newId(), file, name: file.name, size: file.size, state: "waiting", text: "", progress: 0 };
      entry.text = this.#wrong(file);
      if (entry.text) entry.state = "refused";
      else keptFiles.put({ id: entry.id, file });
      this.#entries.push(entry);
      this.#chip(entry);
    }
    this.#save();
    this.#pump();
  }

  /** The files for a message that now goes out: those that are up, and the others as `pending`, for `adopt`. What was
   *  refused stays. */
  take() {
    const taken = this.#entries.filter(({ state }) => state !== "refused");
    for (const entry of taken) {
      if (entry.attachment) keptFiles.remove(entry.id);
      else this.#sent.push(entry);
      this.#forget(entry);
    }
    return taken.map(({ id, name, size, attachment }) => attachment ?? { id, name, size, pending: true });
  }

  /** Looks after the pending files of the message `entry` of the outbox. */
  async adopt({ client_id, attachments }) {
    const pending = (attachments ?? []).filter((file) => file.pending);
    for (const entry of this.#sent) if (pending.some(({ id }) => id === entry.id)) entry.message = client_id;
    const unknown = pending.filter(({ id }) => !this.#sent.some((entry) => entry.id === id)).map(({ id }) => id);
    if (unknown.length) {
      const kept = await keptFiles.get(unknown);
      if (kept.length < unknown.length) return this.told.failed(client_id, this.words.uploadFailed);
      for (const { id, file, attachment } of kept)
        this.#sent.push({ id, file, attachment, state: "waiting", message: client_id });
    }
    this.#pump();
  }

  /** The message is not to be sent after all. */
  drop(clientId) {
    for (const entry of this.#sent.filter(({ message }) => message === clientId)) {
      this.#sent.splice(this.#sent.indexOf(entry), 1);
      entry.stop?.abort();
      keptFiles.remove(entry.id);
    }
  }

  // --- where files come from ---

  #chosenBy(buttonSelector, inputSelector) {
    const input = this.root.querySelector(inputSelector);
    this.root.querySelector(buttonSelector).addEventListener("click", () => input.click());
    input.addEventListener("change", () => {
      this.add([...input.files]);
      input.value = "";
      this.root.querySelector("[data-input]").focus();
    });
  }

  #dropped() {
    const sheet = this.root.querySelector("[data-drop]");
    const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
    this.root.addEventListener("dragenter", (event) => {
      if (hasFiles(event)) sheet.hidden = false;
    });
    this.root.addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
    this.root.addEventListener("dragleave", (event) => {
      if (!this.root.contains(event.relatedTarget)) sheet.hidden = true;
    });
    this.root.addEventListener("drop", (event) => {
      sheet.hidden = true;
      if (!hasFiles(event)) return;
      event.preventDefault();
      this.add([...event.dataTransfer.files]);
    });
  }

  #wrong(file) {
    if (file.size === 0) return this.words.empty;
    if (file.size > Number(this.root.dataset.maxBytes)) return this.words.tooBig;
    const known = this.accept.includes(file.type) || file.type.startsWith("text/") || TEXT_NAME.test(file.name);
    return known ? "" : this.words.wrongType;
  }

  async #restore() {
    const ids = JSON.parse(sessionStorage.getItem(this.key) ?? "[]");
    if (!ids.length) return;
    for (const { id, file, attachment } of await keptFiles.get(ids)) {
      if (this.#entries.some((entry) => entry.id === id)) continue;
      const { name, size } = attachment ?? file;
      const entry = { id, file, attachment, name, size, state: attachment ? "ready" : "waiting", text: "", progress: 0 };
      this.#entries.push(entry);
      this.#chip(entry);
    }
    this.#save();
    this.#pump();
  }

  #save() {
    const ids = this.#entries.filter(({ state }) => state !== "refused").map(({ id }) => id);
    try {
      if (ids.length) sessionStorage.setItem(this.key, JSON.stringify(ids));
      else sessionStorage.removeItem(this.key);
    } catch {
      // No storage: they live as long as this page.
    }
    this.list.hidden = this.empty;
    this.changed();
  }

  // --- uploading ---

  async #pump() {
    if (this.#running) return;
    clearTimeout(this.#timer);
    const entry = [...this.#sent, ...this.#entries].find(({ state }) => state === "waiting");
    if (!entry) return;
    this.#running = entry;
    entry.stop = new AbortController();
    this.#set(entry, "uploading");
    const progress = (share) => {
      entry.progress = share;
      this.#draw(entry);
    };
    const { signal } = entry.stop;
    const done = entry.attachment
      ? entry
      : await upload(this.root.dataset.uploadUrl, entry.file, entry.id, { progress, signal });
    this.#running = null;
    if (done.attachment) this.#uploaded(entry, done.attachment);
    else if (done.refused !== undefined) this.#refused(entry, done.refused || this.words.uploadFailed);
    else if (!done.aborted) {
      // The next `ready` tries again, and if the socket never noticed, the timer.
      this.#set(entry, "waiting");
      this.#timer = setTimeout(() => this.#pump(), done.again || AGAIN_MS);
      return;
    }
    this.#pump();
  }

  #uploaded(entry, attachment) {
    entry.attachment = attachment;
    if (this.#sent.includes(entry)) {
      this.#sent.splice(this.#sent.indexOf(entry), 1);
      // Kept in the outbox from here on.
      this.told.uploaded(entry.message, entry.id, attachment);
      keptFiles.remove(entry.id);
    } else if (this.#entries.includes(entry)) {
      keptFiles.put({ id: entry.id, attachment });
      this.#set(entry, "ready");
    }
  }

  #refused(entry, text) {
    entry.text = text;
    if (this.#sent.includes(entry)) {
      this.#sent.splice(this.#sent.indexOf(entry), 1);
      this.told.failed(entry.message, text);
    } else this.#set(entry, "refused");
  }

  #set(entry, state) {
    entry.state = state;
    this.#draw(entry);
    this.#save();
  }

  #remove(entry) {
    entry.stop?.abort();
    keptFiles.remove(entry.id);
    this.#forget(entry);
  }

  /** Out of the tray. */
  #forget(entry) {
    if (entry.picture) URL.revokeObjectURL(entry.picture);
    entry.chip.remove();
    this.#entries.splice(this.#entries.indexOf(entry), 1);
    this.#save();
  }

  // --- showing ---

  #chip(entry) {
    const chip = (entry.chip = this.template.cloneNode(true));
    chip.querySelector("[data-chip-name]").textContent = entry.name;
    const remove = chip.querySelector("[data-chip-remove]");
    remove.setAttribute("aria-label", this.words.remove.replace("{name}", entry.name));
    remove.addEventListener("click", () => {
      this.#remove(entry);
      this.root.querySelector("[data-input]").focus();
    });
    chip.querySelector("[data-chip-retry]").addEventListener("click", () => {
      this.#set(entry, "waiting");
      this.#pump();
    });
    const isPicture = entry.file?.type.startsWith("image/") && entry.state !== "refused";
    if (isPicture) entry.picture = URL.createObjectURL(entry.file);
    const source = entry.picture ?? entry.attachment?.preview_url;
    if (source) {
      const picture = document.createElement("img");
      picture.alt = "";
      picture.src = source;
      chip.querySelector("[data-chip-picture]").replaceChildren(picture);
    }
    this.list.append(chip);
    this.#draw(entry);
  }

  #draw(entry) {
    const { chip, state } = entry;
    const busy = `${this.words.uploading} ${Math.round((entry.progress ?? 0) * 100)} %`;
    const said = { waiting: live.connected ? this.words.uploading : this.words.waiting, uploading: busy };
    if (this.#sent.includes(entry)) return this.told.progress(entry.id, said[state]);
    if (!this.#entries.includes(entry)) return;
    chip.dataset.chip = state;
    const text = state === "refused" ? entry.text : (said[state] ?? this.words.uploaded);
    chip.querySelector("[data-chip-state]").textContent = `${bytes(entry.size)} · ${text}`;
    const bar = chip.querySelector("[data-chip-progress]");
    bar.hidden = state !== "uploading";
    bar.value = entry.progress;
    bar.setAttribute("aria-label", entry.name);
    chip.querySelector("[data-chip-retry]").hidden = state !== "refused" || Boolean(this.#wrong(entry.file));
  }
}
