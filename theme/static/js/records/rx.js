// /rx/<number>/#<format>.<key id>.<signature>.<payload>: verifies what stands after the # in this browser. Nothing of it is
// sent anywhere, but for a hash of the signature, by which the server says whether the prescription still stands.

const FORMAT = "1";
const MAX_BYTES = 200_000;
const root = document.querySelector("[data-rx-verify]");
const { keys, routes, frequencies } = JSON.parse(document.getElementById("rx-keys").textContent);
const utf8 = new TextEncoder();

class Unreadable extends Error {}

/** Nothing is said of a code that could not be checked: not that it is good, nor that it is forged. */
class Unable extends Error {}

function bytes(text) {
  try {
    return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
  } catch {
    throw new Unreadable("base64");
  }
}

/** Raw DEFLATE, at most MAX_BYTES of it: a code may come from anywhere. */
async function inflated(packed) {
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const parts = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.length;
      if (size > MAX_BYTES) throw new Unreadable("size");
      parts.push(value);
    }
  } catch {
    throw new Unreadable("deflate");
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** By the browser itself; one that does not know Ed25519 uses noble-ed25519. */
async function isSigned(signature, message, key) {
  if (signature.length !== 64) return false;
  try {
    const imported = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
    return await crypto.subtle.verify({ name: "Ed25519" }, imported, signature, message);
  } catch {
    return isSignedByNoble(signature, message, key);
  }
}

async function isSignedByNoble(signature, message, key) {
  try {
    const { verifyAsync } = await import("../../vendor/noble-ed25519/noble-ed25519.js");
    return await verifyAsync(signature, message, key);
  } catch (error) {
    throw new Unable(error.message);
  }
}

async function read(code) {
  const [format, keyId, signature, packed, ...more] = code.split(".");
  if (format !== FORMAT || !packed || more.length) throw new Unreadable("format");
  const message = await inflated(bytes(packed));
  const key = keys[keyId];
  if (!key || !(await isSigned(bytes(signature), message, bytes(key)))) return { signed: false };
  return { signed: true, signature, sheet: JSON.parse(new TextDecoder().decode(message)) };
}

// --- Showing ---

function verdict(name) {
  for (const part of root.querySelectorAll("[data-verdict]")) part.hidden = part.dataset.verdict !== name;
}

function standing(name) {
  for (const part of root.querySelectorAll("[data-standing]")) part.hidden = part.dataset.standing !== name;
}

function fill(place, values) {
  for (const [name, value] of Object.entries(values)) {
    const field = place.querySelector(`[data-of="${name}"]`);
    field.textContent = value ?? "";
    // A fact that is not there, with its name.
    if (field.tagName === "DD") for (const part of [field, field.previousElementSibling]) part.hidden = !value;
  }
}

const day = (text) => (text ? new Date(`${text.slice(0, 10)}T12:00`).toLocaleDateString(document.documentElement.lang, { dateStyle: "long" }) : "");

function shown(sheet) {
  const place = root.querySelector("[data-sheet]");
  fill(place, {
    number: sheet.no,
    clinic: sheet.cl,
    patient: sheet.pt[0],
    born: day(sheet.pt[1]),
    doctor: sheet.dr[0],
    licence: sheet.dr[1],
    signed: day(sheet.at),
    until: day(sheet.to),
    replaces: sheet.re,
    note: sheet.nt,
  });
  place.querySelector("[data-items]").replaceChildren(...sheet.it.map(item));
  place.hidden = false;
}

function item(line) {
  const row = root.querySelector("template[data-item]").content.firstElementChild.cloneNode(true);
  const needed = line.p && line.f !== "prn" ? root.querySelector("[data-when-needed]").textContent : "";
  const dosage = [`${line.d} ${line.u}`, routes[line.r] ?? line.r, frequencies[line.f] ?? line.f, (line.t ?? []).join(", "), needed];
  fill(row, {
    medicine: line.g ? `${line.m} (${line.g})` : line.m,
    dosage: dosage.filter(Boolean).join(" · "),
    instructions: line.i,
    quantity: line.q ? `${line.q} ${line.u}` : "",
    from: day(line.s),
    days: line.n ? String(line.n) : "",
  });
  return row;
}

/** `isLast`: nobody has come with another code meanwhile, for the answer is about this one. */
async function ask(number, signature, isLast) {
  standing("asking");
  const digest = await crypto.subtle.digest("SHA-256", utf8.encode(signature));
  const proof = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  let answer;
  try {
    answer = await fetch(`${root.dataset.base}${encodeURIComponent(number)}/status/?proof=${proof}`, { credentials: "omit" });
  } catch {
    return isLast() && standing("offline");
  }
  if (!isLast()) return;
  if (answer.status === 404) return standing("unknown");
  if (!answer.ok) return standing("offline");
  const { status, stopped } = await answer.json();
  if (!isLast()) return;
  root.querySelectorAll("[data-items] > li").forEach((row, at) => (row.querySelector("[data-stopped]").hidden = !stopped.includes(at)));
  if (status === "stopped" || status === "replaced") {
    for (const part of root.querySelectorAll("[data-ended]")) part.hidden = part.dataset.ended !== status;
    verdict("ended");
  } else standing(status);
}

let codes = 0;

async function verify() {
  const number = ++codes;
  const isLast = () => number === codes;
  root.querySelector("[data-sheet]").hidden = true;
  const code = location.hash.slice(1);
  if (!code) return verdict("none");
  try {
    const { signed, signature, sheet } = await read(code);
    if (!isLast()) return;
    if (!signed) return verdict("bad");
    shown(sheet);
    const over = sheet.to && new Date(`${sheet.to}T23:59:59`) < new Date();
    verdict(over ? "expired" : "good");
    await ask(sheet.no, signature, isLast);
  } catch (error) {
    if (!(error instanceof Unreadable)) console.error(error);
    if (isLast()) verdict(error instanceof Unable ? "unable" : "unreadable");
  }
}

addEventListener("hashchange", verify);
verify();

/** The page's own files were loaded before its worker was there: name them, so that it keeps them too. */
async function keepForOffline() {
  await navigator.serviceWorker.register(root.dataset.worker, { scope: root.dataset.base });
  const { active } = await navigator.serviceWorker.ready;
  const files = performance.getEntriesByType("resource").map(({ name }) => name);
  active.postMessage({ keep: files.filter((name) => name.startsWith(location.origin) && !name.includes("/status/")) });
}

if ("serviceWorker" in navigator) keepForOffline().catch(() => {});
