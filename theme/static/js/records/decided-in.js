// <article data-decided-in>: a region that fetches itself again on live events keeps still while somebody has a dialog of
// it open or is writing a reason in it. What they send meanwhile is refused kindly if it is too late for it.
const deciding = (region) =>
  region.querySelector("dialog[open]") ||
  [...region.querySelectorAll("details[open] input:not([type=hidden])")].some((field) => field.value !== field.defaultValue);

let missed = false;

document.body.addEventListener("htmx:beforeSwap", (event) => {
  const { target, requestConfig } = event.detail;
  if (!target.matches("[data-decided-in]") || !requestConfig?.triggeringEvent?.type.startsWith("live:")) return;
  missed = Boolean(deciding(target));
  if (missed) event.detail.shouldSwap = false;
});

// The dialog was closed, or the reason given up: now.
for (const name of ["close", "toggle"])
  document.addEventListener(
    name,
    (event) => {
      const region = event.target.closest?.("[data-decided-in]");
      if (!missed || !region || deciding(region)) return;
      missed = false;
      htmx.ajax("GET", region.getAttribute("hx-get"), { source: region, event: new CustomEvent("live:reconnected") });
    },
    true,
  );
