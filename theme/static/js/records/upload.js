// Adding a document: refuse at once what is too large, send in parts, show how far it is, go on after a reload.
import { keptStore } from "../kept-store.js";
import { toast } from "../toast.js";
import { ask, fingerprint, send } from "./parts.js";

const MB = 1024 * 1024;
// A reload goes on by itself with these; without them the same file is asked for again.
const keptUploads = keptStore("record-uploads");
const list = document.querySelector("[data-uploads]");
const form = document.querySelector("[data-document-form]");
const words = document.querySelector("[data-upload-words]")?.dataset ?? {};

const say = (name, values = {}) => words[name].replace(/\{(\w+)\}/g, (_all, key) => values[key]);
const megabytes = (bytes) => (bytes / MB).toFixed(1);

/** Why a file is not even sent; "" when it may be. */
function tooLarge(file) {
  const limit = Number(list.dataset.max);
  if (file.size <= limit) return "";
  return say("tooLarge", { size: Math.ceil(file.size / MB), limit: Math.floor(limit / MB) });
}

function timeLeft(card, received, total) {
  card.began ??= { at: performance.now(), received };
  const sent = received - card.began.received;
  if (!sent) return "";
  const seconds = ((performance.now() - card.began.at) / 1000 / sent) * (total - received);
  if (!(seconds > 5)) return "";
  return seconds < 90
    ? say("seconds", { count: Math.ceil(seconds / 5) * 5 })
    : say("minutes", { count: Math.round(seconds / 60) });
}

function show(card, text, received) {
  card.querySelector("[data-upload-state]").textContent = text;
  if (received === undefined) return;
  const bar = card.querySelector("[data-upload-bar]");
  bar.max = Number(card.dataset.size) || 1;
  bar.value = received;
}

function showProgress(card, received) {
  const total = Number(card.dataset.size);
  const values = { done: megabytes(received), total: megabytes(total), time: timeLeft(card, received, total) };
  show(card, say(values.time ? "left" : "sending", values), received);
}

const addressOf = (id) => `${list.dataset.start}${id}/`;

/** Sends on, in one tab only. */
async function go(card, file) {
  const id = card.dataset.upload;
  const work = async (lock) => {
    if (!lock) {
      show(card, words.elsewhere);
      return;
    }
    const stop = new AbortController();
    card.stop = stop;
    card.querySelector("[data-upload-again]").hidden = true;
    showProgress(card, Number(card.dataset.received));
    const outcome = await send(addressOf(id), file, {
      received: Number(card.dataset.received),
      partMax: Number(list.dataset.part),
      signal: stop.signal,
      progress: (received) => showProgress(card, received),
      waiting: (received) => show(card, say("waiting", { done: megabytes(received) }), received),
      checking: () => show(card, words.checking),
    });
    if (outcome.aborted) return;
    keptUploads.remove(id);
    if (outcome.document) arrived(card, outcome.document);
    else ended(card, outcome.over ? words.over : outcome.refused || words.failed);
  };
  if (navigator.locks) await navigator.locks.request(`upload-${id}`, { ifAvailable: true }, work);
  else await work(true);
}

function arrived(card, stored) {
  card.remove();
  const address = list.dataset.document.replace(list.dataset.patient, stored.id);
  // From the form one goes on to what was added; from the list nobody is taken away.
  if (form) location.assign(address);
  else document.body.dispatchEvent(new CustomEvent("live:document.changed"));
}

function ended(card, text) {
  card.remove();
  if (form) {
    form.hidden = false;
    refuse(text);
  } else toast(text, "error");
}

function refuse(text) {
  const place = form.querySelector("[data-document-refusal]");
  place.textContent = text;
  place.hidden = !text;
  form.querySelector("[type=file]").setAttribute("aria-invalid", String(Boolean(text)));
}

async function choose(card, file) {
  if (file.size !== Number(card.dataset.size) || (await fingerprint(file)) !== card.dataset.fingerprint) {
    show(card, words.other);
    return;
  }
  const state = await ask("GET", addressOf(card.dataset.upload));
  if (state.status === 200) card.dataset.received = state.body.received;
  await keptUploads.put({ id: card.dataset.upload, file });
  await go(card, file);
}

function wire(card) {
  card.querySelector("[data-upload-give-up]").addEventListener("click", async () => {
    card.stop?.abort();
    keptUploads.remove(card.dataset.upload);
    await ask("DELETE", addressOf(card.dataset.upload));
    card.remove();
    if (form) form.hidden = false;
  });
  const again = card.querySelector("[data-upload-file]");
  again.addEventListener("change", () => again.files[0] && choose(card, again.files[0]));
}

function newCard(session, file) {
  const card = document.querySelector("[data-upload-template]").content.firstElementChild.cloneNode(true);
  Object.assign(card.dataset, { upload: session.id, size: session.size, received: session.received });
  card.querySelector("[data-upload-name]").textContent = file.name;
  list.append(card);
  wire(card);
  return card;
}

async function begin(file) {
  const fields = new FormData(form);
  const mark = await fingerprint(file);
  const answer = await ask("POST", list.dataset.start, {
    json: {
      patient: list.dataset.patient,
      name: file.name,
      size: file.size,
      fingerprint: mark,
      category: fields.get("category"),
      title: fields.get("title"),
      dated_on: fields.get("dated_on") || null,
      is_released: !form.elements.is_released || form.elements.is_released.checked,
    },
  });
  if (answer.status !== 201) {
    const mistakes = Object.values(answer.body.fields ?? {}).flat();
    refuse(mistakes[0] ?? answer.body.detail ?? words.failed);
    return;
  }
  list.querySelector(`[data-upload="${answer.body.id}"]`)?.remove();
  await keptUploads.put({ id: answer.body.id, file });
  form.hidden = true;
  const card = newCard(answer.body, file);
  card.dataset.fingerprint = mark;
  card.scrollIntoView({ block: "nearest" });
  await go(card, file);
}

if (form) {
  const input = form.querySelector("[type=file]");
  const category = form.elements.category;
  input.addEventListener("change", () => refuse(input.files[0] ? tooLarge(input.files[0]) : ""));
  form.addEventListener("submit", async (event) => {
    const file = input.files[0];
    // Without a file or a kind the server says what is missing; without crypto (no HTTPS) it takes the whole form.
    if (file && tooLarge(file)) {
      event.preventDefault();
      refuse(tooLarge(file));
      return;
    }
    if (!file || !category.value || !window.crypto?.subtle) return;
    event.preventDefault();
    const button = form.querySelector("[type=submit]");
    if (button.disabled) return;
    button.disabled = true;
    refuse("");
    try {
      await begin(file);
    } catch {
      refuse(words.failed); // the file was moved or changed meanwhile
      form.hidden = false;
    } finally {
      button.disabled = false;
    }
  });
}

for (const card of list?.querySelectorAll("[data-upload]") ?? []) {
  wire(card);
  keptUploads.get([card.dataset.upload]).then(([kept]) => {
    if (kept) return go(card, kept.file);
    card.querySelector("[data-upload-again]").hidden = false;
    const [done, total] = [megabytes(card.dataset.received), megabytes(card.dataset.size)];
    show(card, say("choose", { done, total }));
  });
}
