// The values of a frame, wherever they are unpacked: at once, by the worker, or (JPEG) by the browser.
import { decode } from "./pixels.js";
import { Problem } from "./problems.js";

/** Baseline JPEG: the browser's own decoder. */
async function jpeg({ layout, bytes }) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(new Blob([bytes], { type: "image/jpeg" }), { colorSpaceConversion: "none" });
  } catch {
    throw new Problem("damaged");
  }
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [layout.columns, layout.rows];
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data } = context.getImageData(0, 0, layout.columns, layout.rows);
  if (layout.samples > 1) return { values: data, min: 0, max: 255 };
  return { values: Uint8Array.from({ length: data.length / 4 }, (_, at) => data[at * 4]), min: 0, max: 255 };
}

let worker;
let asked = 0;
const waiting = new Map();

function ask(frame) {
  if (!worker) {
    worker = new Worker(document.querySelector("[data-decode-worker]").dataset.decodeWorker, { type: "module" });
    worker.addEventListener("message", ({ data: { id, found } }) => {
      const [resolve, reject] = waiting.get(id);
      waiting.delete(id);
      if (found) resolve(found);
      else reject(new Problem("damaged"));
    });
    worker.addEventListener("error", () => {
      for (const [, reject] of waiting.values()) reject(new Problem("noDecoder", { passing: true }));
      waiting.clear();
      worker = undefined;
    });
  }
  return new Promise((resolve, reject) => {
    asked += 1;
    waiting.set(asked, [resolve, reject]);
    worker.postMessage({ id: asked, frame }, [frame.bytes.buffer]);
  });
}

/** @returns {Promise<{values, min, max}>}; rejects with a Problem. */
export async function decoded(frame) {
  const { layout, kind, syntax, bytes } = frame;
  if (kind === "jpeg") return jpeg(frame);
  return kind === "native" ? decode(frame) : ask({ layout, kind, syntax, bytes });
}
