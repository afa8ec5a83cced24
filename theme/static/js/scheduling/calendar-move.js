// A visit that is dragged waits for a yes: the server says from where to where, or why not. What is refused or left
// goes back to its place at once.
import { toast } from "../toast.js";
import { wallClock } from "./calendar-draw.js";

const dialog = document.getElementById("ask");

/** The dialog with what the server says there. */
export async function ask(url, event) {
  try {
    await window.htmx.ajax("GET", url, { target: dialog, swap: "innerHTML", event });
  } catch {
    // htmx has said it already (app.js).
  }
}

/** Handlers for EventCalendar; `settled` is called when nothing is in the air any more. */
export function moving(text, settled) {
  let dragging = false;
  let pending = null;

  function putBack() {
    pending?.revert();
    pending = null;
  }

  function settle() {
    if (!dragging && !pending) settled();
  }

  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== dialog) return;
    const answer = dialog.querySelector("[data-answer]")?.dataset.answer;
    if (answer && answer !== "free") putBack();
  });
  document.body.addEventListener("visit:moved", () => {
    pending = null;
    dialog.close();
  });
  dialog.addEventListener("close", () => {
    putBack();
    settle();
  });

  return {
    isBusy: () => dragging || pending !== null,
    eventDragStart: () => (dragging = true),
    eventDragStop: () => {
      dragging = false;
      // The drop, if there is one, is told after this.
      setTimeout(settle);
    },
    async eventDrop({ event, oldEvent, newResource, revert, jsEvent }) {
      const doctor = newResource?.id ?? event.resourceIds[0];
      if (event.allDay) {
        revert();
        return toast(text.noTime, "warning");
      }
      if (+event.start === +oldEvent.start && doctor === oldEvent.resourceIds[0]) return;
      pending = { revert };
      const { move, seen } = event.extendedProps;
      await ask(`${move}?${new URLSearchParams({ to: wallClock(event.start), doctor, seen })}`, jsEvent);
      if (dialog.open) return;
      putBack();
      settle();
    },
  };
}
