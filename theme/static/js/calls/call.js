// The call page: device check, waiting room, call, end. It holds together the socket (signalling.js), the others
// (people.js), this person's devices (media.js) and what is shown (ui.js, room.js).
import { csrfToken } from "../csrf.js";
import { live } from "../live.js";
import { toast } from "../toast.js";
import * as check from "./check.js";
import { click, one, word } from "./dom.js";
import { LocalMedia } from "./media.js";
import { People } from "./people.js";
import { Reports } from "./reports.js";
import * as room from "./room.js";
import { offerVisit } from "./side.js";
import { Signalling } from "./signalling.js";
import * as tiles from "./tiles.js";
import * as ui from "./ui.js";

const MEASURE_MS = 2_000;
const PERMISSION_MS = 1_500;

const root = one("[data-call]");
const id = root.dataset.call;
const api = `/api/calls/${id}/`;
const isHost = "host" in root.dataset;
const isRung = "rung" in root.dataset;
// By this computer's clock, which may be an hour off.
const beganAt = "runsFor" in root.dataset ? Date.now() - Number(root.dataset.runsFor) * 1000 : null;
const withCamera = root.dataset.media === "video";

const media = new LocalMedia({ blur: filesOf(root.dataset) });
const people = new People({ media, send: (frame) => signalling?.send(frame) ?? false });
const reports = new Reports(people, (frame) => signalling?.send(frame));
let signalling = null;
let me = "";
let iceTimer = 0;
let stopTimer = null;
let socketDown = false;
let inside = false;
let lockedOut = false;

// --- devices ---

media.addEventListener("change", () => {
  ui.pressControl("mic", !media.state.mic);
  ui.pressControl("camera", !media.state.camera);
  ui.pressControl("screen", media.state.screen);
  ui.showSelf(media.screen ?? media.camera, media.state.screen);
  ui.showBlur(media.blur);
  people.sendTracks();
  people.microphone.reset();
  tellState();
  if (ui.shownStep() === "check") check.hear(media.audio);
});
media.addEventListener("devices", () => ui.listDevices(media));
media.addEventListener("problem", ({ detail }) => {
  const none = detail === "none" && !media.audio ? "none-at-all" : detail;
  if (ui.shownStep() !== "check") return toast(word(none), "error");
  ui.showProblem(word(none));
  if (detail === "denied") check.helpWithPermission();
});

function filesOf({ blurWorker, blurLibrary, blurLoader, blurWasm, blurModel }) {
  return { worker: blurWorker, library: blurLibrary, loader: blurLoader, wasm: blurWasm, model: blurModel };
}

function tellState() {
  signalling?.send({ type: "state", ...media.state, hand: false });
}

for (const select of document.querySelectorAll("[data-device]"))
  select.addEventListener("change", async () => {
    await media.choose(select.dataset.device, select.value);
    if (select.dataset.device === "audiooutput") tiles.setSpeaker(select.value);
  });

// --- joining ---

function join() {
  check.endCheck();
  ui.showConnection("connecting");
  signalling = new Signalling(root.dataset.socket, `call-${id}`);
  const on = (type, handle) => signalling.addEventListener(type, ({ detail }) => handle(detail));
  on("welcome", welcomed);
  on("admitted", ({ participants }) => enter(participants));
  on("waiting", ui.showPlace);
  on("peer.waiting", knock);
  on("peer.joined", addPerson);
  on("peer.back", ({ peer }) => people.back(peer));
  on("peer.left", left);
  on("peer.state", (frame) => people.showState(frame));
  on("signal", (frame) => people.signalled(frame));
  on("call.locked", ({ locked }) => room.showLocked(locked));
  on("call.ended", ({ reason }) => finish(reason, { over: true }));
  on("down", () => {
    socketDown = true;
    connection();
  });
  on("up", () => {
    socketDown = false;
    connection();
  });
  on("closed", closed);
  signalling.open();
}

