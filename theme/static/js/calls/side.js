// The panel beside the call: the visit (for its doctor) and the chat. A guest's page has none.
import { live } from "../live.js";

const side = document.querySelector("[data-side]");
const badge = document.querySelector("[data-chat-count]");
const wide = matchMedia("(min-width: 64rem)");
let unread = 0;

export function openSide(name) {
  side.hidden = false;
  for (const tab of side.querySelectorAll("[data-tab]")) {
    const chosen = tab.dataset.tab === name;
    tab.setAttribute("aria-selected", chosen);
    tab.tabIndex = chosen ? 0 : -1;
  }
  for (const panel of side.querySelectorAll("[data-panel]")) panel.hidden = panel.dataset.panel !== name;
  if (name === "chat") {
    showUnread(0);
    const scroll = side.querySelector("[data-scroll]");
    scroll.scrollTop = scroll.scrollHeight;
  }
}

/** At the start of a call the doctor sees the visit, where there is room for it. */
export function offerVisit() {
  if (wide.matches && side?.querySelector('[data-tab="visit"]')) openSide("visit");
}

function showing(name) {
  return !side.hidden && !side.querySelector(`[data-panel="${name}"]`)?.hidden;
}

function showUnread(count) {
  unread = count;
  badge.hidden = count === 0;
  badge.textContent = count;
}

for (const button of document.querySelectorAll("[data-open]"))
  button.addEventListener("click", () => {
    const name = button.dataset.open;
    const isSwitch = button.classList.contains("call-control");
    if (isSwitch && showing(name)) side.hidden = true;
    else openSide(name);
    if (!isSwitch) side.querySelector(`[data-panel="${name}"] textarea`)?.focus();
  });

const tabs = [...(side?.querySelectorAll("[data-tab]") ?? [])];
for (const tab of tabs) {
  tab.addEventListener("click", () => openSide(tab.dataset.tab));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length];
    openSide(next.dataset.tab);
    next.focus();
  });
}

side?.querySelector("[data-side-close]").addEventListener("click", () => (side.hidden = true));
side?.addEventListener("keydown", (event) => {
  if (event.key === "Escape") side.hidden = true;
});

const chat = side?.querySelector("[data-chat]");
live.on("message.new", ({ message }) => {
  const mine = message.sender?.id === document.body.dataset.user;
  if (chat && message.conversation === chat.dataset.conversation && !mine && !showing("chat")) showUnread(unread + 1);
});
