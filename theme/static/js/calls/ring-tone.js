// The sound of a ringing call: in one of a browser's tabs, however many of them ring, and only where the page was touched
// (a browser lets no other page sound).

const EVERY_MS = 2_600;
const NOTES = [659.25, 830.61];

let stop = () => {};

export function startTone() {
  stopTone();
  if (!navigator.userActivation?.hasBeenActive) return;
  const over = new Promise((resolve) => (stop = resolve));
  if (navigator.locks) navigator.locks.request("ring-tone", { signal: abortedBy(over) }, () => sound(over)).catch(() => {});
  else sound(over);
}

export function stopTone() {
  stop();
}

async function sound(over) {
  const context = new AudioContext();
  const play = () => {
    NOTES.forEach((pitch, index) => note(context, pitch, context.currentTime + 0.05 + index * 0.35));
    navigator.vibrate?.([300, 150, 300]);
  };
  play();
  const timer = setInterval(play, EVERY_MS);
  await over;
  clearInterval(timer);
  navigator.vibrate?.(0);
  await context.close();
}

function note(context, pitch, at) {
  const tone = context.createOscillator();
  const loudness = context.createGain();
  tone.frequency.value = pitch;
  loudness.gain.setValueAtTime(0, at);
  loudness.gain.linearRampToValueAtTime(0.25, at + 0.04);
  loudness.gain.linearRampToValueAtTime(0, at + 0.5);
  tone.connect(loudness).connect(context.destination);
  tone.start(at);
  tone.stop(at + 0.55);
}

/** Whoever still waits for the other tab to fall silent gives up when the ringing is over. */
function abortedBy(over) {
  const abort = new AbortController();
  over.then(() => abort.abort());
  return abort.signal;
}
