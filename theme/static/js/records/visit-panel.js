// [data-visit-panel]: the tabs beside a call. Each part is loaded once, when its tab is first opened, and then only hidden, so
// that nothing typed in it is lost by looking at another. What could not be loaded is tried again. The tabs sleep until
// this listens.
function load(part) {
  if (part.hidden || part.dataset.loaded) return;
  part.dataset.loaded = "true";
  part.dispatchEvent(new CustomEvent("visit-tab-opened"));
}

for (const failed of ["htmx:sendError", "htmx:responseError", "htmx:timeout"])
  document.addEventListener(failed, ({ target }) => target.dataset?.visitPart && delete target.dataset.loaded);

document.body.addEventListener("live:reconnected", () => document.querySelectorAll("[data-visit-part]").forEach(load));

function open(panel, name) {
  for (const tab of panel.querySelectorAll("[data-visit-tab]")) {
    const chosen = tab.dataset.visitTab === name;
    tab.setAttribute("aria-selected", chosen);
    tab.tabIndex = chosen ? 0 : -1;
    if (chosen) tab.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
  for (const part of panel.querySelectorAll("[data-visit-part]")) {
    part.hidden = part.dataset.visitPart !== name;
    load(part);
  }
}

function wake() {
  for (const tab of document.querySelectorAll("[data-visit-tab][disabled]")) tab.disabled = false;
}
wake();
document.addEventListener("htmx:load", wake);

document.addEventListener("click", (event) => {
  const tab = event.target.closest?.("[data-visit-tab]");
  if (tab) open(tab.closest("[data-visit-panel]"), tab.dataset.visitTab);
});

document.addEventListener("keydown", (event) => {
  const tab = event.target.closest?.("[data-visit-tab]");
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!tab || !step) return;
  const tabs = [...tab.parentElement.querySelectorAll("[data-visit-tab]")];
  const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length];
  open(tab.closest("[data-visit-panel]"), next.dataset.visitTab);
  next.focus();
});
