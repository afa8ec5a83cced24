// Who is called in should notice, with the phone in the pocket or another tab in front.

const title = document.title;
let called = false;

function look() {
  const now = document.querySelector("[data-called]");
  if (now && !called) navigator.vibrate?.([300, 150, 300, 150, 300]);
  called = Boolean(now);
  document.title = called ? `● ${now.querySelector("p").textContent.trim()}` : title;
}

look();
document.body.addEventListener("htmx:afterSettle", look);
