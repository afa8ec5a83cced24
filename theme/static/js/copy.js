// <button data-copy="text" data-copied="what is said then">, right behind the element that shows the text last.

import { toast } from "./toast.js";

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  if (await copy(button.dataset.copy)) toast(button.dataset.copied, "success");
  // No access to the clipboard (a page without HTTPS, say): at least select it.
  else {
    const shown = button.previousElementSibling;
    getSelection().selectAllChildren(shown.lastElementChild ?? shown);
  }
});
