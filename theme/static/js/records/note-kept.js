// Unsaved text of a note in this browser: {content, version}.
import { Kept } from "./kept.js";
import { PARTS } from "./note-content.js";

export function keptNote(user, note) {
  return new Kept(`note:${user}:${note}`, ({ content, text, version }) => {
    // Without content: kept before notes had parts.
    const found = { kind: "free", ...Object.fromEntries(PARTS.map((name) => [name, ""])), ...(content ?? { text }) };
    return PARTS.every((name) => typeof found[name] === "string") ? { content: found, version: String(version) } : null;
  });
}
