// Web push for this browser (docs/realtime.md): what it can do is said as it is, and nothing is asked before a click.
import { csrfToken } from "../csrf.js";
import { toast } from "../toast.js";

const box = document.querySelector("[data-push]");
const own = new Set(JSON.parse(document.getElementById("own-endpoints").textContent));
const on = box.querySelector("[data-push-on]");
const off = box.querySelector("[data-push-off]");

function say(state) {
  box.dataset.state = state;
  for (const words of box.querySelectorAll("[data-when]")) words.hidden = words.dataset.when !== state;
  on.hidden = state !== "off";
  off.hidden = state !== "on";
}

const supported = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

/** The worker's registration when there is one; nobody gets one just by looking at this page. */
function registration() {
  return navigator.serviceWorker.getRegistration("/");
}

async function look() {
  if (!supported) return say("unsupported");
  const subscription = await (await registration())?.pushManager.getSubscription();
  if (Notification.permission === "denied") return say("denied");
  // A browser in which somebody else turned it on is off for who is signed in now.
  say(subscription && own.has(subscription.endpoint) ? "on" : "off");
  for (const row of document.querySelectorAll("[data-endpoint]"))
    row.querySelector("[data-this-one]").hidden = row.dataset.endpoint !== subscription?.endpoint;
}

async function post(url, body) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
    body: JSON.stringify(body),
  });
  // A log-in page that answered instead of the address is no success either.
  if (answer.status !== 204) throw new Error(`answer ${answer.status}`);
}

function bytes(base64url) {
  const base64 = base64url.replace(/-/g, "+").replace(/_/g, "/");
  return Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
}

function sameKey(subscription, key) {
  const old = new Uint8Array(subscription.options?.applicationServerKey ?? []);
  return old.length === key.length && old.every((byte, index) => byte === key[index]);
}

/** `Firefox, Windows`, for the list of devices: no more than that. */
function device() {
  const agent = navigator.userAgent;
  const first = (names) => names.find(([mark]) => agent.includes(mark))?.[1];
  const browser = first([
    ["Edg", "Edge"], ["OPR", "Opera"], ["SamsungBrowser", "Samsung Internet"], ["Firefox", "Firefox"],
    ["FxiOS", "Firefox"], ["CriOS", "Chrome"], ["Chrome", "Chrome"], ["Safari", "Safari"],
  ]);
  const system = first([
    ["Android", "Android"], ["iPhone", "iPhone"], ["iPad", "iPad"], ["Windows", "Windows"],
    ["Mac OS", "Mac"], ["CrOS", "ChromeOS"], ["Linux", "Linux"],
  ]);
  return [browser, system].filter(Boolean).join(", ");
}

async function turnOn() {
  if ((await Notification.requestPermission()) !== "granted") return look();
  const key = bytes(box.dataset.key);
  await navigator.serviceWorker.register(box.dataset.worker, { scope: "/" });
  const { pushManager } = await navigator.serviceWorker.ready;
  let subscription = await pushManager.getSubscription();
  // Made with keys that the clinic has changed since: nothing could reach it.
  if (subscription && !sameKey(subscription, key)) {
    await subscription.unsubscribe();
    subscription = null;
  }
  subscription ??= await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  await post(box.dataset.subscribe, { ...subscription.toJSON(), device: device() });
  location.reload();
}

async function turnOff() {
  const subscription = await (await registration())?.pushManager.getSubscription();
  if (subscription) {
    // The server first: a browser that has forgotten it could not name it any more.
    await post(box.dataset.unsubscribe, { endpoint: subscription.endpoint });
    await subscription.unsubscribe();
  }
  location.reload();
}

for (const [button, act] of [[on, turnOn], [off, turnOff]])
  button.addEventListener("click", async () => {
    button.setAttribute("aria-busy", "true");
    button.disabled = true;
    try {
      await act();
    } catch {
      toast(box.dataset.failed, "error");
      await look();
    } finally {
      button.removeAttribute("aria-busy");
      button.disabled = false;
    }
  });

look().catch(() => say("unsupported"));