function welcomed(frame) {
  people.iceServers = frame.ice_servers;
  refreshIceIn(frame.ice_ttl);
  // A new identity: the time to come back was over, and nobody knows the old connections any more.
  if (me && frame.peer !== me) people.clear();
  const reloaded = frame.resumed && !me;
  me = frame.peer;
  ui.clearDoor(); // those who wait are named again
  room.showLocked(frame.locked);
  if (frame.status === "waiting") return ui.showStep("waiting");
  people.again(new Set(frame.participants.map(({ peer }) => peer)));
  enter(frame.participants, { offers: reloaded });
}

function enter(participants, { offers = false } = {}) {
  ui.showStep("call");
  if (!inside) {
    inside = true;
    if (!isRung) offerVisit();
    stayAwake();
  }
  ui.showAlone(word(isRung && root.dataset.status === "ringing" ? "ringing" : isHost ? "alone" : "alone-guest"));
  tellState();
  for (const participant of participants) people.add(participant, { offers });
}

/** The screen stays on. A browser gives that up whenever the page is hidden. */
function stayAwake() {
  if (inside && document.visibilityState === "visible") navigator.wakeLock?.request("screen").catch(() => {});
}
document.addEventListener("visibilitychange", stayAwake);

/** TURN credentials end; a long call needs newer ones for the day it has to look for another way. */
function refreshIceIn(ttl) {
  clearTimeout(iceTimer);
  iceTimer = setTimeout(async () => {
    const answer = await post("ice").catch(() => null);
    if (answer) people.useServers(answer.ice_servers);
    refreshIceIn(answer?.ttl ?? 600);
  }, ttl * 500);
}

function knock({ peer, name, guest }) {
  const shown = guest ? `${name} (${word("guest")})` : name;
  ui.addKnock(peer, shown, {
    admit: () => signalling.send({ type: "admit", peer }),
    remove: () => signalling.send({ type: "remove", peer }),
  });
}

// --- the others ---

function addPerson(participant) {
  ui.removeKnock(participant.peer);
  people.add(participant);
}

function left({ peer, reason }) {
  ui.removeKnock(peer);
  if (peer === me) {
    if (reason === "removed") finish("removed", { over: false });
    return;
  }
  ui.showAlone(word(isHost ? "alone" : "alone-guest"));
  people.remove(peer);
}

people.addEventListener("change", connection);

function connection() {
  for (const badge of document.querySelectorAll("[data-connection-lost]")) badge.hidden = !socketDown;
  // So that nobody is logged off in the middle of it (js/accounts/idle.js).
  document.body.toggleAttribute("data-in-call", people.connected);
  if (people.connected && !stopTimer)
    stopTimer = ui.startTimer(beganAt ?? Date.now());
  const rings = people.condition === "in-call" && isRung && root.dataset.status === "ringing";
  ui.showConnection(socketDown ? "reconnecting" : rings ? "ringing" : people.condition);
  ui.showHint(people.microphone.silent ? word("silent-microphone") : "");
  room.showInside(people.all);
}

setInterval(async () => {
  await people.measure();
  reports.look();
}, MEASURE_MS);

// Another network: do not wait until the old way is found dead. (The event also comes for mere estimates of speed.)
let network = navigator.connection?.type;
navigator.connection?.addEventListener?.("change", () => {
  if (navigator.connection.type !== network) people.restart();
  network = navigator.connection.type;
});
addEventListener("online", () => people.restart());

// --- the end ---

const REASONS = new Set(["left", "declined", "missed", "cancelled", "completed", "over", "removed"]);

function finish(reason, { over }) {
  if (ui.shownStep() === "ended") return;
  reports.last();
  signalling?.stop();
  clearTimeout(iceTimer);
  inside = false;
  people.clear();
  media.close();
  document.exitPictureInPicture?.().catch(() => {});
  const length = stopTimer?.();
  stopTimer = null;
  me = "";
  const text = reason === "left" && over ? "ended" : REASONS.has(reason) ? reason : "ended";
  ui.clearDoor();
  ui.showEnded(word(text), { length, rejoin: !over });
}

