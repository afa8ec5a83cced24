// On every page: messages still in the outbox go out as soon as there is a connection, not only when their
// conversation is opened again. A conversation on this page sends its own (chat.js).
import "./received.js";
import { Outbox } from "./outbox.js";

const open = new Set([...document.querySelectorAll("[data-chat]:not([data-history])")].map((root) => root.dataset.conversation));
new Outbox((entry) => !open.has(entry.conversation), () => {});
