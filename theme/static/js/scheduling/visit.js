// One visit, or today's list: questions open as a dialog instead of a page, and the page looks again when
// something falls due (the call opens).

const dialog = document.getElementById("ask");
let timer = 0;

document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target !== dialog) return;
  if (!dialog.open) dialog.showModal();
});

dialog?.addEventListener("click", (event) => {
  if (!event.target.closest("[data-ask-close]")) return;
  event.preventDefault();
  dialog.close();
});

/** At the moment of the next <time data-due>, the fragment around it refetches itself. */
function waitForDue() {
  clearTimeout(timer);
  const due = [...document.querySelectorAll("time[data-due]")]
    .map((element) => ({ element, ms: Date.parse(element.dateTime) - Date.now() }))
    .filter(({ ms }) => ms > -60_000)
    .sort((a, b) => a.ms - b.ms)[0];
  // setTimeout counts in 32 bits: look again within the hour, whatever the date.
  if (due)
    timer = setTimeout(
      () => {
        if (Date.parse(due.element.dateTime) <= Date.now())
          due.element.dispatchEvent(new CustomEvent("visit:due", { bubbles: true }));
        waitForDue();
      },
      Math.min(Math.max(due.ms, 1000), 3_600_000),
    );
}

waitForDue();
document.body.addEventListener("htmx:afterSettle", waitForDue);
