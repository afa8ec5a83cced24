// Unpacks what takes long, so that scrolling stays smooth meanwhile.
import { Decoder } from "../../vendor/jpeg-lossless/lossless-min.js";
import { decode } from "./pixels.js";

addEventListener("message", ({ data: { id, frame } }) => {
  try {
    const found = decode(frame, Decoder);
    postMessage({ id, found }, [found.values.buffer]);
  } catch {
    postMessage({ id });
  }
});
