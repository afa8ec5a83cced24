// The call page: device check, waiting room, call, end. It holds together the socket (signalling.js), one connection
// for each other person (peer.js), this person's devices (media.js) and what is shown (ui.js).
import { csrfToken } from "../csrf.js";
import { live } from "../live.js";
import { toast } from "../toast.js";
import { LocalMedia, meter } from "./media.js";
import { Peer } from "./peer.js";
import { Quality } from "./quality.js";
import { offerVisit } from "./side.js";
import { Signalling } from "./signalling.js";
import * as ui from "./ui.js";

const MEASURE_MS = 3_000;

const root = document.querySelector("[data-call]");
const id = root.dataset.call;
const isHost = "host" in root.dataset;
const isRung = "rung" in root.dataset;
const withCamera = root.dataset.media === "video";

const media = new LocalMedia();
const people = new Map(); // peer id -> {peer: Peer, quality, name, user}
const early = new Map(); // peer id -> signals that came before its peer.joined
let signalling = null;
let me = "";
let iceServers = [];
let iceTimer = 0;
let stopTimer = null;
let stopMeter = () => {};
let socketDown = false;

// --- devices ---

media.addEventListener("change", () => {
  ui.pressControl("mic", !media.state.mic);
  ui.pressControl("camera", !media.state.camera);
  ui.pressControl("screen", media.state.screen);
  ui.showSelf(media.video, media.state.screen);
  for (const { peer } of people.values()) {
    peer.replace("audio", media.audio);
    peer.replace("video", media.video);
  }
  tellState();
  meterOn();
});
media.addEventListener("devices", () => ui.listDevices(media));
media.addEventListener("problem", ({ detail }) => {
  const none = detail === "none" && !media.audio ? "none-at-all" : detail;
  if (ui.shownStep() === "check") ui.showProblem(ui.word(none));
  else toast(ui.word(none), "error");
});

function meterOn() {
  stopMeter();
  const inCheck = ui.shownStep() === "check";
  stopMeter = inCheck && media.audio ? meter(media.audio, document.querySelector("[data-meter]")) : () => {};
}

function tellState() {
  signalling?.send({ type: "state", ...media.state, hand: false });
}

for (const select of document.querySelectorAll("[data-device]"))
  select.addEventListener("change", async () => {
    await media.choose(select.dataset.device, select.value);
    if (select.dataset.device === "audiooutput") ui.setSpeaker(select.value);
  });

// --- joining ---

function join() {
  ui.showConnection("connecting");
  meterOn();
  signalling = new Signalling(root.dataset.socket);
  const on = (type, handle) => signalling.addEventListener(type, ({ detail }) => handle(detail));
  on("welcome", welcomed);
  on("admitted", ({ participants }) => enter(participants));
  on("peer.waiting", ({ peer, name }) => knock(peer, name));
  on("peer.joined", addPerson);
  on("peer.back", ({ peer }) => people.get(peer)?.peer.back());
  on("peer.left", left);
  on("peer.state", (frame) => ui.showState(frame.peer, frame));
  on("signal", signalled);
  on("call.ended", ({ reason }) => finish(reason, { over: true }));
  on("down", () => connection(true));
  on("up", () => connection(false));
  on("closed", closed);
  signalling.open();
}

function welcomed(frame) {
  iceServers = frame.ice_servers;
  refreshIceIn(frame.ice_ttl);
  // A new identity: the time to come back was over, and nobody knows the old connections any more.
  if (me && frame.peer !== me) for (const peer of [...people.keys()]) removePerson(peer);
  me = frame.peer;
  ui.clearDoor(); // those who wait are named again
  if (frame.status === "waiting") {
    ui.showStep("waiting");
    return;
  }
  const present = new Set(frame.participants.map(({ peer }) => peer));
  for (const [peer, person] of people)
    if (present.has(peer)) person.peer.again(iceServers);
    else removePerson(peer);
  enter(frame.participants);
}

