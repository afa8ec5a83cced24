// The person's own picture with the background blurred, as a track that is sent instead of the camera's. The model and
// its library (3 MB, kept by the browser) are loaded when it is first switched on, from this site; blur-worker.js finds
// the person, here the two pictures are put together.
import { TooSlow } from "./ladder.js";

// The picture that the model takes.
const WIDTH = 256;
const HEIGHT = 144;
// The background is drawn as small as this, and large again: in any browser a strong blur that costs little.
const BLURRED_HEIGHT = 18;
// A hidden page, and some browsers, are not told of the camera's frames: then look so often.
const LOOK_EVERY_MS = 66;
const LONGEST_WAIT_MS = 200;

export class Blur {
  #files;
  #failed;
  #worker = null;
  #ready = null;
  #answer = null;
  #turn = Promise.resolve();
  #round = 0;
  #out = null;

  static get isPossible() {
    return Boolean(window.OffscreenCanvas && window.WebAssembly && HTMLCanvasElement.prototype.captureStream);
  }

  /** `files`: where everything lies. `failed(reason)`: it ended by itself; reason is "blur-slow" or "blur-failed". */
  constructor(files, failed) {
    this.#files = files;
    this.#failed = failed;
  }

  /** The track to send for this camera, once its first picture is blurred; null when that is not wanted any more by
   * then. Rejects when it can't be done. */
  async dress(camera) {
    this.rest();
    const round = this.#round;
    const pictures = new Pictures(camera);
    try {
      await this.#load();
      await pictures.next();
      await this.#blur(pictures);
    } catch (error) {
      pictures.close();
      if (round === this.#round) throw error;
    }
    if (round !== this.#round) {
      pictures.close();
      return null;
    }
    this.#out = pictures.stream.getVideoTracks()[0];
    this.#goOn(pictures, round);
    return this.#out;
  }

  /** No picture is blurred any more; the model stays loaded. */
  rest() {
    this.#round += 1;
    this.#out?.stop();
    this.#out = null;
  }

  close() {
    this.rest();
    this.#worker?.terminate();
    this.#ready = null;
  }

  async #goOn(pictures, round) {
    const pace = new TooSlow();
    try {
      while (round === this.#round) {
        await pictures.next();
        const began = performance.now();
        await this.#blur(pictures);
        if (!document.hidden && pace.take(performance.now() - began) && round === this.#round) this.#failed("blur-slow");
      }
    } catch {
      if (round === this.#round) this.#failed("blur-failed");
    } finally {
      pictures.close();
    }
  }

  async #blur(pictures) {
    const picture = await pictures.take();
    const { mask } = await this.#ask({ picture }, [picture]);
    pictures.draw(mask);
  }

  #load() {
    if (this.#ready) return this.#ready;
    this.#worker = new Worker(this.#files.worker);
    this.#worker.onmessage = ({ data }) => (data.error ? this.#answer.reject(data.error) : this.#answer.resolve(data));
    this.#worker.onerror = (event) => this.#answer.reject(event.message);
    const { worker, ...files } = this.#files;
    this.#ready = this.#ask({ files });
    // Another try may find a better line.
    this.#ready.catch(() => {
      this.#worker.terminate();
      this.#ready = null;
    });
    return this.#ready;
  }

  /** One question at a time, also when another camera is already asked about. */
  #ask(question, carried = []) {
    const asked = () =>
      new Promise((resolve, reject) => {
        this.#answer = { resolve, reject };
        this.#worker.postMessage(question, carried);
      });
    const answer = this.#turn.then(asked);
    this.#turn = answer.catch(() => {});
    return answer;
  }
}

/** The camera's pictures, and what is made of them. */
class Pictures {
  #video = document.createElement("video");
  #sharp = context();
  #small = context();
  #model = context(WIDTH, HEIGHT);
  #mask = context(WIDTH, HEIGHT);
  #out = context();
  #place = null;

  constructor(camera) {
    this.#video.muted = this.#video.playsInline = true;
    this.#video.srcObject = new MediaStream([camera]);
    this.#video.play().catch(() => {});
    this.stream = this.#out.canvas.captureStream();
  }

  /** Until there is another picture, or it takes too long to be told of one. */
  async next() {
    const isTold = this.#video.requestVideoFrameCallback && !document.hidden;
    do await (isTold ? this.#told() : pause(LOOK_EVERY_MS));
    while (!this.#video.videoWidth && this.#video.srcObject.active);
  }

  async #told() {
    let asked = 0;
    const told = new Promise((resolve) => (asked = this.#video.requestVideoFrameCallback(resolve)));
    await Promise.race([told, pause(LONGEST_WAIT_MS)]);
    this.#video.cancelVideoFrameCallback(asked);
  }

  /** Keep this picture, and give it in the model's size: whole, with a rim where its shape is another. */
  take() {
    const { videoWidth: width, videoHeight: height } = this.#video;
    for (const { canvas } of [this.#sharp, this.#out])
      if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    this.#sharp.drawImage(this.#video, 0, 0);
    const scale = Math.min(WIDTH / width, HEIGHT / height);
    const size = [Math.round(width * scale), Math.round(height * scale)];
    this.#place = [Math.round((WIDTH - size[0]) / 2), Math.round((HEIGHT - size[1]) / 2), ...size];
    this.#model.clearRect(0, 0, WIDTH, HEIGHT);
    this.#model.drawImage(this.#sharp.canvas, ...this.#place);
    return createImageBitmap(this.#model.canvas);
  }

  draw(mask) {
    const { width, height } = this.#sharp.canvas;
    this.#mask.putImageData(new ImageData(mask, WIDTH, HEIGHT), 0, 0);
    const small = [Math.max(1, Math.round((BLURRED_HEIGHT * width) / height)), BLURRED_HEIGHT];
    Object.assign(this.#small.canvas, { width: small[0], height: small[1] });
    this.#small.imageSmoothingQuality = "high";
    this.#small.drawImage(this.#sharp.canvas, 0, 0, ...small);
    const layers = [
      ["copy", this.#mask.canvas, this.#place],
      ["source-in", this.#sharp.canvas, [0, 0, width, height]],
      ["destination-over", this.#small.canvas, [0, 0, ...small]],
    ];
    this.#out.imageSmoothingQuality = "high";
    for (const [how, canvas, from] of layers) {
      this.#out.globalCompositeOperation = how;
      this.#out.drawImage(canvas, ...from, 0, 0, width, height);
    }
  }

  close() {
    this.#video.srcObject = null;
    for (const track of this.stream.getTracks()) track.stop();
  }
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function context(width = 1, height = 1) {
  return Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
}
