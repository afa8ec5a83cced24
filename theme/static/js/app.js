// What every page has. Areas bring their own modules beside this one.
import "./theme-choice.js";
import "./dialogs.js";
import "./forms.js";
import "./countdown.js";
import { toast } from "./toast.js";

const region = document.getElementById("toasts");

// A refusal of the server (templates/errors/refused_fragment.html) is said in its own words.
document.body.addEventListener("htmx:responseError", (event) => {
  const answer = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
  const refusal = answer.querySelector("[data-refusal]")?.textContent.trim();
  toast(refusal || region.dataset.failedText, "error");
});

for (const name of ["htmx:sendError", "htmx:timeout"])
  document.body.addEventListener(name, () => toast(region.dataset.networkText, "error"));
