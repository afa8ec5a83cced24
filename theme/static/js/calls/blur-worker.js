// A worker (blur.js starts it): where in a picture is the person? Apart from the page, so that nothing else waits for it.
//
//   {files}     where the library, its wasm and the model are    -> {ready: true}
//   {picture}   an ImageBitmap of the model's size               -> {mask}: RGBA, the alpha is the person
//
// Whatever goes wrong is answered by {error}. Nothing leaves this computer.

// How sure the model has to be: below the first it is background, above the second the person, between them the edge.
const SURE = [0.35, 0.65];
// How much of the last answer stays, against a flickering edge.
const STEADY = 0.3;

let finder = null;
let last = null;

async function load({ library, loader, wasm, model }) {
  const { ImageSegmenter } = await import(library);
  finder = await ImageSegmenter.createFromOptions(
    { wasmLoaderPath: loader, wasmBinaryPath: wasm },
    {
      baseOptions: { modelAssetPath: model, delegate: "CPU" },
      runningMode: "VIDEO",
      outputConfidenceMasks: true,
      outputCategoryMask: false,
    },
  );
}

function find(picture) {
  let mask = null;
  finder.segmentForVideo(picture, performance.now(), ({ confidenceMasks: [person] }) => {
    const sure = person.getAsFloat32Array();
    if (last?.length !== sure.length) last = Float32Array.from(sure);
    mask = new Uint8ClampedArray(sure.length * 4);
    for (let at = 0; at < sure.length; at++) {
      last[at] = STEADY * last[at] + (1 - STEADY) * sure[at];
      mask[at * 4 + 3] = (255 * (last[at] - SURE[0])) / (SURE[1] - SURE[0]);
    }
  });
  picture.close();
  return mask;
}

onmessage = async ({ data: { files, picture } }) => {
  try {
    if (files) {
      await load(files);
      return postMessage({ ready: true });
    }
    const mask = find(picture);
    postMessage({ mask }, [mask.buffer]);
  } catch (error) {
    postMessage({ error: String(error) });
  }
};
