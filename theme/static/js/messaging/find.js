// The search of a conversation, beside its chat on the page: opens, closes, and leads to what was found.

/** `jump(seq)` shows a message on this page; false when it can't, and the link is followed. */
export function openSearch(root, jump) {
  const panel = root.parentElement.querySelector("#chat-find");
  const opener = document.querySelector("[data-find]");
  if (!panel || !opener) return;
  const words = panel.querySelector("input[type=search]");

  const toggle = (shown) => {
    panel.hidden = !shown;
    opener.setAttribute("aria-expanded", String(shown));
    if (shown) words.focus();
    else opener.focus();
  };

  opener.addEventListener("click", (event) => {
    event.preventDefault();
    toggle(panel.hidden);
  });
  panel.querySelector("[data-find-close]").addEventListener("click", (event) => {
    event.preventDefault();
    toggle(false);
  });
  panel.addEventListener("keydown", (event) => event.key === "Escape" && toggle(false));
  panel.addEventListener("click", (event) => {
    const hit = event.target.closest("[data-jump]");
    if (!hit || !jump(Number(hit.dataset.jump))) return;
    event.preventDefault();
    // A phone has no room for both.
    if (!matchMedia("(min-width: 64rem)").matches) toggle(false);
  });
}
