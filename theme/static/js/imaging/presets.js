// Windows by what is to be seen. Those of Hounsfield units are for CT alone; elsewhere the numbers mean nothing.
const OF_CT = {
  softTissue: { centre: 40, width: 400 },
  lung: { centre: -600, width: 1500 },
  bone: { centre: 480, width: 2500 },
  brain: { centre: 40, width: 80 },
};

/** [name, window] in the order of their keys; `null` is the window of the file, "range" everything there is. */
export const presetsFor = (modality) => [
  ["asStored", null],
  ...(modality === "CT" ? Object.entries(OF_CT) : []),
  ["wholeRange", "range"],
];
