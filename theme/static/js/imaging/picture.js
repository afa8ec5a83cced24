// One frame as cornerstone draws it, and what the page says of it.
import { decoded } from "./decoding.js";

/** `id` is its key everywhere. */
export async function pictureOf(frame, id) {
  const { layout, spacing, slope, intercept } = frame;
  const { values, min, max } = await decoded(frame);
  const isColour = layout.samples > 1;
  const [low, high] = isColour ? [0, 255] : [min * slope + intercept, max * slope + intercept].sort((one, two) => one - two);
  const range = isColour ? { centre: 128, width: 255 } : { centre: (low + high) / 2, width: Math.max(1, high - low) };
  const window = isColour ? range : (frame.window ?? range);
  return {
    imageId: id,
    minPixelValue: min,
    maxPixelValue: max,
    slope: isColour ? 1 : slope,
    intercept: isColour ? 0 : intercept,
    windowCenter: window.centre,
    windowWidth: window.width,
    getPixelData: () => values,
    rows: layout.rows,
    columns: layout.columns,
    height: layout.rows,
    width: layout.columns,
    color: isColour,
    rowPixelSpacing: spacing?.row,
    columnPixelSpacing: spacing?.column,
    invert: layout.colours === "MONOCHROME1",
    sizeInBytes: values.byteLength,
    // Ours, beside cornerstone's own.
    range,
    spacing,
    sides: frame.sides,
  };
}
