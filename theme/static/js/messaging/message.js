// One message as an element: its text, quote, files and marks. What others wrote is only ever set as text, and
// addresses only where they are the portal's own or http(s).
import { bytes, clock, setText } from "./format.js";

const BY_THE_PORTAL = new Set(["system", "call"]);

export class MessageMaker {
  constructor(root) {
    this.me = root.dataset.me;
    this.template = copyOf(root, "[data-message-template]");
    this.fileTemplate = copyOf(root, "[data-file-template]");
    this.words = root.querySelector("[data-chat-words]").dataset;
    this.clock = clock(root.dataset.timeZone, root.dataset);
  }

  /** What the server wrote, completed: web addresses become links. */
  adopt(element) {
    const text = element.querySelector("[data-text]");
    setText(text, text.textContent);
  }

  /** A new element for `message`: a stored one, or one of the outbox (no seq yet). */
  make(message) {
    const own = !message.sender || message.sender.id === this.me;
    const element = this.template.cloneNode(true);
    if (BY_THE_PORTAL.has(message.kind)) element.classList.add("chat-system");
    else if (own) element.classList.add("chat-own");
    // Marks are the sender's own.
    if (!element.matches(".chat-own")) for (const mark of element.querySelectorAll(".chat-mark")) mark.remove();
    this.fill(element, message);
    return element;
  }

  /** Brings `element` to what `message` now says; an older version of it changes nothing. */
  fill(element, message) {
    const changed = Date.parse(message.deleted_at ?? message.edited_at ?? message.created_at);
    if (element.dataset.changed && changed < Date.parse(element.dataset.changed)) return;
    const { dataset } = element;
    dataset.changed = new Date(changed).toISOString();
    dataset.at = message.created_at;
    dataset.kind = message.kind;
    dataset.sender = message.sender?.id ?? "";
    dataset.name = message.sender?.name ?? this.words.clinic;
    dataset.clientId = message.client_id ?? "";
    if (message.id) dataset.id = message.id;
    if (message.seq) {
      dataset.seq = message.seq;
      element.id = `m${message.seq}`;
    }
    element.toggleAttribute("data-deleted", Boolean(message.deleted_at));
    setText(element.querySelector("[data-text]"), message.text);
    element.querySelector("[data-edited]").hidden = !message.edited_at || Boolean(message.deleted_at);
    const time = element.querySelector("[data-time]");
    time.dateTime = message.created_at;
    time.textContent = this.clock.time(new Date(message.created_at));
    this.#quote(element, message.deleted_at ? null : message.reply_to);
    this.files(element, message.attachments ?? []);
    this.#record(element, message.call);
  }

  #record(element, call) {
    const record = element.querySelector("[data-record]");
    if (!record) return;
    record.hidden = !call;
    if (call) record.querySelector("a").href = `/calls/${encodeURIComponent(call)}/record/`;
  }

  /** The words that stand for a message in a quote. */
  excerpt(quoted) {
    return quoted.deleted ? this.words.deleted : quoted.text || this.words.file;
  }

  #quote(element, quoted) {
    const quote = element.querySelector("[data-quote]");
    if (!quote) return;
    quote.hidden = !quoted;
    if (!quoted) return;
    quote.dataset.jump = quoted.seq;
    quote.href = `?at=${Number(quoted.seq)}#m${Number(quoted.seq)}`;
    quote.querySelector("[data-quote-name]").textContent = quoted.sender?.name ?? this.words.clinic;
    quote.querySelector("[data-quote-text]").textContent = this.excerpt(quoted);
  }

  files(element, attachments) {
    const list = element.querySelector("[data-files]");
    if (!list) return;
    list.hidden = attachments.length === 0;
    list.replaceChildren(...attachments.map((file) => this.#file(file)));
  }

  #file(file) {
    const item = this.fileTemplate.cloneNode(true);
    const picture = item.querySelector("[data-file-picture]");
    const link = item.querySelector("[data-file-link]");
    if (file.pending) item.dataset.upload = file.id;
    else link.href = file.url;
    if (file.preview_url) {
      item.classList.add("chat-picture");
      item.querySelector("[data-file-row]").remove();
      // Known before it is loaded, so that nothing moves when it comes.
      picture.width = file.width;
      picture.height = file.height;
      picture.alt = file.name;
      picture.src = file.preview_url;
    } else {
      picture.remove();
      item.querySelector("[data-file-name]").textContent = file.name;
      item.querySelector("[data-file-size]").textContent = bytes(file.size);
    }
    return item;
  }
}

function copyOf(root, selector) {
  return root.querySelector(selector).content.firstElementChild;
}
