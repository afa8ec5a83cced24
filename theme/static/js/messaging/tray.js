// The files of the message that is being written: chosen, dropped or pasted, checked, shown, uploaded one after the
// other, tried again after a lost connection, removed. They survive a reload of this tab (kept-files.js).
import { live } from "../live.js";
import { toast } from "../toast.js";
import { bytes } from "./format.js";
import { keptFiles } from "./kept-files.js";
import { newId } from "./outbox.js";
import { upload } from "./upload.js";

const AGAIN_MS = 4000;
// The type that a browser gives a text file depends on the machine; the server looks at the content anyway.
const TEXT_NAME = /\.(txt|text|csv|log|md)$/i;

export class Tray {
  #entries = [];
  #running = null;
  #timer = 0;
  #missing = false;

  /** `changed()` is called whenever something happens to the files. */
  constructor(root, changed) {
    this.root = root;
    this.changed = changed;
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
    this.#restore();
  }

  get empty() {
    return this.#entries.length === 0;
  }

  /** Something is still to be uploaded. */
  get busy() {
    return this.#entries.some(({ state }) => state === "waiting" || state === "uploading");
  }

  /** Something will not be uploaded, or was lost with the page that had it. */
  get refused() {
    return this.#missing || this.#entries.some(({ state }) => state === "refused");
  }

  add(files) {
    this.#missing = false;
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

  /** The uploaded files, for a message that now goes out; the tray is empty afterwards. */
  take() {
    const taken = this.#entries.filter(({ state }) => state === "ready").map(({ attachment }) => attachment);
    this.#missing = false;
    for (const entry of [...this.#entries]) this.#remove(entry);
    return taken;
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
    const kept = await keptFiles.get(ids);
    this.#missing = kept.length < ids.length;
    for (const { id, file, attachment } of kept) {
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
    clearTimeout(this.#timer);
    const entry = this.#running ? null : this.#entries.find(({ state }) => state === "waiting");
    if (!entry) return;
    this.#running = entry;
    entry.stop = new AbortController();
    this.#set(entry, "uploading");
    const progress = (share) => {
      entry.progress = share;
      this.#draw(entry);
    };
    const done = await upload(this.root.dataset.uploadUrl, entry.file, entry.id, { progress, signal: entry.stop.signal });
    this.#running = null;
    if (done.aborted || !this.#entries.includes(entry)) return this.#pump();
    entry.progress = 0;
    if (done.attachment) {
      entry.attachment = done.attachment;
      keptFiles.put({ id: entry.id, attachment: done.attachment });
      this.#set(entry, "ready");
    } else if ("again" in done) {
      // The next `ready` tries again, and if the socket never noticed, the timer.
      this.#set(entry, "waiting");
      this.#timer = setTimeout(() => this.#pump(), done.again || AGAIN_MS);
      return;
    } else {
      entry.text = done.refused || this.words.uploadFailed;
      this.#set(entry, "refused");
    }
    this.#pump();
  }

  #set(entry, state) {
    entry.state = state;
    this.#draw(entry);
    this.#save();
  }

  #remove(entry) {
    entry.stop?.abort();
    keptFiles.remove(entry.id);
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
    chip.dataset.chip = state;
    const said = { waiting: live.connected ? this.words.uploading : this.words.waiting, uploading: this.words.uploading };
    const text = state === "refused" ? entry.text : (said[state] ?? this.words.uploaded);
    chip.querySelector("[data-chip-state]").textContent = `${bytes(entry.size)} · ${text}`;
    const bar = chip.querySelector("[data-chip-progress]");
    bar.hidden = state !== "uploading";
    bar.value = entry.progress;
    bar.setAttribute("aria-label", entry.name);
    chip.querySelector("[data-chip-retry]").hidden = state !== "refused" || Boolean(this.#wrong(entry.file));
  }
}
