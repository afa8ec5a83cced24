// A DICOM file as it lies on the server -> what is needed to draw its frames. Reads tags only; pixels: pixels.js.
import { Problem } from "./problems.js";
import { kindOf, nameOf } from "./syntaxes.js";

const PIXELS = "x7fe00010";
const MM_OF_CM = 10;
const CENTIMETRES = 3;

const numbers = (text) => (text ? text.split("\\").map(Number.parseFloat).filter(Number.isFinite) : []);

/** The data set of the first item of a sequence. */
const first = (set, tag) => set?.elements[tag]?.items?.[0]?.dataSet;

/** Of an enhanced (multi-frame) file: the macro for this frame, or the one for all. */
function macro(set, frame, tag) {
  return first(set.elements.x52009230?.items?.[frame]?.dataSet, tag) ?? first(first(set, "x52009229"), tag);
}

/** [of rows, of columns] in mm with where it is from: "" in the body, "detector" for what a detector saw; null: none. */
function spacing(set, frame) {
  const plain = numbers(macro(set, frame, "x00289110")?.string("x00280030") ?? set.string("x00280030"));
  if (plain.length === 2 && plain.every((size) => size > 0)) return { row: plain[0], column: plain[1], from: "" };
  const detector = numbers(set.string("x00181164"));
  if (detector.length === 2 && detector.every((size) => size > 0)) {
    return { row: detector[0], column: detector[1], from: "detector" };
  }
  // Ultrasound has a scale for each region of the picture; with more than one there is no single length.
  const regions = set.elements.x00186011?.items ?? [];
  const region = regions.length === 1 ? regions[0].dataSet : null;
  if (region?.uint16("x00186024") === CENTIMETRES && region.uint16("x00186026") === CENTIMETRES) {
    const [column, row] = [region.double("x0018602c"), region.double("x0018602e")].map((cm) => Math.abs(cm) * MM_OF_CM);
    if (row > 0 && column > 0) return { row, column, from: "" };
  }
  return null;
}

/** The letters at the picture's left, right, top and bottom ("R", "AL"), or null. */
function sides(set, frame) {
  const cosines = numbers(macro(set, frame, "x00209116")?.string("x00200037") ?? set.string("x00200037"));
  const opposite = { L: "R", R: "L", A: "P", P: "A", H: "F", F: "H" };
  const turned = (letters) => [...letters].map((letter) => opposite[letter] ?? letter).join("");
  let [right, down] = (set.string("x00200020") ?? "").split("\\");
  if (cosines.length === 6) {
    const letters = ([x, y, z]) =>
      [
        [x, x < 0 ? "R" : "L"],
        [y, y < 0 ? "A" : "P"],
        [z, z < 0 ? "F" : "H"],
      ]
        .filter(([size]) => Math.abs(size) > 0.25)
        .sort(([one], [other]) => Math.abs(other) - Math.abs(one))
        .map(([, letter]) => letter)
        .join("");
    [right, down] = [letters(cosines.slice(0, 3)), letters(cosines.slice(3))];
  }
  if (!right || !down) return null;
  return { left: turned(right), right, top: turned(down), bottom: down };
}

/** What is the same for every frame of a file. */
function layout(set) {
  const rows = set.uint16("x00280010");
  const columns = set.uint16("x00280011");
  const allocated = set.uint16("x00280100") ?? 8;
  const stored = set.uint16("x00280101") ?? allocated;
  return {
    rows,
    columns,
    samples: set.uint16("x00280002") ?? 1,
    allocated,
    stored,
    high: set.uint16("x00280102") ?? stored - 1,
    signed: set.uint16("x00280103") === 1,
    colours: (set.string("x00280004") ?? "MONOCHROME2").trim(),
    planes: set.uint16("x00280006") === 1,
    frames: Math.max(1, set.intString("x00280008") ?? 1),
  };
}

const GREY = ["MONOCHROME1", "MONOCHROME2"];
const COLOUR = ["RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT"];

function refuse(of, kind, syntax) {
  if (!kind) throw new Problem("packed", { values: { syntax: nameOf(syntax) } });
  if (!of.rows || !of.columns) throw new Problem("noPicture");
  const known = of.samples === 1 ? GREY : COLOUR;
  const halved = kind !== "jpeg" && of.colours === "YBR_FULL_422";
  if (!known.includes(of.colours) || halved) throw new Problem("packed", { values: { syntax: of.colours } });
  const depths = kind === "jpeg" || of.samples > 1 ? [8] : [8, 16];
  if (!depths.includes(of.allocated)) {
    const syntax = kind === "jpeg" ? `JPEG ${of.stored} bit` : `${of.allocated} bit`;
    throw new Problem("packed", { values: { syntax } });
  }
}

function plainBytes(set, of, frame) {
  const size = of.rows * of.columns * of.samples * (of.allocated / 8);
  const from = set.elements[PIXELS].dataOffset + frame * size;
  if (from + size > set.byteArray.length) throw new Problem("damaged");
  return set.byteArray.slice(from, from + size);
}

/** Of packed pixels: the fragments of this frame, joined. */
function packedBytes(set, of, frame) {
  const { dicomParser } = globalThis;
  const element = set.elements[PIXELS];
  const parts = element.fragments?.length;
  if (!parts) throw new Problem("damaged");
  if (parts === of.frames) return dicomParser.readEncapsulatedPixelDataFromFragments(set, element, frame);
  if (of.frames === 1) return dicomParser.readEncapsulatedPixelDataFromFragments(set, element, 0, parts);
  const offsets = element.basicOffsetTable?.length
    ? element.basicOffsetTable
    : dicomParser.createJPEGBasicOffsetTable(set, element);
  return dicomParser.readEncapsulatedImageFrame(set, element, frame, offsets);
}

/** The bytes of one frame, a copy of them. */
function bytesOf(set, of, kind, frame) {
  try {
    return kind === "native" ? plainBytes(set, of, frame) : packedBytes(set, of, frame).slice();
  } catch {
    throw new Problem("damaged");
  }
}

/** @param {ArrayBuffer} buffer. Throws Problem ("damaged", "noPicture", "packed") for what can't be shown. */
export function read(buffer) {
  let set;
  try {
    set = globalThis.dicomParser.parseDicom(new Uint8Array(buffer));
  } catch {
    throw new Problem("damaged");
  }
  if (!set.elements[PIXELS]) throw new Problem("noPicture");
  const syntax = (set.string("x00020010") ?? "1.2.840.10008.1.2").trim();
  const kind = kindOf(syntax);
  const of = layout(set);
  refuse(of, kind, syntax);
  return {
    frames: of.frames,
    /** What decode() of pixels.js asks for, and what the drawing does. */
    frame(number) {
      const values = macro(set, number, "x00289145") ?? set;
      const window = macro(set, number, "x00289132") ?? set;
      const [centre] = numbers(window.string("x00281050"));
      const [width] = numbers(window.string("x00281051"));
      return {
        layout: of,
        kind,
        syntax,
        bytes: bytesOf(set, of, kind, number),
        slope: numbers(values.string("x00281053"))[0] || 1,
        intercept: numbers(values.string("x00281052"))[0] ?? 0,
        window: centre !== undefined && width >= 1 ? { centre, width } : null,
        spacing: spacing(set, number),
        sides: sides(set, number),
      };
    },
  };
}
