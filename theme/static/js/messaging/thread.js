// The messages on the screen: one element a message, in order of seq, those still on their way at the end.
import { MessageMaker } from "./message.js";

const NEAR_END_PX = 80;
// How far a message of one's own has come.
const RANK = { sent: 1, delivered: 2, read: 3 };

export class Thread {
  #endTop = 0;

  constructor(root) {
    this.me = root.dataset.me;
    this.otherRead = Number(root.dataset.otherRead);
    this.otherDelivered = Number(root.dataset.otherDelivered);
    this.list = root.querySelector("[data-messages]");
    this.scroll = root.querySelector("[data-scroll]");
    this.none = root.querySelector("[data-none]");
    this.dayTemplate = root.querySelector("[data-day-template]").content.firstElementChild;
    this.failedText = root.querySelector("[data-chat-words]").dataset.failed;
    this.maker = new MessageMaker(root);
    for (const element of this.all) this.maker.adopt(element);
    this.#groupByDay();
  }

  get all() {
    return this.list.querySelectorAll("[data-message]");
  }

  get firstSeq() {
    return Number(this.list.querySelector("[data-seq]")?.dataset.seq ?? 0);
  }

  get atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroll;
    return scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
  }

  toEnd() {
    this.scroll.scrollTop = this.scroll.scrollHeight;
    this.#endTop = this.scroll.scrollTop;
  }

  /** Whether somebody has scrolled up since `toEnd`, known before the scroll event says so. */
  get isLeft() {
    return !this.atEnd && this.scroll.scrollTop < this.#endTop;
  }

  bySeq(seq) {
    return this.list.querySelector(`[data-seq="${Number(seq)}"]`);
  }

  byClientId(clientId) {
    return clientId ? this.list.querySelector(`[data-client-id="${CSS.escape(clientId)}"]`) : null;
  }

  /** Shows stored messages, each at its place; one that was on its way gets its number and time. Twice is once, and
   *  a later version takes the place of an earlier one. */
  put(messages) {
    for (const message of messages) this.#place(message);
    this.#groupByDay();
  }

  /** Messages that were edited or deleted: only where they are shown, and where they are quoted. */
  change(messages) {
    for (const message of messages) {
      const element = this.bySeq(message.seq);
      if (element) this.maker.fill(element, message);
      const excerpt = this.maker.excerpt({ text: message.text, deleted: message.deleted_at });
      for (const quote of this.list.querySelectorAll(`[data-quote][data-jump="${Number(message.seq)}"]`))
        quote.querySelector("[data-quote-text]").textContent = excerpt;
    }
  }

  #place(message) {
    const shown = this.bySeq(message.seq);
    if (shown) return this.maker.fill(shown, message);
    const own = message.sender?.id === this.me;
    const waiting = own ? this.byClientId(message.client_id) : null;
    // The clock of this computer gave it a time; the server's counts.
    if (waiting) waiting.dataset.changed = "";
    const element = waiting ?? this.maker.make(message);
    if (waiting) this.maker.fill(waiting, message);
    element.querySelector("[data-failed]")?.remove();
    if (own) this.#setState(element, this.#reached(message.seq));
    this.#insert(element, message.seq);
  }

  /** Older ones come in above; what is being read stays where it is. */
  putEarlier(messages) {
    const fromEnd = this.scroll.scrollHeight - this.scroll.scrollTop;
    this.put(messages);
    this.scroll.scrollTop = this.scroll.scrollHeight - fromEnd;
  }

  /** A message of the outbox: not numbered yet. */
  putWaiting(entry, state, detail) {
    let element = this.byClientId(entry.client_id);
    if (!element) {
      element = this.maker.make({
        ...entry,
        kind: entry.attachments?.length ? "file" : "text",
        sender: { id: this.me, name: "" },
        created_at: new Date(entry.order).toISOString(),
      });
      this.list.append(element);
    }
    if (element.dataset.seq) return;
    this.maker.files(element, entry.attachments ?? []);
    this.#setState(element, state);
    const failed = element.querySelector("[data-failed]");
    const pending = state === "sending" && entry.attachments?.some((file) => file.pending);
    // What waits for its files can be given up.
    failed.hidden = state !== "failed" && !pending;
    failed.querySelector("[data-retry]").hidden = pending;
    failed.querySelector("[data-failed-text]").textContent = pending ? "" : detail && detail !== "-" ? detail : this.failedText;
    this.#groupByDay();
  }

  /** How far a file of a waiting message is. */
  uploading(id, words) {
    const size = this.list.querySelector(`[data-upload="${CSS.escape(id)}"] [data-file-size]`);
    if (size) size.textContent = words;
  }

  /** Takes away what was discarded before it was sent. */
  removeWaiting(clientId) {
    const element = this.byClientId(clientId);
    if (element && !element.dataset.seq) element.remove();
    this.#groupByDay();
  }

  /** A device of the other person has received, or the person has read, up to `seq`. */
  reachedOther(seq, state) {
    if (state === "read") this.otherRead = Math.max(this.otherRead, seq);
    this.otherDelivered = Math.max(this.otherDelivered, seq);
    for (const element of this.list.querySelectorAll('[data-state="sent"], [data-state="delivered"]'))
      this.#setState(element, this.#reached(Number(element.dataset.seq)));
  }

  #reached(seq) {
    return seq <= this.otherRead ? "read" : seq <= this.otherDelivered ? "delivered" : "sent";
  }

  /** Shows one message and sets it off for a moment. */
  show(element) {
    element.scrollIntoView({ block: "center" });
    element.focus({ preventScroll: true });
    element.classList.add("chat-shown");
    element.addEventListener("animationend", () => element.classList.remove("chat-shown"), { once: true });
  }

  #setState(element, state) {
    // Marks only move forward.
    if ((RANK[state] ?? 0) < (RANK[element.dataset.state] ?? 0)) return;
    element.dataset.state = state;
    if (state !== "failed") element.querySelector("[data-failed]")?.setAttribute("hidden", "");
  }

  #insert(element, seq) {
    const later = [...this.all].reverse();
    // Nearly always the last numbered one comes before it.
    const before = later.find((other) => other !== element && Number(other.dataset.seq) < seq);
    if (before) {
      if (before.nextElementSibling !== element) before.after(element);
    } else if (this.list.firstElementChild !== element) this.list.prepend(element);
  }

  /** Day lines where the day changes, and less room between messages of one person. */
  #groupByDay() {
    const { clock } = this.maker;
    const messages = [...this.all];
    this.none.hidden = messages.length > 0;
    let dayLine = null;
    let previous = null;
    const kept = new Set();
    for (const element of messages) {
      const date = new Date(element.dataset.at);
      const key = clock.dayKey(date);
      const newDay = dayLine?.dataset.day !== key;
      if (newDay) {
        const above = element.previousElementSibling;
        dayLine = above?.dataset.day === key ? above : this.dayTemplate.cloneNode(true);
        dayLine.dataset.day = key;
        if (dayLine !== above) element.before(dayLine);
        dayLine.firstElementChild.textContent = clock.day(date);
        kept.add(dayLine);
      }
      const follows = !newDay && previous?.dataset.sender === element.dataset.sender;
      element.classList.toggle("chat-follows", follows);
      previous = element;
    }
    for (const line of this.list.querySelectorAll("[data-day]")) if (!kept.has(line)) line.remove();
  }
}
