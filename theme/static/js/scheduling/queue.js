// The queue is drawn anew whenever something happens in it. What the person had opened stays open; htmx itself keeps
// the focus (buttons have ids) and the scroll.

let open = [];

document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (!event.detail.target.matches?.("[data-keeps-open]")) return;
  open = [...event.detail.target.querySelectorAll("details[open][id]")].map((element) => element.id);
});

document.body.addEventListener("htmx:afterSwap", () => {
  for (const id of open.splice(0)) document.getElementById(id)?.setAttribute("open", "");
});
