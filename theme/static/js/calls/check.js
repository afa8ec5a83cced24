// Before joining: how to allow the camera in this browser, whether the microphone hears, whether the speaker is heard,
// and whether the line to the clinic carries a call.
import { csrfToken } from "../csrf.js";
import { click, one, word } from "./dom.js";
import { tryRelay } from "./line.js";
import { meter } from "./media.js";
import { showHelp } from "./ui.js";

let stopMeter = () => {};
let trial = new AbortController();

/** In the words of this browser, since the way to the permission differs in each. */
export function helpWithPermission() {
  const agent = navigator.userAgent;
  let browser = "other";
  if (/iPhone|iPad|iPod/.test(agent)) browser = "ios";
  else if (/Android/.test(agent)) browser = /Firefox/.test(agent) ? "firefox-phone" : "android";
  else if (/Firefox\//.test(agent)) browser = "firefox";
  else if (/Edg\//.test(agent)) browser = "edge";
  else if (/Chrome\//.test(agent)) browser = "chrome";
  else if (/Safari\//.test(agent)) browser = "safari";
  showHelp(word(`help-${browser}`));
}

/** The bar moves, and says so in words once the microphone has heard something. */
export function hear(track) {
  stopMeter();
  const said = one("[data-heard]");
  said.textContent = track ? word("not-heard") : "";
  if (!track) return;
  stopMeter = meter(track, one("[data-meter]"), () => {
    if (said.textContent !== word("heard")) said.textContent = word("heard");
  });
}

/** The call begins: the microphone's bar and the trial of the line have done their work. */
export function endCheck() {
  stopMeter();
  stopMeter = () => {};
  trial.abort();
}

// --- the speaker ---

const NOTES = [523.25, 659.25, 783.99];

/** Three rising notes, on the chosen speaker. */
async function playSound(speaker) {
  const context = new AudioContext();
  const out = context.createMediaStreamDestination();
  NOTES.forEach((pitch, index) => {
    const at = context.currentTime + 0.05 + index * 0.28;
    const tone = context.createOscillator();
    const loudness = context.createGain();
    tone.frequency.value = pitch;
    loudness.gain.setValueAtTime(0, at);
    loudness.gain.linearRampToValueAtTime(0.35, at + 0.03);
    loudness.gain.linearRampToValueAtTime(0, at + 0.26);
    tone.connect(loudness).connect(out);
    tone.start(at);
    tone.stop(at + 0.3);
  });
  const player = new Audio();
  player.srcObject = out.stream;
  if (speaker) await player.setSinkId?.(speaker).catch(() => {});
  await player.play();
  await new Promise((resolve) => setTimeout(resolve, 1_300));
  await context.close();
}

export function offerSound(media) {
  click("[data-sound]", async (button) => {
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    const said = one("[data-sound-said]");
    said.textContent = word("sound-plays");
    const played = await playSound(media.chosen.audiooutput).then(
      () => true,
      () => false,
    );
    said.textContent = word(played ? "sound-played" : "sound-failed");
    button.removeAttribute("aria-busy");
  });
}

// --- the line ---

function say(verdict, values) {
  const line = one("[data-line]");
  line.dataset.verdict = verdict;
  one("[data-line-text]").textContent = word(`line-${verdict}`, "", values);
  one("[data-line-again]").hidden = !["blocked", "slow", "offline"].includes(verdict);
}

/** Try the line and say in plain words how it is. `askServers()`: the ICE servers, or null when refused. */
async function tryLine(askServers) {
  trial.abort();
  trial = new AbortController();
  const { signal } = trial;
  say("trying");
  try {
    const began = performance.now();
    const servers = await askServers();
    const answered = Math.round(performance.now() - began);
    if (signal.aborted) return;
    const hasRelay = servers?.some(({ urls }) => [urls].flat().some((url) => /^turns?:/.test(url)));
    // Without a relay only the two ends together can tell; what is known is that the clinic answers.
    if (!hasRelay) return say(answered > 2_000 ? "slow" : "direct");
    const found = await tryRelay(servers, signal);
    if (found) say(found.verdict, { ms: found.roundTrip });
  } catch {
    if (!signal.aborted) say("offline");
  }
}

/** `url`: where the call's ICE servers are told. */
export function offerLine(url) {
  const askServers = async () => {
    const answer = await fetch(url, { method: "POST", headers: { "X-CSRFToken": csrfToken() } });
    return answer.ok ? (await answer.json()).ice_servers : null;
  };
  click("[data-line-again]", () => tryLine(askServers));
  addEventListener("online", () => !trial.signal.aborted && tryLine(askServers));
  return tryLine(askServers);
}
