// The socket of one call, /ws/calls/<id>/ (docs/realtime.md). It comes back by itself with the resume token of its
// welcome, so that the peer stays the same and media that still flows is not torn down.
//
// Each frame becomes an event of its type with the frame as `detail`; besides these:
//   up        the socket is open and welcomed
//   down      it dropped and is being opened again
//   closed    it stays closed; detail {code, error}: the last refusal's code, if there was one

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 5_000;
const PING_MS = 5_000;
const SILENT_MS = 12_000;
// The server takes 50 frames a second; candidates for three people at once can be more.
const FRAMES_A_SECOND = 40;

// The server keeps a place for 30 seconds; the way there takes one or two.
const RESUME_MS = 28_000;

// Close codes after which nobody comes back by himself. 1000 is not among them: the call's end is told by a frame, and
// a proxy that goes away says 1000 as well.
const FINAL = new Set([4400, 4401, 4403, 4409]);

export class Signalling extends EventTarget {
  #url;
  #socket = null;
  #key;
  #token = "";
  #stopped = false;
  #attempt = 0;
  #retry = 0;
  #ping = 0;
  #heardAt = 0;
  #error = null;
  #outbox = [];
  #sentAt = [];
  #pacing = 0;

  /** `key`: the name under which this tab keeps its token, to be the same peer after a reload. */
  constructor(url, key) {
    super();
    this.#url = url;
    this.#key = key;
    this.#token = kept(key);
    // A page that goes away says nothing: it may be a reload. One that does not come back is lost half a minute later.
    addEventListener("pagehide", () => this.#token && keep(key, this.#token));
    addEventListener("online", () => this.#hurry());
    addEventListener("offline", () => this.#socket && this.#abandon());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.#hurry());
  }

  /** Was this tab in the call a moment ago? */
  static canResume(key) {
    return Boolean(kept(key));
  }

  open() {
    clearTimeout(this.#retry);
    if (this.#stopped || this.#socket) return;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const resume = this.#token ? `?resume=${encodeURIComponent(this.#token)}` : "";
    const socket = new WebSocket(`${scheme}://${location.host}${this.#url}${resume}`);
    this.#socket = socket;
    // Old sockets may still speak while they close; only the present one is heard.
    socket.onmessage = (event) => this.#socket === socket && this.#receive(event.data);
    socket.onclose = (event) => this.#socket === socket && this.#lost(event.code);
  }

  /** Sends in order, no faster than the server takes it. False when there is no open socket: nothing is sent. */
  send(frame) {
    if (!this.#isOpen) return false;
    this.#outbox.push(JSON.stringify(frame));
    this.#flush();
    return true;
  }

  /** The person is going: say so and stay away. */
  leave() {
    if (this.#isOpen) this.#socket.send(JSON.stringify({ type: "leave" }));
    this.stop();
  }

  stop() {
    this.#stopped = true;
    this.#forget();
    clearTimeout(this.#retry);
    clearInterval(this.#ping);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  get #isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  #flush() {
    clearTimeout(this.#pacing);
    const now = Date.now();
    this.#sentAt = this.#sentAt.filter((at) => now - at < 1000);
    while (this.#isOpen && this.#outbox.length && this.#sentAt.length < FRAMES_A_SECOND) {
      this.#socket.send(this.#outbox.shift());
      this.#sentAt.push(now);
    }
    if (this.#outbox.length) this.#pacing = setTimeout(() => this.#flush(), 50);
  }

  #receive(data) {
    this.#heardAt = Date.now();
    const frame = JSON.parse(data);
    if (frame.type === "error") this.#error = frame;
    if (frame.type === "welcome") {
      this.#token = frame.resume;
      keep(this.#key, "");
      this.#attempt = 0;
      this.#error = null;
      clearInterval(this.#ping);
      this.#ping = setInterval(() => this.#check(), PING_MS);
      this.#tell("up");
    }
    this.#tell(frame.type, frame);
  }

  #check() {
    if (Date.now() - this.#heardAt > SILENT_MS) this.#abandon();
    else this.send({ type: "ping" });
  }

  /** A dead connection may take minutes to close by itself. */
  #abandon() {
    const dead = this.#socket;
    this.#lost(0);
    dead?.close();
  }

  #lost(code) {
    clearInterval(this.#ping);
    clearTimeout(this.#pacing);
    this.#outbox = [];
    this.#socket = null;
    if (this.#stopped) return;
    if (FINAL.has(code)) {
      this.#stopped = true;
      this.#forget();
      this.#tell("closed", { code, error: this.#error });
      return;
    }
    this.#tell("down");
    const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.#attempt++);
    this.#retry = setTimeout(() => this.open(), ceiling / 2 + (ceiling / 2) * Math.random());
  }

  #hurry() {
    if (this.#socket) return this.send({ type: "ping" });
    this.#attempt = 0;
    this.open();
  }

  #forget() {
    this.#token = "";
    keep(this.#key, "");
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

function keep(key, token) {
  try {
    if (token) sessionStorage.setItem(key, JSON.stringify({ token, at: Date.now() }));
    else sessionStorage.removeItem(key);
  } catch {
    // Then a reload is a new knock at the door.
  }
}

function kept(key) {
  try {
    const { token, at } = JSON.parse(sessionStorage.getItem(key)) ?? {};
    return token && Date.now() - at < RESUME_MS ? token : "";
  } catch {
    return "";
  }
}