function enter(participants) {
  const first = ui.shownStep() !== "call";
  ui.showStep("call");
  if (first) {
    stopMeter();
    offerVisit();
    navigator.wakeLock?.request("screen").catch(() => {});
  }
  ui.showAlone(ui.word(isRung && root.dataset.status === "ringing" ? "ringing" : isHost ? "alone" : "alone-guest"));
  tellState();
  for (const participant of participants) addPerson(participant);
}

/** TURN credentials end; a long call needs newer ones for the day it has to look for another way. */
function refreshIceIn(ttl) {
  clearTimeout(iceTimer);
  iceTimer = setTimeout(async () => {
    const answer = await post("ice").catch(() => null);
    if (answer) {
      iceServers = answer.ice_servers;
      for (const { peer } of people.values()) peer.useServers(iceServers);
    }
    refreshIceIn(answer?.ttl ?? 600);
  }, ttl * 500);
}

function knock(peer, name) {
  ui.addKnock(peer, name, {
    admit: () => signalling.send({ type: "admit", peer }),
    remove: () => signalling.send({ type: "remove", peer }),
  });
}

// --- the others ---

function addPerson({ peer: them, name, user, polite, state = {} }) {
  ui.removeKnock(them);
  if (people.has(them)) return;
  const peer = new Peer({
    polite,
    iceServers,
    tracks: { audio: media.audio, video: media.video },
    send: (payload) => signalling.send({ type: "signal", to: them, ...payload }),
  });
  people.set(them, { peer, quality: new Quality(peer.connection), name, user });
  ui.addTile(them, { name, stream: peer.stream, speaker: media.chosen.audiooutput });
  ui.showState(them, state);
  ui.noteOn(them, ui.word("connecting"));
  peer.addEventListener("track", () => ui.play(them));
  peer.addEventListener("state", () => peerChanged(them));
  for (const signal of early.get(them) ?? []) peer.receive(signal);
  early.delete(them);
}

function removePerson(them) {
  people.get(them)?.peer.close();
  people.delete(them);
  ui.removeTile(them);
  connection(socketDown);
}

function signalled({ from, ...signal }) {
  const person = people.get(from);
  if (person) person.peer.receive(signal);
  else early.set(from, [...(early.get(from) ?? []), signal]);
}

function left({ peer, reason }) {
  ui.removeKnock(peer);
  if (peer === me) {
    if (reason === "removed") finish("removed", { over: false });
    return;
  }
  ui.showAlone(ui.word(isHost ? "alone" : "alone-guest"));
  removePerson(peer);
}

function peerChanged(them) {
  const { peer, user } = people.get(them);
  if (peer.state === "connected") {
    stopTimer ??= ui.startTimer(root.dataset.startedAt ? Date.parse(root.dataset.startedAt) : Date.now());
    ui.noteOn(them, "");
    ui.play(them);
    // The same person's browser from before a reload, which the server still keeps a place for.
    for (const [other, person] of people)
      if (other !== them && person.user === user && person.peer.state !== "connected") removePerson(other);
  } else ui.noteOn(them, ui.word(peer.state === "connecting" || peer.state === "new" ? "connecting" : "reconnecting"));
  connection(socketDown);
}

function connection(down) {
  socketDown = down;
  for (const badge of document.querySelectorAll("[data-connection-lost]")) badge.hidden = !down;
  const others = [...people.values()];
  // So that nobody is logged off in the middle of it (js/accounts/idle.js).
  document.body.toggleAttribute("data-in-call", others.some(({ peer }) => peer.state === "connected"));
  const lost = others.some(({ peer }) => ["disconnected", "failed"].includes(peer.state));
  const connecting = others.some(({ peer }) => ["new", "connecting"].includes(peer.state));
  const weak = others.some(({ quality }) => quality.weak);
  if (down || lost) ui.showConnection("reconnecting");
  else if (connecting) ui.showConnection("connecting");
  else ui.showConnection(weak ? "weak" : others.length ? "good" : "in-call");
}

