// Several files as one zip, unpacked as they are ("stored"): its parts are the files themselves, so that nothing large is
// held in memory. The same files give the same bytes, by which an upload that broke off is found again.

const PIECE = 4 * 1024 * 1024;
const SIGNATURE = { file: 0x04034b50, entry: 0x02014b50, end: 0x06054b50 };
const VERSION = 20;
const NAMES_ARE_UTF8 = 0x0800;
const A_DAY = 0x0021; // 1 January 1980, the first there is

const TABLE = Uint32Array.from({ length: 256 }, (_none, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

async function crc32(file, read) {
  let sum = 0xffffffff;
  for (let at = 0; at < file.size; at += PIECE) {
    const piece = new Uint8Array(await file.slice(at, at + PIECE).arrayBuffer());
    for (const byte of piece) sum = TABLE[(sum ^ byte) & 0xff] ^ (sum >>> 8);
    read(piece.length);
  }
  return (sum ^ 0xffffffff) >>> 0;
}

/** A record of 16- and 32-bit numbers: [[bytes, value], …]. */
function record(...fields) {
  const view = new DataView(new ArrayBuffer(fields.reduce((sum, [bytes]) => sum + bytes, 0)));
  let at = 0;
  for (const [bytes, value] of fields) {
    if (bytes === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += bytes;
  }
  return view.buffer;
}

/** `files` as a File called `name`; `progress(bytes)` while their sums are taken. */
export async function storedZip(files, name, progress) {
  const sorted = [...files].sort((one, other) => (pathOf(one) < pathOf(other) ? -1 : 1));
  const parts = [];
  const entries = [];
  let offset = 0;
  let done = 0;
  for (const file of sorted) {
    const path = new TextEncoder().encode(pathOf(file));
    const sum = await crc32(file, (bytes) => progress((done += bytes)));
    const shared = [[2, VERSION], [2, NAMES_ARE_UTF8], [2, 0], [2, 0], [2, A_DAY], [4, sum], [4, file.size], [4, file.size], [2, path.length], [2, 0]];
    const head = record([4, SIGNATURE.file], ...shared);
    entries.push(record([4, SIGNATURE.entry], [2, VERSION], ...shared, [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]), path);
    parts.push(head, path, file);
    offset += head.byteLength + path.length + file.size;
  }
  const length = entries.reduce((sum, entry) => sum + entry.byteLength, 0);
  const count = sorted.length;
  const end = record([4, SIGNATURE.end], [2, 0], [2, 0], [2, count], [2, count], [4, length], [4, offset], [2, 0]);
  return new File([...parts, ...entries, end], name, { type: "application/zip" });
}

const pathOf = (file) => file.webkitRelativePath || file.name;
