// Asks the server, shortly after each change, which appointments the form as it stands would hit; says so in the panel
// (#impact) and in one line beside the save button. Nothing is stored.
import { csrfToken } from "../../csrf.js";
import { live } from "../../live.js";

const WAIT_MS = 300;

/** `watch(form).soon()` after a change; `dirty()` says whether anything is unsaved. */
export function watch(form, dirty) {
  const panel = document.getElementById("impact");
  const line = form.querySelector("[data-state]");
  const look = form.querySelector("[data-look]");
  const words = line.dataset;
  let timer = 0;
  let asked = null;

  function say() {
    const hits = Number(panel.querySelector("[data-impact]")?.dataset.impact || 0);
    const of = hits === 1 ? words.hitOne : words.hitMany.replace("NUMBER", hits);
    line.textContent = dirty() ? `${words.dirty}${hits ? ` ${of}` : ""}` : words.clean;
    line.classList.toggle("has-hits", hits > 0 && dirty());
    line.parentElement.classList.toggle("is-clean", !dirty());
    look.hidden = !(hits > 0 && dirty());
  }

  async function ask() {
    asked?.abort();
    asked = new AbortController();
    try {
      const answer = await fetch(form.dataset.check, {
        method: "POST",
        body: new FormData(form),
        headers: { "X-CSRFToken": csrfToken(), "X-Background": "1" },
        signal: asked.signal,
        redirect: "error",
      });
      if (!answer.ok && answer.status !== 422) throw new Error(String(answer.status));
      panel.innerHTML = await answer.text();
      say();
    } catch (error) {
      if (error.name === "AbortError") return;
      line.textContent = words.failed;
    }
  }

  function soon() {
    clearTimeout(timer);
    line.textContent = words.checking;
    line.parentElement.classList.remove("is-clean");
    timer = setTimeout(ask, WAIT_MS);
  }

  // Somebody booked or moved meanwhile.
  live.on("appointment.changed", () => dirty() && soon());
  say();
  return { soon };
}
