// Templates and phrases in a note: `.bp` and a space becomes its text; Ctrl+Z takes it back.
import { inForm, isEmpty, PARTS } from "./note-content.js";

const SHORTCUT = /(?:^|\s)(\.[\p{L}\p{N}\p{M}_-]{1,23})$/u;

export function words() {
  try {
    return JSON.parse(document.getElementById("note-words").textContent);
  } catch {
    return { own: [], clinic: [], phrases: {} };
  }
}

/** Puts text at the caret in a way that the browser can undo. */
function put(field, from, to, text) {
  field.focus();
  field.setSelectionRange(from, to);
  if (!document.execCommand("insertText", false, text)) {
    field.setRangeText(text, from, to, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

/** What is typed before the caret, when it is a shortcut: {shortcut, text, from}. */
export function shortcutAt(before, phrases) {
  const shortcut = before.match(SHORTCUT)?.[1];
  if (!shortcut || !Object.hasOwn(phrases, shortcut)) return null;
  return { shortcut, text: phrases[shortcut], from: before.length - shortcut.length };
}

export function expandAsTyped(form, phrases) {
  form.addEventListener("keydown", (event) => {
    const field = event.target;
    if (!field.matches?.("textarea") || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (![" ", "Enter", "Tab"].includes(event.key) || event.shiftKey || field.selectionStart !== field.selectionEnd) return;
    const found = shortcutAt(field.value.slice(0, field.selectionStart), phrases);
    if (!found) return;
    event.preventDefault();
    const end = { " ": " ", Enter: "\n", Tab: "" }[event.key];
    put(field, found.from, field.selectionStart, found.text + end);
  });
}

/** The list of phrases puts one where the caret was last. */
export function choosePhrases(form, phrases) {
  let last = null;
  form.addEventListener("focusin", (event) => {
    if (event.target.matches("textarea")) last = event.target;
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-note-phrase]");
    if (!button) return;
    const field = last && !last.closest("[hidden]") ? last : form.querySelector("[data-note-part]:not([hidden]) textarea");
    const { selectionStart: from, selectionEnd: to, value } = field;
    const before = from > 0 && !/\s$/.test(value.slice(0, from)) ? " " : "";
    put(field, from, to, before + phrases[button.dataset.notePhrase]);
  });
}

/** The note with a template put into it: an empty one takes its form, another one gets its words below its own. */
export function withTemplate(content, template) {
  const full = { ...Object.fromEntries(PARTS.map((name) => [name, ""])), ...template.content, kind: template.kind };
  if (isEmpty(content)) return full;
  const other = inForm(full, content.kind);
  const made = { ...content };
  for (const name of PARTS) made[name] = [content[name].replace(/\s+$/, ""), other[name]].filter(Boolean).join("\n");
  return made;
}
