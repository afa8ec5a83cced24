// The list is drawn anew whenever something happens. Whoever looks at it must not lose their place: the row that was at
// the top of the view stays where it was, though rows before it have come or gone.

let seen = [];

function scroller(element) {
  const box = element.closest("[data-keeps-place]");
  return box.scrollHeight > box.clientHeight && getComputedStyle(box).overflowY === "auto"
    ? box
    : document.scrollingElement;
}

document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id !== "queue") return;
  const top = Math.max(0, event.detail.target.closest("[data-keeps-place]").getBoundingClientRect().top);
  seen = [...event.detail.target.querySelectorAll("[data-row]")]
    .map((row) => [row.id, row.getBoundingClientRect()])
    .filter(([, box]) => box.bottom > top)
    .map(([id, box]) => [id, box.top]);
});

document.body.addEventListener("htmx:afterSwap", () => {
  const queue = document.getElementById("queue");
  const place = scroller(queue);
  // At the very top new rows may show themselves.
  const kept = place.scrollTop > 0 && seen.find(([id]) => document.getElementById(id));
  if (kept) place.scrollTop += document.getElementById(kept[0]).getBoundingClientRect().top - kept[1];
  seen = [];
});
