// The payment's code on a phone: hand its picture to a banking app, and say aloud when the time runs out.

const MINUTES_SAID = [10, 5, 1];

// --- Sharing: where the browser can share pictures (phones), banking apps take the code from there ---

const canShare = (file) => Boolean(navigator.canShare?.({ files: [file] }));

async function picture(button) {
  const answer = await fetch(button.dataset.shareCode);
  if (!answer.ok) throw new Error(`The picture did not come: ${answer.status}`);
  return new File([await answer.blob()], button.dataset.name, { type: "image/png" });
}

// Fetched ahead: a share must follow its tap at once, or the browser refuses it.
async function prepare() {
  const button = document.querySelector("[data-share-code][hidden]");
  if (!button || !matchMedia("(pointer: coarse)").matches) return;
  try {
    const file = await picture(button);
    if (!canShare(file)) return;
    button.addEventListener("click", () => navigator.share({ files: [file] }).catch(() => {}));
    button.hidden = false;
  } catch {
    // The picture can still be saved.
  }
}

prepare();
document.body.addEventListener("htmx:afterSettle", prepare);

// --- The time left, for ears: a countdown that changes every second would never be quiet ---

const line = document.querySelector("[data-time-left]");
let minutesBefore = Infinity;

setInterval(() => {
  const countdown = document.querySelector("#payment-state .alert time[data-countdown]");
  if (!countdown) return;
  const minutes = (Date.parse(countdown.dateTime) - Date.now()) / 60_000;
  const passed = MINUTES_SAID.filter((mark) => minutes <= mark && minutesBefore > mark);
  minutesBefore = minutes;
  if (passed.length && minutes > 0) line.textContent = line.getAttribute(`data-at-${passed.at(-1)}`);
}, 1000);
