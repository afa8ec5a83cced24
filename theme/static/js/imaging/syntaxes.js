// How the pixels of a DICOM file are packed, by its transfer syntax, and which of these a browser can show here.

const NATIVE = "native";
const KINDS = {
  "1.2.840.10008.1.2": NATIVE,
  "1.2.840.10008.1.2.1": NATIVE,
  "1.2.840.10008.1.2.2": NATIVE,
  "1.2.840.10008.1.2.5": "rle",
  "1.2.840.10008.1.2.4.50": "jpeg",
  "1.2.840.10008.1.2.4.51": "jpeg",
  "1.2.840.10008.1.2.4.57": "lossless",
  "1.2.840.10008.1.2.4.70": "lossless",
};
export const BIG_ENDIAN = "1.2.840.10008.1.2.2";

// For the sentence that says what can't be shown.
const NAMES = {
  "1.2.840.10008.1.2.1.99": "Deflated",
  "1.2.840.10008.1.2.4.80": "JPEG-LS",
  "1.2.840.10008.1.2.4.81": "JPEG-LS",
  "1.2.840.10008.1.2.4.90": "JPEG 2000",
  "1.2.840.10008.1.2.4.91": "JPEG 2000",
  "1.2.840.10008.1.2.4.92": "JPEG 2000",
  "1.2.840.10008.1.2.4.93": "JPEG 2000",
  "1.2.840.10008.1.2.4.100": "MPEG-2",
  "1.2.840.10008.1.2.4.102": "MPEG-4",
  "1.2.840.10008.1.2.4.103": "MPEG-4",
  "1.2.840.10008.1.2.4.201": "High-Throughput JPEG 2000",
  "1.2.840.10008.1.2.4.202": "High-Throughput JPEG 2000",
  "1.2.840.10008.1.2.4.203": "High-Throughput JPEG 2000",
};

/** "native", "rle", "jpeg", "lossless"; undefined for what is not shown here. */
export const kindOf = (syntax) => KINDS[syntax];
export const nameOf = (syntax) => NAMES[syntax] ?? syntax;
