// What `series.json` says of a study -> series with their slices, one for each frame of each file.
import { word } from "./words.js";

export const nameOf = (series) => series.description || series.body_part || word("series", { number: series.number });

function slicesOf({ instances }) {
  const slices = instances.flatMap(({ url, frames, transfer_syntax: syntax }) =>
    Array.from({ length: Math.max(1, frames) }, (_, frame) => ({
      key: `${url}#${frame}`,
      url,
      frame,
      frames: Math.max(1, frames),
      syntax,
    })),
  );
  return slices.map((slice, index) => ({ ...slice, index, number: index + 1 }));
}

export function seriesOf(study) {
  return study.series
    .map((series) => ({ ...series, modality: series.modality || study.modality, slices: slicesOf(series) }))
    .filter(({ slices }) => slices.length)
    .map((series) => {
      for (const slice of series.slices) slice.series = series;
      return series;
    });
}
