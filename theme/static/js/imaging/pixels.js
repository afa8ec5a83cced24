// The bytes of one frame -> values to draw. Pure: the worker uses it as the page does.
import { Problem } from "./problems.js";
import { BIG_ENDIAN } from "./syntaxes.js";

/** Bits that are not of the value (old overlays) go, and the sign comes down with it. In place. */
function trim(values, { allocated, stored, high, signed }) {
  if (stored >= allocated) return values;
  const up = 32 - (high + 1);
  const down = 32 - stored;
  for (let at = 0; at < values.length; at += 1) {
    values[at] = signed ? (values[at] << up) >> down : (values[at] << up) >>> down;
  }
  return values;
}

function typed(bytes, { allocated, signed }, syntax) {
  if (allocated === 8) return signed ? new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length) : bytes;
  const even = bytes.byteOffset % 2 ? bytes.slice() : bytes;
  if (syntax === BIG_ENDIAN) {
    for (let at = 0; at + 1 < even.length; at += 2) [even[at], even[at + 1]] = [even[at + 1], even[at]];
  }
  const Values = signed ? Int16Array : Uint16Array;
  return new Values(even.buffer, even.byteOffset, even.length >> 1);
}

const fromLuma = (y, cb, cr) => [
  y + 1.402 * (cr - 128),
  y - 0.344136 * (cb - 128) - 0.714136 * (cr - 128),
  y + 1.772 * (cb - 128),
];

/** Three samples a pixel -> red, green, blue, alpha. */
function coloured(bytes, { rows, columns, planes, colours }, isPlanar = planes) {
  const count = rows * columns;
  const out = new Uint8ClampedArray(count * 4).fill(255);
  const [step, apart] = isPlanar ? [1, count] : [3, 1];
  for (let pixel = 0; pixel < count; pixel += 1) {
    const at = pixel * step;
    const triple = [bytes[at], bytes[at + apart], bytes[at + 2 * apart]];
    out.set(colours.startsWith("YBR_FULL") ? fromLuma(...triple) : triple, pixel * 4);
  }
  return out;
}

/** PackBits, as DICOM has it: a table of segments, one for each byte of a value, the high one first. */
function unpackRle(bytes, { rows, columns, samples, allocated }) {
  const table = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = allocated / 8;
  const count = rows * columns;
  const segments = table.getUint32(0, true);
  if (segments !== samples * width) throw new Problem("damaged");
  const out = new Uint8Array(count * samples * width);
  for (let segment = 0; segment < segments; segment += 1) {
    let at = table.getUint32(4 * (segment + 1), true);
    const end = segment + 1 < segments ? table.getUint32(4 * (segment + 2), true) : bytes.length;
    const sample = Math.floor(segment / width);
    let to = sample * count * width + (width - 1 - (segment % width));
    const last = (sample + 1) * count * width;
    while (at < end && to < last) {
      const head = table.getInt8(at);
      at += 1;
      if (head >= 0) {
        for (let left = head + 1; left > 0 && to < last; left -= 1, to += width) out[to] = bytes[at++];
      } else if (head > -128) {
        for (let left = 1 - head; left > 0 && to < last; left -= 1, to += width) out[to] = bytes[at];
        at += 1;
      }
    }
  }
  return out;
}

/** `Decoder` of jpeg-lossless, handed in: only the worker loads it. */
function unpackLossless(bytes, { rows, columns, samples, allocated }, Decoder) {
  const decoder = new Decoder();
  const out = new Uint8Array(decoder.decompress(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  if (out.length < rows * columns * samples * (allocated / 8)) throw new Problem("damaged");
  return out;
}

/** The smallest and the largest of all values. */
export function extent(values) {
  let [min, max] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return [min, max];
}

/** -> {values, min, max}: one number a pixel, or for colours four. `kind` "jpeg" is the browser's: jpeg.js. */
export function decode({ layout, kind, syntax, bytes }, Decoder) {
  let open = bytes;
  if (kind === "rle") open = unpackRle(bytes, layout);
  if (kind === "lossless") open = unpackLossless(bytes, layout, Decoder);
  // RLE keeps each sample in a plane of its own, whatever the file says; JPEG never does.
  const isPlanar = kind === "rle" || (kind === "native" && layout.planes);
  if (layout.samples > 1) return { values: coloured(open, layout, isPlanar), min: 0, max: 255 };
  const values = trim(typed(open, layout, syntax), layout);
  const [min, max] = extent(values);
  return { values, min, max };
}
