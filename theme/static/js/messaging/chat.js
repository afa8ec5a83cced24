// <section data-chat>: one conversation, live (templates/messaging/_chat.html). The socket hints, HTTP tells the
// truth: after every connect, and whenever a number is missing, the messages after the last known seq are fetched.
import { live } from "../live.js";
import { toast } from "../toast.js";
import { Composer } from "./composer.js";
import { Outbox } from "./outbox.js";
import { Thread } from "./thread.js";

const PAGE = 100;
const EARLIER_PAGE = 50;
const TYPING_EVERY_MS = 3000;
const TYPING_SHOWN_MS = 5000;
const AGAIN_MS = 3000;

export class Chat {
  #lastSeq;
  #readSeq;
  #fetching = null;
  #fetchAgain = false;
  #loadingEarlier = false;
  #typingTold = 0;
  #typingTimer = 0;

  constructor(root) {
    this.root = root;
    this.conversation = root.dataset.conversation;
    this.me = root.dataset.me;
    this.url = root.dataset.messagesUrl;
    this.#lastSeq = Number(root.dataset.lastSeq);
    this.#readSeq = Number(root.dataset.read);
    this.pill = root.querySelector("[data-pill]");
    this.typing = root.querySelector("[data-typing]");
    this.earlier = root.querySelector("[data-earlier]");
    this.thread = new Thread(root);
    this.outbox = new Outbox(
      (entry) => entry.conversation === this.conversation,
      (entry, state, detail) => this.#outboxChanged(entry, state, detail),
    );
    new Composer(root, { sent: (text) => this.#write(text), typing: () => this.#tellTyping() });
    for (const entry of this.outbox.entries)
      // One that was stored while this page was away is in the thread already.
      if (this.thread.byClientId(entry.client_id)?.dataset.seq) this.outbox.delivered(entry.client_id);
      else this.thread.putWaiting(entry, entry.failed ? "failed" : "sending", entry.failed);
    this.#listen();
    this.thread.toEnd();
    if (live.connected) this.#connected();
  }

  #listen() {
    const mine = (listener) => (frame) => frame.conversation === this.conversation && listener(frame);
    live.on("ready", () => this.#connected());
    live.on("message.new", ({ message }) => mine(() => this.#received(message))(message));
    live.on("message.ack", ({ message }) => mine(() => this.#received(message))(message));
    live.on("message.read", mine((frame) => this.#wasRead(frame.user, frame.seq)));
    live.on("typing", mine((frame) => frame.user !== this.me && this.#showTyping()));
    document.addEventListener("visibilitychange", () => this.#markRead());
    addEventListener("focus", () => this.#markRead());
    this.thread.scroll.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.pill.addEventListener("click", () => {
      this.thread.toEnd();
      this.#scrolled();
    });
    this.earlier.addEventListener("click", (event) => {
      event.preventDefault();
      this.#loadEarlier();
    });
    this.thread.list.addEventListener("click", (event) => {
      const clientId = event.target.closest("[data-message]")?.dataset.clientId;
      if (event.target.closest("[data-retry]")) this.outbox.retry(clientId);
      if (event.target.closest("[data-discard]")) this.outbox.discard(clientId);
    });
    // The call page shows and hides the chat; a hidden one has no height to scroll.
    new ResizeObserver(() => {
      if (this.#stickToEnd) this.thread.toEnd();
      this.#markRead();
    }).observe(this.thread.scroll);
  }

  #stickToEnd = true;

  #connected() {
    this.#catchUp();
  }

  // --- receiving ---

  #received(message) {
    if (message.sender?.id === this.me) this.outbox.delivered(message.client_id);
    else this.#hideTyping();
    if (message.seq > this.#lastSeq + 1) return this.#catchUp();
    this.#show([message]);
  }

  /** `messages` follow each other without a gap from the last known one. */
  #show(messages) {
    const wasAtEnd = this.#stickToEnd;
    const first = this.thread.firstSeq;
    // What stands above the loaded part is not torn out of its place.
    const known = messages.filter(({ seq }) => seq > this.#lastSeq || seq >= first);
    const others = known.some(({ seq, sender }) => seq > this.#lastSeq && sender?.id !== this.me);
    this.thread.put(known);
    this.#lastSeq = Math.max(this.#lastSeq, ...known.map(({ seq }) => seq));
    if (wasAtEnd) this.thread.toEnd();
    else if (others) this.pill.hidden = false;
    this.#markRead();
  }

  /** Everything after the last known seq, page by page; asked again while asking, it asks once more after. */
  async #catchUp() {
    this.#fetchAgain = true;
    if (this.#fetching) return this.#fetching;
    this.#fetching = (async () => {
      try {
        while (this.#fetchAgain) {
          this.#fetchAgain = false;
          let more = true;
          while (more) {
            const page = await this.#get(`after=${this.#lastSeq}&limit=${PAGE}`);
            for (const message of page.results)
              if (message.sender?.id === this.me) this.outbox.delivered(message.client_id);
            this.#show(page.results);
            // A mark that was sent into a dying socket counts for nothing.
            this.#readSeq = page.read[this.me] ?? this.#readSeq;
            for (const [user, seq] of Object.entries(page.read)) this.#wasRead(user, seq);
            this.#markRead();
            more = Boolean(page.next);
          }
        }
      } catch {
        // No network: the next `ready` asks again. A server that answers badly is asked a little later.
        if (live.connected) setTimeout(() => this.#catchUp(), AGAIN_MS);
      } finally {
        this.#fetching = null;
      }
    })();
    return this.#fetching;
  }

  async #get(query) {
    const answer = await fetch(`${this.url}?${query}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`messages: ${answer.status}`);
    return answer.json();
  }

  async #loadEarlier() {
    const first = this.thread.firstSeq;
    if (this.#loadingEarlier || first <= 1) return;
    this.#loadingEarlier = true;
    this.earlier.setAttribute("aria-busy", "true");
    try {
      const page = await this.#get(`before=${first}&limit=${EARLIER_PAGE}`);
      this.thread.putEarlier(page.results);
      this.earlier.hidden = !page.previous;
    } catch {
      toast(this.root.querySelector("[data-chat-words]").dataset.loadFailed, "error");
    } finally {
      this.earlier.removeAttribute("aria-busy");
      this.#loadingEarlier = false;
    }
  }

  // --- sending ---

  #write(text) {
    this.#stickToEnd = true;
    this.outbox.add(this.conversation, text);
    this.#typingTold = 0;
    this.thread.toEnd();
  }

  #outboxChanged(entry, state, detail) {
    if (state !== "gone") this.thread.putWaiting(entry, state, detail);
    // A stored message is still without its number until the message itself arrives; a discarded one goes.
    else if (this.thread.byClientId(entry.client_id)?.dataset.state === "failed")
      this.thread.removeWaiting(entry.client_id);
    if (this.#stickToEnd) this.thread.toEnd();
  }

  #tellTyping() {
    if (Date.now() - this.#typingTold < TYPING_EVERY_MS) return;
    if (live.send({ type: "typing", conversation: this.conversation })) this.#typingTold = Date.now();
  }

  // --- read marks, typing, the place in the thread ---

  #wasRead(user, seq) {
    if (user === this.me) this.#readSeq = Math.max(this.#readSeq, seq);
    else this.thread.readByOther(seq);
  }

  /** Read is what stands at the end of a thread that is on the screen. */
  #markRead() {
    const seen = document.visibilityState === "visible" && this.thread.scroll.clientHeight > 0 && this.#stickToEnd;
    if (!seen || this.#lastSeq <= this.#readSeq) return;
    if (live.send({ type: "message.read", conversation: this.conversation, seq: this.#lastSeq }))
      this.#readSeq = this.#lastSeq;
  }

  #scrolled() {
    if (this.thread.scroll.clientHeight === 0) return;
    this.#stickToEnd = this.thread.atEnd;
    if (this.#stickToEnd) {
      this.pill.hidden = true;
      this.#markRead();
    }
    if (this.thread.scroll.scrollTop < 60 && !this.earlier.hidden) this.#loadEarlier();
  }

  #showTyping() {
    this.typing.hidden = false;
    clearTimeout(this.#typingTimer);
    this.#typingTimer = setTimeout(() => this.#hideTyping(), TYPING_SHOWN_MS);
    if (this.#stickToEnd) this.thread.toEnd();
  }

  #hideTyping() {
    clearTimeout(this.#typingTimer);
    this.typing.hidden = true;
  }
}

// A page of history (?before=, for browsers without scripts) stays as the server wrote it.
for (const root of document.querySelectorAll("[data-chat]:not([data-history])")) new Chat(root);
