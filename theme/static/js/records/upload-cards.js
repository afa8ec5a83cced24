// Files on their way in parts, each with a card: how far it is, giving it up, going on after a reload.
import { keptStore } from "../kept-store.js";
import { ask, fingerprint, send } from "./parts.js";

const MB = 1024 * 1024;
// A reload goes on by itself with these; without them the same file is asked for again.
const keptUploads = keptStore("record-uploads");
export const list = document.querySelector("[data-uploads]");
export const words = document.querySelector("[data-upload-words]")?.dataset ?? {};
// What a page does when a file has arrived, and when it will not: arrived(card, stored), ended(text), and given up.
const page = { arrived() {}, ended() {}, givenUp() {} };

export const say = (name, values = {}) => words[name].replace(/\{(\w+)\}/g, (_all, key) => values[key]);
export const megabytes = (bytes) => (bytes / MB).toFixed(1);

/** Why a file is not even sent; "" when it may be. */
export function tooLarge(file) {
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
    card.remove();
    if (outcome.document) page.arrived(outcome.document);
    else page.ended(outcome.over ? words.over : outcome.refused || words.failed);
  };
  if (navigator.locks) await navigator.locks.request(`upload-${id}`, { ifAvailable: true }, work);
  else await work(true);
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
    page.givenUp();
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

/** Begins with a file, or goes on with what was begun: `fields` are those of the page, beside its name, size and mark.
 *  `shown(card)` once it has one. Resolves with "" when it ended by itself, or why it was not begun. */
export async function begin(file, fields, shown = () => {}) {
  const mark = await fingerprint(file);
  const json = { ...fields, name: file.name, size: file.size, fingerprint: mark };
  const answer = await ask("POST", list.dataset.start, { json });
  if (answer.status !== 201) {
    const mistakes = Object.values(answer.body.fields ?? {}).flat();
    return mistakes[0] ?? answer.body.detail ?? words.failed;
  }
  list.querySelector(`[data-upload="${answer.body.id}"]`)?.remove();
  await keptUploads.put({ id: answer.body.id, file });
  const card = newCard(answer.body, file);
  card.dataset.fingerprint = mark;
  shown(card);
  card.scrollIntoView({ block: "nearest" });
  await go(card, file);
  return "";
}

/** Goes on with what was not finished; `hooks` as `page`. */
export function resume(hooks) {
  Object.assign(page, hooks);
  for (const card of list?.querySelectorAll("[data-upload]") ?? []) {
    wire(card);
    keptUploads.get([card.dataset.upload]).then(([kept]) => {
      if (kept) return go(card, kept.file);
      card.querySelector("[data-upload-again]").hidden = false;
      const [done, total] = [megabytes(card.dataset.received), megabytes(card.dataset.size)];
      show(card, say("choose", { done, total }));
    });
  }
}
