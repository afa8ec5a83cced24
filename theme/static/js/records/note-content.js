// What a note says, as a plain object: kind and five texts. The server knows the same names (domain/note_content.py).
export const SOAP = ["subjective", "objective", "assessment", "plan"];
export const PARTS = ["text", ...SOAP];
const HEADS = { subjective: "S", objective: "O", assessment: "A", plan: "P" };
const HEAD = /^(?:(S|O|A|P)|(subjective|objective|assessment|plan))\s*:[ \t]*/i;

export const same = (one, other) => one.kind === other.kind && PARTS.every((name) => one[name] === other[name]);

export const isEmpty = (content) => PARTS.every((name) => !content[name].trim());

const joined = (first, second, between = "\n\n") => [first, second].filter((text) => text.trim()).join(between);

/** The same words in the other form: headed lines become parts, and parts headed lines. */
export function inForm(content, kind) {
  if (content.kind === kind) return content;
  const made = { ...content, kind };
  if (kind === "free") {
    const parts = SOAP.filter((name) => content[name].trim()).map((name) => `${HEADS[name]}: ${content[name]}`);
    for (const name of SOAP) made[name] = "";
    made.text = joined(content.text, parts.join("\n\n"));
    return made;
  }
  let part = "subjective";
  const lines = { subjective: [], objective: [], assessment: [], plan: [] };
  for (const line of content.text.split("\n")) {
    const head = line.match(HEAD);
    if (head) part = SOAP.find((name) => name[0] === (head[1] ?? head[2])[0].toLowerCase());
    lines[part].push(head ? line.slice(head[0].length) : line);
  }
  made.text = "";
  for (const name of SOAP) made[name] = joined(content[name], lines[name].join("\n").replace(/\s+$/, ""), "\n");
  return made;
}

/** Nothing of either is left out; what both say stands once. */
export function together(mine, theirs) {
  const other = inForm(theirs, mine.kind);
  const made = { ...mine };
  for (const name of PARTS) if (!mine[name].includes(other[name].trim())) made[name] = other[name].includes(mine[name].trim()) ? other[name] : joined(mine[name], other[name]);
  return made;
}
