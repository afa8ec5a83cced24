// <section data-chat>: one conversation, live (templates/messaging/_chat.html). The socket hints, HTTP tells the
// truth: after every connect, and whenever a number is missing, the messages after the last known seq are fetched.
import { live } from "../live.js";
import { toast } from "../toast.js";
import { Actions } from "./actions.js";
import { Composer } from "./composer.js";
import { openSearch } from "./find.js";
import { Outbox } from "./outbox.js";
import { Thread } from "./thread.js";
import { Tray } from "./tray.js";
import { Typing } from "./typing.js";

const PAGE = 100;
const EARLIER_PAGE = 50;
// A message so far above the loaded part is shown on a page of its own instead.
const FURTHEST_JUMP = 600;
const AGAIN_MS = 3000;

export class Chat {
  #lastSeq;
  #readSeq;
  #deliveredSeq = 0;
  #changedSince;
  #fetching = null;
  #fetchAgain = false;
  #loadingEarlier = false;

  constructor(root) {
    this.root = root;
    this.conversation = root.dataset.conversation;
    this.me = root.dataset.me;
    this.url = root.dataset.messagesUrl;
    this.#lastSeq = Number(root.dataset.lastSeq);
    this.#readSeq = Number(root.dataset.read);
    this.#changedSince = root.dataset.now;
    this.said = root.querySelector("[data-said]");
    this.pill = root.querySelector("[data-pill]");
    this.earlier = root.querySelector("[data-earlier]");
    this.thread = new Thread(root);
    this.typing = new Typing(root, () => this.#staysAtEnd && this.thread.toEnd());
    this.outbox = new Outbox(
      (entry) => entry.conversation === this.conversation,
      (entry, state, detail) => this.#outboxChanged(entry, state, detail),
    );
    this.tray = new Tray(root, {
      uploaded: (clientId, id, attachment) => this.outbox.uploaded(clientId, id, attachment),
      failed: (clientId, detail) => this.outbox.uploadFailed(clientId, detail),
      progress: (id, words) => this.thread.uploading(id, words),
    });
    this.composer = new Composer(root, this.tray, {
      sent: (message) => this.#write(message),
      edited: (id, text) => this.actions.edit(id, text),
      typing: () => this.typing.tell(),
      lastOwn: () => this.actions.editLast(),
    });
    const changed = (message) => this.#changed(message);
    this.actions = new Actions(root, { thread: this.thread, composer: this.composer, changed });
    for (const entry of this.outbox.entries) {
      // One that was stored while this page was away is in the thread already.
      if (this.thread.byClientId(entry.client_id)?.dataset.seq) this.outbox.delivered(entry.client_id);
      else this.thread.putWaiting(entry, entry.failed ? "failed" : "sending", entry.failed);
      if (!entry.failed) this.tray.adopt(entry);
    }
    root.dataset.live = "";
    this.#listen();
    this.thread.toEnd();
    openSearch(root, (seq) => this.#jump(seq));
    const wanted = this.thread.bySeq(/^#m(\d+)$/.exec(location.hash)?.[1] ?? 0);
    if (wanted) this.#showMessage(wanted);
    if (live.connected) this.#catchUp();
  }

  #listen() {
    const mine = (listener) => (frame) => frame.conversation === this.conversation && listener(frame);
    live.on("ready", () => this.#catchUp());
    live.on("message.new", ({ message }) => mine(() => this.#received(message))(message));
    live.on("message.ack", ({ message }) => mine(() => this.#received(message))(message));
    live.on("message.changed", ({ message }) => mine(() => this.#changed(message))(message));
    live.on("message.read", mine((frame) => this.#reached(frame.user, frame.seq, "read")));
    live.on("message.delivered", mine((frame) => this.#reached(frame.user, frame.seq, "delivered")));
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
      if (event.target.closest("[data-retry]")) {
        this.outbox.retry(clientId);
        this.tray.adopt(this.outbox.get(clientId));
      }
      if (event.target.closest("[data-discard]")) this.outbox.discard(clientId);
      const quote = event.target.closest("[data-jump]");
      if (quote && this.#near(quote.dataset.jump)) {
        event.preventDefault();
        this.#jump(quote.dataset.jump);
      }
    });
    // The call page shows and hides the chat (a hidden one has no height to scroll); fonts and files come late.
    const resized = new ResizeObserver(() => {
      if (this.#staysAtEnd) this.thread.toEnd();
      this.#markRead();
    });
    resized.observe(this.thread.scroll);
    resized.observe(this.thread.list);
  }

  #stickToEnd = true;

  get #staysAtEnd() {
    return this.#stickToEnd && !this.thread.isLeft;
  }

  // --- receiving ---

  #received(message) {
    if (message.sender?.id === this.me) this.outbox.delivered(message.client_id);
    else this.typing.hide();
    if (message.seq > this.#lastSeq + 1) return this.#catchUp();
    this.#show([message]);
  }

  #changed(message) {
    // A change that overtook its message: asked for, it comes as it now stands.
    if (message.seq > this.#lastSeq) return this.#catchUp();
    this.thread.change([message]);
  }

  /** `messages` follow each other without a gap from the last known one. */
  #show(messages) {
    const wasAtEnd = this.#staysAtEnd;
    const first = this.thread.firstSeq;
    // What stands above the loaded part is not torn out of its place.
    const known = messages.filter(({ seq }) => seq > this.#lastSeq || seq >= first);
    const others = known.filter(({ seq, sender }) => seq > this.#lastSeq && sender?.id !== this.me);
    this.thread.put(known);
    this.#lastSeq = Math.max(this.#lastSeq, ...known.map(({ seq }) => seq));
    if (wasAtEnd) this.thread.toEnd();
    else if (others.length) this.pill.hidden = false;
    if (others.length) this.#say(others.at(-1));
    this.#mark();
  }

  /** For a screen reader: one new message, not a whole page of them. */
  #say({ sender, text, attachments }) {
    const files = (attachments ?? []).map(({ name }) => name).join(", ");
    this.said.textContent = [sender?.name, text, files].filter(Boolean).join(": ");
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
            this.#deliveredSeq = page.delivered[this.me] ?? this.#deliveredSeq;
            for (const state of ["delivered", "read"])
              for (const [user, seq] of Object.entries(page[state])) this.#reached(user, seq, state);
            this.#mark();
            more = Boolean(page.next);
          }
          await this.#catchUpOnChanges();
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

  /** What was edited or deleted while nothing was heard. */
  async #catchUpOnChanges() {
    let after = 0;
    let asked = "";
    for (let more = true; more; ) {
      const since = encodeURIComponent(this.#changedSince);
      const page = await this.#get(`changed_since=${since}&after=${after}&limit=${PAGE}`);
      asked ||= page.server_time;
      this.thread.change(page.results);
      more = Boolean(page.next);
      after = page.results.at(-1)?.seq;
    }
    this.#changedSince = asked;
  }

  async #get(query) {
    const answer = await fetch(`${this.url}?${query}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`messages: ${answer.status}`);
    return answer.json();
  }

  async #loadEarlier(limit = EARLIER_PAGE) {
    const first = this.thread.firstSeq;
    if (this.#loadingEarlier || first <= 1) return;
    this.#loadingEarlier = true;
    this.earlier.setAttribute("aria-busy", "true");
    try {
      const page = await this.#get(`before=${first}&limit=${limit}`);
      this.thread.putEarlier(page.results);
      this.earlier.hidden = !page.previous;
    } catch {
      toast(this.root.querySelector("[data-chat-words]").dataset.loadFailed, "error");
    } finally {
      this.earlier.removeAttribute("aria-busy");
      this.#loadingEarlier = false;
    }
  }

  #near(seq) {
    return this.thread.firstSeq - seq <= FURTHEST_JUMP;
  }

  /** Shows the message `seq`, loaded first where it must be; false when it is too far up. */
  #jump(seq) {
    if (!this.#near(seq)) return false;
    (async () => {
      for (let first = Infinity; !this.thread.bySeq(seq) && this.thread.firstSeq < first; ) {
        first = this.thread.firstSeq;
        await this.#loadEarlier(200);
      }
      const element = this.thread.bySeq(seq);
      if (element) this.#showMessage(element);
    })();
    return true;
  }

  #showMessage(element) {
    this.#stickToEnd = false;
    this.thread.show(element);
  }

  // --- sending ---

  #write(message) {
    this.#stickToEnd = true;
    this.tray.adopt(this.outbox.add(this.conversation, message));
    this.typing.forget();
    this.thread.toEnd();
  }

  #outboxChanged(entry, state, detail) {
    // A stored message is still without its number until the message itself arrives; a discarded one goes.
    if (state === "discarded") {
      this.tray.drop(entry.client_id);
      this.thread.removeWaiting(entry.client_id);
    } else if (state !== "gone") this.thread.putWaiting(entry, state, detail);
    if (this.#staysAtEnd) this.thread.toEnd();
  }

  // --- marks ---

  #reached(user, seq, state) {
    if (user !== this.me) this.thread.reachedOther(seq, state);
    else if (state === "read") this.#readSeq = Math.max(this.#readSeq, seq);
  }

  /** What is read is delivered: one frame says both. */
  #mark() {
    this.#markRead();
    this.#markDelivered();
  }

  /** Delivered is what this page has without a gap, looked at or not. */
  #markDelivered() {
    if (this.#lastSeq <= Math.max(this.#deliveredSeq, this.#readSeq)) return;
    if (live.send({ type: "message.delivered", conversation: this.conversation, seq: this.#lastSeq }))
      this.#deliveredSeq = this.#lastSeq;
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
}

// A page of history (far above the last message, or for browsers without scripts) stays as the server wrote it.
for (const root of document.querySelectorAll("[data-chat]")) {
  if (!root.matches("[data-history]")) new Chat(root);
  else {
    const thread = new Thread(root);
    openSearch(root, () => false);
    const wanted = thread.bySeq(/^#m(\d+)$/.exec(location.hash)?.[1] ?? 0);
    if (wanted) thread.show(wanted);
  }
}
