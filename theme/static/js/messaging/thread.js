// The messages on the screen: one element a message, in order of seq, those still on their way at the end.
import { clock, setText } from "./format.js";

const NEAR_END_PX = 80;

export class Thread {
  constructor(root) {
    this.me = root.dataset.me;
    this.otherRead = Number(root.dataset.otherRead);
    this.list = root.querySelector("[data-messages]");
    this.scroll = root.querySelector("[data-scroll]");
    this.none = root.querySelector("[data-none]");
    this.template = root.querySelector("[data-message-template]").content.firstElementChild;
    this.dayTemplate = root.querySelector("[data-day-template]").content.firstElementChild;
    this.failedText = root.querySelector("[data-chat-words]").dataset.failed;
    this.clock = clock(root.dataset.timeZone, root.dataset);
    for (const element of this.#messages()) {
      const text = element.querySelector("[data-text]");
      setText(text, text.textContent);
    }
    this.#groupByDay();
  }

  #messages() {
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
  }

  bySeq(seq) {
    return this.list.querySelector(`[data-seq="${Number(seq)}"]`);
  }

  byClientId(clientId) {
    return clientId ? this.list.querySelector(`[data-client-id="${CSS.escape(clientId)}"]`) : null;
  }

  /** Shows stored messages, each at its place; one that was on its way gets its number and time. Twice is once. */
  put(messages) {
    for (const message of messages) this.#place(message);
    this.#groupByDay();
  }

  #place(message) {
    if (this.bySeq(message.seq)) return;
    const own = message.sender?.id === this.me;
    const waiting = own ? this.byClientId(message.client_id) : null;
    const element = waiting ?? this.#element(message.text, own, message.kind);
    element.dataset.seq = message.seq;
    element.dataset.clientId = message.client_id;
    element.dataset.sender = message.sender?.id ?? "";
    this.#setTime(element, message.created_at);
    element.querySelector("[data-failed]")?.remove();
    if (own) this.#setState(element, message.seq <= this.otherRead ? "read" : "sent");
    this.#insert(element, message.seq);
  }

  /** Older ones come in above; what is being read stays where it is. */
  putEarlier(messages) {
    const fromEnd = this.scroll.scrollHeight - this.scroll.scrollTop;
    this.scroll.setAttribute("aria-busy", "true");
    this.put(messages);
    this.scroll.scrollTop = this.scroll.scrollHeight - fromEnd;
    this.scroll.removeAttribute("aria-busy");
  }

  /** A message of the outbox: not numbered yet. */
  putWaiting(entry, state, detail) {
    let element = this.byClientId(entry.client_id);
    if (!element) {
      element = this.#element(entry.text, true, "text");
      element.dataset.clientId = entry.client_id;
      element.dataset.sender = this.me;
      this.#setTime(element, new Date(entry.order).toISOString());
      this.list.append(element);
    }
    if (element.dataset.seq) return;
    this.#setState(element, state);
    const failed = element.querySelector("[data-failed]");
    failed.hidden = state !== "failed";
    failed.querySelector("[data-failed-text]").textContent = detail && detail !== "-" ? detail : this.failedText;
    this.#groupByDay();
  }

  /** Takes away what was discarded before it was sent. */
  removeWaiting(clientId) {
    const element = this.byClientId(clientId);
    if (element && !element.dataset.seq) element.remove();
    this.#groupByDay();
  }

  /** The other person has read up to `seq`. */
  readByOther(seq) {
    if (seq <= this.otherRead) return;
    this.otherRead = seq;
    for (const element of this.list.querySelectorAll('[data-state="sent"]'))
      if (Number(element.dataset.seq) <= seq) this.#setState(element, "read");
  }

  #element(text, own, kind) {
    const element = this.template.cloneNode(true);
    if (kind === "system" || kind === "call") element.classList.add("chat-system");
    else if (own) element.classList.add("chat-own");
    setText(element.querySelector("[data-text]"), text);
    return element;
  }

  #setTime(element, iso) {
    const time = element.querySelector("[data-time]");
    time.dateTime = element.dataset.at = iso;
    time.textContent = this.clock.time(new Date(iso));
  }

  #setState(element, state) {
    element.dataset.state = state;
    if (state !== "failed") element.querySelector("[data-failed]")?.setAttribute("hidden", "");
  }

  #insert(element, seq) {
    const later = [...this.#messages()].reverse();
    // Nearly always the last numbered one comes before it.
    const before = later.find((other) => other !== element && Number(other.dataset.seq) < seq);
    if (before) {
      if (before.nextElementSibling !== element) before.after(element);
    } else if (this.list.firstElementChild !== element) this.list.prepend(element);
  }

  /** Day lines where the day changes, and less room between messages of one person. */
  #groupByDay() {
    const messages = [...this.#messages()];
    this.none.hidden = messages.length > 0;
    let dayLine = null;
    let previous = null;
    const kept = new Set();
    for (const element of messages) {
      const date = new Date(element.dataset.at);
      const key = this.clock.dayKey(date);
      const newDay = dayLine?.dataset.day !== key;
      if (newDay) {
        const above = element.previousElementSibling;
        dayLine = above?.dataset.day === key ? above : this.dayTemplate.cloneNode(true);
        dayLine.dataset.day = key;
        if (dayLine !== above) element.before(dayLine);
        dayLine.firstElementChild.textContent = this.clock.day(date);
        kept.add(dayLine);
      }
      const follows = !newDay && previous?.dataset.sender === element.dataset.sender;
      element.classList.toggle("chat-follows", follows);
      previous = element;
    }
    for (const line of this.list.querySelectorAll("[data-day]")) if (!kept.has(line)) line.remove();
  }
}
