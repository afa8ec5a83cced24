// On every page: a message that reaches a device of its receiver has been delivered, whatever page is open. The page
// of its conversation says so itself (chat.js), with what it has caught up on. And a page that nobody sees says that.
import { live } from "../live.js";

const me = document.body.dataset.user;
const open = new Set([...document.querySelectorAll("[data-chat]:not([data-history])")].map((root) => root.dataset.conversation));

live.on("message.new", ({ message: { conversation, seq, sender } }) => {
  if (sender?.id === me || open.has(conversation)) return;
  live.send({ type: "message.delivered", conversation, seq });
});

const tellPresence = () => live.send({ type: "presence", state: document.hidden ? "away" : "online" });
document.addEventListener("visibilitychange", tellPresence);
// A new socket counts as online.
live.on("ready", () => document.hidden && tellPresence());