function closed({ code, error }) {
  if (code === 4401) return location.reload();
  const refusal = code === 4409 ? "replaced" : (error?.code ?? "left");
  if (refusal === "too_early" || refusal === "over") return location.reload();
  if (ui.shownStep() === "ended") return;
  lockedOut = refusal === "locked";
  finish("left", { over: false });
  ui.showEnded(word(refusal, error?.detail), { rejoin: refusal !== "not_allowed" });
}

function leave() {
  reports.last();
  signalling?.leave();
  finish("left", { over: false });
}

function end() {
  reports.last();
  if (signalling?.send({ type: "end" })) return;
  post("end")
    .then((answer) => (answer ? finish("ended", { over: true }) : toast(word("failed"), "error")))
    .catch(() => toast(word("failed"), "error"));
}

/** The API's answer to `action` on this call; null when it refused. */
async function post(action) {
  const answer = await fetch(`${api}${action}/`, { method: "POST", headers: { "X-CSRFToken": csrfToken() } });
  return answer.ok ? answer.json() : null;
}

function hangUp() {
  if (isRung) end();
  else if (isHost) one("#call-leave").showModal();
  else leave();
}

// --- buttons ---

click('[data-control="mic"]', () => media.setMic(!media.state.mic));
click('[data-control="camera"]', () => media.setCamera(!media.state.camera));
click('[data-control="screen"]', () => media.setScreen(!media.state.screen));
click("[data-blur]", () => media.setBlur(media.blur === "off"));
click("[data-join]", join);
// On a slow line the button is seen long before there is anything behind it.
for (const button of document.querySelectorAll("[data-join]")) button.disabled = false;
click("[data-retry]", () => {
  ui.showProblem("");
  ui.showHelp("");
  media.open({ camera: withCamera });
});
click("[data-hang-up]", hangUp);
click("[data-leave]", () => {
  one("#call-leave").close();
  if (isRung) end();
  else leave();
});
click("[data-end]", () => {
  one("#call-leave").close();
  end();
});
click("[data-rejoin]", () => location.reload());
click("[data-play]", () => tiles.playAll());
click("[data-hint-close]", () => ui.showHint(""));
click("[data-picture]", () =>
  document.pictureInPictureElement ? document.exitPictureInPicture() : tiles.firstVideo()?.requestPictureInPicture().catch(() => {}),
);
click("[data-fullscreen]", () =>
  // All of the page: dialogs and notices lie outside of the call.
  document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen().catch(() => {}),
);

one("[data-picture]").hidden = !document.pictureInPictureEnabled;
one("[data-fullscreen]").hidden = !document.fullscreenEnabled;
for (const button of document.querySelectorAll('[data-control="screen"]')) button.hidden = !LocalMedia.canShareScreen;
room.openRoom({ send: (frame) => signalling?.send(frame) ?? false, invitations: `${api}invitations/` });

// A page that goes away may be a reload, and keeps its place. Only who still waits for an answer has given up.
addEventListener("pagehide", () => isRung && root.dataset.status === "ringing" && signalling?.leave());

// Also told on the page's own socket, for a call that ends while its signalling is away.
live.on("call.changed", ({ call, status }) => {
  if (call !== id) return;
  root.dataset.status = status;
  if (lockedOut) location.reload(); // the door may be open again
  if (status === "active") ui.showAlone(word(isHost ? "alone" : "alone-guest"));
  if (inside) connection();
  if (["ended", "declined", "missed"].includes(status) && signalling && socketDown) finish(status, { over: true });
});

// Whoever only reloaded the page goes straight back in; the server keeps the place for half a minute.
const straightIn = isRung || Signalling.canResume(`call-${id}`);
ui.showStep(straightIn ? "call" : "check");
const opened = media.open({ camera: withCamera });
if (straightIn) {
  ui.showAlone(word("connecting"));
  // The browser may be asking for its permission: nobody has to wait for that, the picture comes when it is given.
  await Promise.race([opened, new Promise((resolve) => setTimeout(resolve, PERMISSION_MS))]);
  join();
} else {
  check.offerSound(media);
  check.offerLine(`${api}ice/`);
}
