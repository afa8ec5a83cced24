// What every page has. Areas bring their own modules beside this one.
import "./theme-choice.js";
import "./dialogs.js";
import "./forms.js";
import "./countdown.js";
import "./copy.js";
import { toast } from "./toast.js";

const region = document.getElementById("toasts");

// What nobody did (a live event, a timer, a fragment that loads itself) says so: it keeps no idle person logged in
// (accounts/middleware.py).
document.body.addEventListener("htmx:configRequest", (event) => {
  if (!event.detail.triggeringEvent?.isTrusted) event.detail.headers["X-Background"] = "1";
});

// A refusal of the server (templates/errors/refused_fragment.html) is said in its own words.
document.body.addEventListener("htmx:responseError", (event) => {
  const answer = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
  const refusal = answer.querySelector("[data-refusal]")?.textContent.trim();
  toast(refusal || region.dataset.failedText, "error");
});

// What is shown was taken back meanwhile: it must not go on standing there. <template data-gone> says what does instead.
document.body.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const gone = detail.xhr.status === 404 && detail.target.querySelector(":scope > template[data-gone]");
  if (!gone) return;
  detail.isError = detail.shouldSwap = false;
  detail.target.replaceChildren(gone, gone.content.cloneNode(true));
});

for (const name of ["htmx:sendError", "htmx:timeout"])
  document.body.addEventListener(name, (event) => {
    // What an event fetches again is fetched once more after the next reconnect; the banner says that the line is bad.
    if (!event.detail.requestConfig?.triggeringEvent?.type.startsWith("live:")) toast(region.dataset.networkText, "error");
  });

// Of more tabs than fit, the present one is to be seen.
for (const tab of document.querySelectorAll(".tabs > [aria-current]")) {
  const tabs = tab.parentElement;
  tabs.scrollLeft = tab.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - tab.offsetWidth) / 2;
}
