// What the call page shows. It knows no sockets and no connections; call.js tells it what is.

import { all, one, word } from "./dom.js";

/** Show one step of the page and put the focus at its heading. */
export function showStep(name) {
  for (const step of all("[data-step]")) step.hidden = step.dataset.step !== name;
  one("[data-call]").dataset.shown = name;
}

export function shownStep() {
  return one("[data-call]").dataset.shown;
}

// --- controls ---

const LABELS = { mic: ["mute", "unmute"], camera: ["camera-off", "camera-on"], screen: ["share", "unshare"] };

/** `pressed`: muted, camera off, or sharing. */
export function pressControl(name, pressed) {
  for (const button of all(`[data-control="${name}"]`)) {
    button.setAttribute("aria-pressed", pressed);
    one("[data-label]", button).textContent = word(LABELS[name][pressed ? 1 : 0]);
  }
}

export function showSelf(video, isScreen) {
  const stream = video ? new MediaStream([video]) : null;
  for (const element of all("[data-preview], [data-self-video]")) {
    element.srcObject = stream;
    element.toggleAttribute("data-screen", isScreen);
    element.hidden = !stream;
  }
  for (const note of all("[data-preview-off], [data-self-off]")) note.hidden = Boolean(stream);
}

/** `state` is off, on, coming or impossible. */
export function showBlur(state) {
  const coming = state === "coming";
  for (const row of all("[data-blur-choice]")) row.hidden = state === "impossible";
  for (const button of all("[data-blur]")) button.setAttribute("aria-checked", state === "on" || coming);
  for (const said of all("[data-blur-said]")) said.textContent = coming ? word("blur-coming") : "";
  one("[data-preview-off-text]").textContent = word(coming ? "blur-coming" : "your-camera-is-off");
}

export function showProblem(text) {
  const box = one("[data-problem]");
  box.hidden = !text;
  one("[data-problem-text]").textContent = text;
  one("[data-retry]").hidden = !text;
}

/** How to allow the camera in this browser; only where the browser said no. */
export function showHelp(text) {
  const help = one("[data-problem-help]");
  help.hidden = !text;
  help.textContent = text;
}

export async function listDevices(media) {
  for (const select of all("[data-device]")) {
    const kind = select.dataset.device;
    const devices = await media.devices(kind);
    const canChoose = kind !== "audiooutput" || "setSinkId" in HTMLMediaElement.prototype;
    select.closest("[data-device-choice]").hidden = devices.length === 0 || !canChoose;
    select.replaceChildren(...devices.map((device) => new Option(device.label || word("default-device"), device.deviceId)));
    const chosen = media.chosen[kind];
    if (devices.some((device) => device.deviceId === chosen)) select.value = chosen;
  }
}

// --- the call as a whole ---

/** `state` is connecting, good, weak, sound, reconnecting or in-call. */
export function showConnection(state) {
  one("[data-status-dot]").dataset.state = state;
  const text = one("[data-status-text]");
  // It is read aloud when it changes, so only then.
  if (text.textContent !== word(state)) text.textContent = word(state);
}

/** A hint that stays until it is closed or no longer true; empty takes it away. */
export function showHint(text) {
  one("[data-hint]").hidden = !text;
  if (text) one("[data-hint-text]").textContent = text;
}

/** Where one stands in the waiting room (1 is next), and whether the host is in the call yet. */
export function showPlace({ place, host_here: hostIsHere }) {
  one("[data-place]").hidden = false;
  one("[data-place]").textContent = place === 1 ? word("place-next") : word("place", "", { place });
  one("[data-at-the-door]").hidden = !hostIsHere;
  one("[data-not-yet]").hidden = hostIsHere;
}

export function showAlone(text) {
  one("[data-alone-text]").textContent = text;
}

export function startTimer(since) {
  const element = one("[data-timer]");
  element.hidden = false;
  const tick = () => {
    const seconds = Math.max(0, Math.floor((Date.now() - since) / 1000));
    const shown = [Math.floor(seconds / 60) % 60, seconds % 60];
    if (seconds >= 3600) shown.unshift(Math.floor(seconds / 3600));
    element.textContent = shown.map((part) => String(part).padStart(2, "0")).join(":");
  };
  tick();
  const timer = setInterval(tick, 1000);
  return () => {
    clearInterval(timer);
    return element.textContent;
  };
}

export function showEnded(text, { length, rejoin }) {
  one("[data-ended-text]").textContent = text;
  one("[data-ended-length]").textContent = length ? `${word("length")} ${length}` : "";
  one("[data-rejoin]").hidden = !rejoin;
  showStep("ended");
  one("[data-ended-text]").focus();
}

// --- who is at the door ---

const title = document.title;

export function addKnock(peer, name, { admit, remove }) {
  if (one(`[data-knock="${peer}"]`)) return;
  const knock = one("[data-knock-template]").content.firstElementChild.cloneNode(true);
  knock.dataset.knock = peer;
  one("[data-name]", knock).textContent = name;
  one("[data-admit]", knock).addEventListener("click", admit);
  one("[data-remove]", knock).addEventListener("click", remove);
  one("[data-door]").append(knock);
  doorChanged();
}

export function removeKnock(peer) {
  one(`[data-knock="${peer}"]`)?.remove();
  doorChanged();
}

export function clearDoor() {
  one("[data-door]").replaceChildren();
  doorChanged();
}

function doorChanged() {
  const waiting = one("[data-door]").children.length;
  one("[data-door]").hidden = waiting === 0;
  document.title = waiting ? `(${waiting}) ${word("waiting-title")} · ${title}` : title;
}
