// Sending one file in parts. Each part carries its offset and its SHA-256; after every trouble the server is asked how much
// it has. Parts grow while the line is good and shrink when it breaks.
import { csrfToken } from "../csrf.js";

const SMALLEST = 64 * 1024;
const FIRST = 256 * 1024;
const QUICK_MS = 1500;
const PART_TIMEOUT_MS = 120_000;
const LONGEST_WAIT_MS = 30_000;
const EDGE = 64 * 1024;

const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const sha256 = async (buffer) => hex(await crypto.subtle.digest("SHA-256", buffer));

/** By what the same file is known again: name, size, beginning and end. */
export async function fingerprint(file) {
  const edges = new Blob([`${file.name}\n${file.size}\n`, file.slice(0, EDGE), file.slice(-EDGE)]);
  return sha256(await edges.arrayBuffer());
}

/** A call of the API: {status, body}; status 0 when nothing came back. */
export async function ask(method, url, { json, headers, body, signal, timeout = 30_000 } = {}) {
  const stop = AbortSignal.any([AbortSignal.timeout(timeout), ...(signal ? [signal] : [])]);
  try {
    const answer = await fetch(url, {
      method,
      body: json ? JSON.stringify(json) : body,
      headers: {
        Accept: "application/json",
        "X-CSRFToken": csrfToken(),
        ...(json ? { "Content-Type": "application/json" } : {}),
        ...headers,
      },
      signal: stop,
    });
    const wait = Number(answer.headers.get("Retry-After")) * 1000 || 0;
    return { status: answer.status, body: await answer.json().catch(() => ({})), wait };
  } catch {
    return { status: 0, body: {}, wait: 0 };
  }
}

/** What can pass by itself: no line, a server that restarts, too many requests. */
const passes = (status) => status === 0 || status === 429 || status >= 500;

/** Waits, but no longer than until the browser says that the line is back. */
function pause(ms, signal) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    addEventListener("online", done);
    signal.addEventListener("abort", done);
  });
}

/** Sends what is missing of `file` to the upload at `url` and makes the document. `progress(received)` after each part,
 *  `waiting(received)` when the line is gone, `checking()` at the end. Resolves with {document}, {refused: text},
 *  {over: true} or {aborted: true}. */
export async function send(url, file, { received, partMax, signal, progress, waiting, checking }) {
  let size = FIRST;
  let tries = 0;
  const trouble = async (answer) => {
    size = Math.max(SMALLEST, size / 4);
    waiting(received);
    const backoff = Math.min(LONGEST_WAIT_MS, 500 * 2 ** tries++) * (0.75 + Math.random() / 2);
    await pause(answer.wait || backoff, signal);
    const state = await ask("GET", url, { signal });
    if (state.status === 200) received = state.body.received;
    return state.status;
  };
  while (!signal.aborted) {
    const whole = received >= file.size;
    let answer;
    if (whole) {
      checking();
      answer = await ask("POST", `${url}finish/`, { json: {}, signal, timeout: PART_TIMEOUT_MS });
    } else {
      const part = await file.slice(received, received + Math.min(size, partMax)).arrayBuffer();
      const headers = {
        "Content-Type": "application/octet-stream",
        "Upload-Offset": String(received),
        "Part-Sha256": await sha256(part),
      };
      const began = performance.now();
      answer = await ask("PUT", url, { body: part, headers, signal, timeout: PART_TIMEOUT_MS });
      if (answer.status === 200 && performance.now() - began < QUICK_MS) size = Math.min(size * 2, partMax);
    }
    if (signal.aborted) break;
    if (answer.status === 201) return { document: answer.body };
    if (answer.status === 200) {
      received = answer.body.received;
      tries = 0;
      progress(received);
    } else if (answer.body.code === "wrong_offset" || answer.body.code === "damaged") {
      received = answer.body.received;
    } else if (passes(answer.status)) {
      const status = await trouble(answer);
      // Of a whole one the answer may have got lost: finishing it once more says what came of it.
      if (status === 404 && !whole) return { over: true };
    } else if (answer.status === 404) {
      return { over: true };
    } else {
      return { refused: answer.body.detail ?? "", code: answer.body.code };
    }
  }
  return { aborted: true };
}