setInterval(async () => {
  for (const { peer, quality } of people.values())
    if (peer.state === "connected" && (await quality.measure().catch(() => false))) connection(socketDown);
}, MEASURE_MS);

// --- the end ---

const REASONS = new Set(["left", "declined", "missed", "cancelled", "completed", "over", "removed"]);

function finish(reason, { over }) {
  if (ui.shownStep() === "ended") return;
  signalling?.stop();
  clearTimeout(iceTimer);
  for (const them of [...people.keys()]) removePerson(them);
  media.close();
  document.exitPictureInPicture?.().catch(() => {});
  const length = stopTimer?.();
  stopTimer = null;
  me = "";
  const text = reason === "left" && over ? "ended" : REASONS.has(reason) ? reason : "ended";
  ui.clearDoor();
  ui.showEnded(ui.word(text), { length, rejoin: !over });
}

function closed({ code, error }) {
  if (code === 4401) return location.reload();
  const refusal = code === 4409 ? "replaced" : (error?.code ?? "left");
  if (refusal === "too_early" || refusal === "over") return location.reload();
  if (ui.shownStep() === "ended") return;
  finish("left", { over: false });
  ui.showEnded(ui.word(refusal, error?.detail), { rejoin: refusal !== "not_allowed" });
}

function leave() {
  signalling?.leave();
  finish("left", { over: false });
}

function end() {
  if (signalling?.send({ type: "end" })) return;
  post("end")
    .then((answer) => (answer ? finish("ended", { over: true }) : toast(ui.word("failed"), "error")))
    .catch(() => toast(ui.word("failed"), "error"));
}

/** The API's answer to `action` on this call; null when it refused. */
async function post(action) {
  const answer = await fetch(`/api/calls/${id}/${action}/`, { method: "POST", headers: { "X-CSRFToken": csrfToken() } });
  return answer.ok ? answer.json() : null;
}

function hangUp() {
  if (isRung) end();
  else if (isHost) document.getElementById("call-leave").showModal();
  else leave();
}

// --- buttons ---

const click = (selector, handle) => {
  for (const button of document.querySelectorAll(selector)) button.addEventListener("click", handle);
};

click('[data-control="mic"]', () => media.setMic(!media.state.mic));
click('[data-control="camera"]', () => media.setCamera(!media.state.camera));
click('[data-control="screen"]', () => media.setScreen(!media.state.screen));
click("[data-join]", join);
click("[data-retry]", () => {
  ui.showProblem("");
  media.open({ camera: withCamera });
});
click("[data-hang-up]", hangUp);
click("[data-leave]", () => {
  document.getElementById("call-leave").close();
  if (isRung) end();
  else leave();
});
click("[data-end]", () => {
  document.getElementById("call-leave").close();
  end();
});
click("[data-rejoin]", () => location.reload());
click("[data-play]", () => ui.playAll());
click("[data-picture]", () =>
  document.pictureInPictureElement ? document.exitPictureInPicture() : ui.firstVideo()?.requestPictureInPicture().catch(() => {}),
);
click("[data-fullscreen]", () =>
  document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen().catch(() => {}),
);

document.querySelector("[data-picture]").hidden = !document.pictureInPictureEnabled;
document.querySelector("[data-fullscreen]").hidden = !document.fullscreenEnabled;
for (const button of document.querySelectorAll('[data-control="screen"]')) button.hidden = !LocalMedia.canShareScreen;

// A tab that is closed says so; a connection that breaks does not, and comes back.
addEventListener("pagehide", () => signalling?.leave());

// Also told on the page's own socket, for a call that ends while its signalling is away.
live.on("call.changed", ({ call, status }) => {
  if (call !== id) return;
  root.dataset.status = status;
  if (status === "active") ui.showAlone(ui.word(isHost ? "alone" : "alone-guest"));
  if (["ended", "declined", "missed"].includes(status) && signalling && socketDown) finish(status, { over: true });
});

ui.showStep(isRung ? "call" : "check");
await media.open({ camera: withCamera });
if (isRung) join();
