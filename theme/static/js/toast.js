// Short news at the edge of the page. `toast("Saved.", "success")`; an htmx answer may carry
// HX-Trigger: {"toast": {"level": "success", "text": "..."}}.

const STAYS_MS = 6000;

function dismiss(element) {
  element.classList.add("leaving");
  setTimeout(() => element.remove(), 250);
}

/** Errors stay until they are closed: who reads slowly must be able to read them. */
function arm(element) {
  element.querySelector(".toast-close")?.addEventListener("click", () => dismiss(element));
  if (["error", "danger"].includes(element.dataset.toast)) return;
  let timer = setTimeout(() => dismiss(element), STAYS_MS);
  for (const begin of ["pointerenter", "focusin"]) element.addEventListener(begin, () => clearTimeout(timer));
  for (const end of ["pointerleave", "focusout"])
    element.addEventListener(end, () => {
      clearTimeout(timer);
      timer = setTimeout(() => dismiss(element), STAYS_MS);
    });
}

/** Where toasts appear: at the page's edge, or inside an open modal dialog, which covers and locks the page. */
function place() {
  const region = document.getElementById("toasts");
  const dialog = [...document.querySelectorAll("dialog:modal")].at(-1);
  if (!dialog || !region) return region;
  let inside = dialog.querySelector(":scope > .toasts");
  if (!inside) {
    inside = region.cloneNode(false);
    inside.removeAttribute("id");
    dialog.append(inside);
    const moveOut = () => {
      region.append(...inside.children);
      inside.remove();
    };
    dialog.addEventListener("close", moveOut, { once: true });
  }
  return inside;
}

/** Shows `text` (plain text, never markup); `level` is info, success, warning or error. */
export function toast(text, level = "info") {
  const region = place();
  const template = document.getElementById("toast-template");
  if (!region || !template || !text) return;
  for (const shown of region.children)
    if (shown.querySelector(".toast-text").textContent === text) shown.remove();
  const element = template.content.firstElementChild.cloneNode(true);
  element.className = `toast toast-${level}`;
  element.dataset.toast = level;
  element.querySelector(".toast-text").textContent = text;
  region.append(element);
  arm(element);
}

for (const element of document.querySelectorAll("#toasts > [data-toast]")) arm(element);

document.body.addEventListener("toast", (event) => {
  const { text, level } = event.detail ?? {};
  toast(text ?? event.detail?.value, level);
});
