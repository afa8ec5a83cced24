// This person's camera, microphone, loudspeaker and screen. Everything works without any of them.
//
//   change    tracks or what is on has changed
//   devices   the list of devices has changed
//   problem   detail: denied, none, busy or insecure; blur-slow, blur-failed, microphone-gone
import { Blur } from "./blur.js";

const VIDEO = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
const AUDIO = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const REMEMBER = "call-devices";
// Loudness (root mean square, 0 to 1) of someone speaking; a quiet room stays under it.
const HEARD = 0.02;

const PROBLEMS = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "none",
  OverconstrainedError: "none",
  NotReadableError: "busy",
  AbortError: "busy",
};

export class LocalMedia extends EventTarget {
  audio = null;
  camera = null;
  screen = null;
  micOn = true;
  chosen = remembered();
  // The camera itself; `camera` is the picture that is sent: the same, or one with the background blurred.
  #lens = null;
  #blur;
  #isBlurring = false;

  /** `blur`: where everything for it lies (blur.js). */
  constructor({ blur }) {
    super();
    this.#blur = new Blur(blur, (problem) => this.#undress(problem));
    navigator.mediaDevices?.addEventListener("devicechange", () => this.#tell("devices"));
  }

  /** What the others get to hear and see: the camera goes on beside a shared screen. */
  get tracks() {
    return { audio: this.audio, camera: this.camera, screen: this.screen };
  }

  get state() {
    return { mic: Boolean(this.audio && this.micOn), camera: Boolean(this.camera), screen: Boolean(this.screen) };
  }

  /** "off", "on", "coming": no picture is sent yet, or still the plain one; "impossible" in this browser. */
  get blur() {
    if (!Blur.isPossible) return "impossible";
    if (!this.chosen.blur) return "off";
    return this.#isBlurring ? "coming" : "on";
  }

  /** Ask for what there is: both, else one of the two, else nothing, and say why. */
  async open({ camera }) {
    if (!navigator.mediaDevices) return this.#tell("problem", "insecure");
    const wishes = camera ? [["audio", "camera"], ["audio"], ["camera"]] : [["audio"]];
    let problem = null;
    for (const wish of wishes) {
      try {
        await this.#get(wish);
        break;
      } catch (error) {
        problem ??= PROBLEMS[error.name] ?? "busy";
      }
    }
    if (problem) this.#tell("problem", problem);
    this.#tell("change");
    this.#tell("devices");
  }

  setMic(on) {
    this.micOn = on;
    if (this.audio) this.audio.enabled = on;
    else if (on) return this.#try(["audio"]);
    this.#tell("change");
  }

  /** Off means off: the camera's light goes out. */
  setCamera(on) {
    if (on) return this.#lens ? undefined : this.#try(["camera"]);
    this.#drop("camera");
    this.#tell("change");
  }

  /** Whoever switched it on is not seen without it the next time either. */
  setBlur(on) {
    this.#remember("blur", on);
    if (on && this.#lens) return this.#dress();
    this.#blur.rest();
    this.camera = this.#lens;
    this.#tell("change");
  }

  async #dress() {
    const lens = this.#lens;
    this.#isBlurring = true;
    this.#tell("change");
    try {
      const dressed = await this.#blur.dress(lens);
      if (!dressed) return;
      this.camera = dressed;
      this.#isBlurring = false;
      this.#tell("change");
    } catch {
      this.#undress("blur-failed");
    }
  }

  /** Nobody's room is shown because the blur has failed: they decide. */
  #undress(problem) {
    this.#remember("blur", false);
    this.#drop("camera");
    this.#tell("problem", problem);
    this.#tell("change");
  }

  /** Change to a device of kind audioinput or videoinput (audiooutput only remembers it for the page). */
  async choose(kind, id) {
    this.#remember(kind, id);
    if (kind === "audioinput" && this.audio) await this.#try(["audio"]);
    if (kind === "videoinput" && this.#lens) await this.#try(["camera"]);
    this.#tell("devices");
  }

  #remember(name, value) {
    this.chosen[name] = value;
    try {
      localStorage.setItem(REMEMBER, JSON.stringify(this.chosen));
    } catch {
      // Then it is chosen again next time.
    }
  }

  async devices(kind) {
    const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    return all.filter((device) => device.kind === kind && device.deviceId);
  }

  static get canShareScreen() {
    return Boolean(navigator.mediaDevices?.getDisplayMedia);
  }

  /** False when the person thought better of it. */
  async setScreen(on) {
    if (!on) {
      this.#drop("screen");
      this.#tell("change");
      return true;
    }
    try {
      const stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { ideal: 15 } } });
      this.#keep("screen", stream.getVideoTracks()[0]);
      this.screen.contentHint = "detail";
      this.#tell("change");
      return true;
    } catch {
      return false;
    }
  }

  close() {
    for (const name of ["audio", "camera", "screen"]) this.#drop(name);
    this.#blur.close();
  }

  async #try(names) {
    try {
      await this.#get(names);
    } catch (error) {
      this.#tell("problem", PROBLEMS[error.name] ?? "busy");
    }
    this.#tell("change");
  }

  async #get(names) {
    const wanted = (kind) => (this.chosen[kind] ? { deviceId: { ideal: this.chosen[kind] } } : {});
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: names.includes("audio") && { ...AUDIO, ...wanted("audioinput") },
      video: names.includes("camera") && { ...VIDEO, ...wanted("videoinput") },
    });
    const [audio] = stream.getAudioTracks();
    const [camera] = stream.getVideoTracks();
    if (audio) this.#keep("audio", audio);
    if (camera) this.#keep("camera", camera);
    if (audio) audio.enabled = this.micOn;
  }

  #keep(name, track) {
    this.#drop(name);
    if (name === "camera") this.#lens = track;
    // Nobody is seen plainly first; open() waits for no model.
    if (name === "camera" && this.blur !== "impossible" && this.chosen.blur) this.#dress();
    else this[name] = track;
    // Unplugged, or the browser's own "stop sharing".
    track.addEventListener("ended", () => {
      if (track !== (name === "camera" ? this.#lens : this[name])) return;
      this.#drop(name);
      // A headset whose battery is empty: the talk goes on by the computer's own microphone. No camera is switched on
      // that nobody has chosen.
      const other = name === "audio" ? this.#get(["audio"]) : Promise.resolve();
      other.catch(() => this.#tell("problem", "microphone-gone")).then(() => this.#tell("change"));
    });
  }

  #drop(name) {
    this[name]?.stop();
    this[name] = null;
    if (name !== "camera") return;
    this.#blur.rest();
    this.#isBlurring = false;
    this.#lens?.stop();
    this.#lens = null;
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** Shows how loud the microphone hears in a <meter>, and calls `heard` while it hears something; returns how to stop. */
export function meter(track, element, heard) {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 512;
  context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    const loudness = Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
    element.value = Math.min(1, loudness * 4);
    if (loudness > HEARD) heard?.();
  }, 80);
  return () => {
    clearInterval(timer);
    element.value = 0;
    if (context.state !== "closed") context.close();
  };
}

function remembered() {
  try {
    return JSON.parse(localStorage.getItem(REMEMBER)) ?? {};
  } catch {
    return {};
  }
}
