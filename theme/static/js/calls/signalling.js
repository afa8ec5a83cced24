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

// Close codes after which nobody comes back by himself. 1000 is not among them: the call's end is told by a frame, and
// a proxy that goes away says 1000 as well.
const FINAL = new Set([4400, 4401, 4403, 4409]);

export class Signalling extends EventTarget {
  #url;
  #socket = null;
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

  constructor(url) {
    super();
    this.#url = url;
    addEventListener("online", () => this.#hurry());
    addEventListener("offline", () => this.#socket && this.#abandon());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.#hurry());
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

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
