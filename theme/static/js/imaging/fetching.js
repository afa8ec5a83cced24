// The bytes of one file over a line that may be bad.
import { Problem } from "./problems.js";

const SILENT_MS = 20_000;

function refused(response) {
  if (response.redirected || response.status === 401) return new Problem("signedOut");
  if (response.status === 429 || response.status >= 500) {
    return new Problem("busy", { passing: true, after: 1000 * (Number(response.headers.get("Retry-After")) || 0) });
  }
  return new Problem("gone");
}

async function everything(response, heard) {
  const parts = [];
  let size = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    heard();
    if (done) break;
    parts.push(value);
    size += value.length;
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole.buffer;
}

/** @returns {Promise<ArrayBuffer>}; rejects with a Problem. Given up after 20 s in which nothing came, not after a time,
 * and when `signal` says so. */
export async function bytesAt(url, signal = null) {
  const stop = new AbortController();
  signal?.addEventListener("abort", () => stop.abort());
  let timer;
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => stop.abort(), SILENT_MS);
  };
  heard();
  try {
    const response = await fetch(url, { signal: stop.signal, credentials: "same-origin" });
    if (!response.ok || response.redirected) throw refused(response);
    return await everything(response, heard);
  } catch (error) {
    throw error instanceof Problem ? error : new Problem("line", { passing: true });
  } finally {
    clearTimeout(timer);
  }
}
