// The host's dialog "People": who is in the call, showing someone out, the lock of the waiting room, and guests by link.
import { csrfToken } from "../csrf.js";
import { toast } from "../toast.js";
import { all, click, one, word } from "./dom.js";

const dialog = one("#call-people");
let url = "";
let shown = "";

/** `send`: to the call's socket; false when it is away. `invitations`: where the API keeps them. */
export function openRoom({ send, invitations }) {
  if (!dialog) return;
  url = invitations;
  click("[data-lock]", (button) => {
    const locked = button.getAttribute("aria-checked") !== "true";
    if (!send({ type: "lock", locked })) toast(word("failed"), "error");
  });
  one("[data-inside]").addEventListener("click", ({ target }) => {
    const row = target.closest("[data-show-out]")?.closest("[data-inside-peer]");
    if (row) send({ type: "remove", peer: row.dataset.insidePeer });
  });
  click("[data-people]", () => {
    dialog.showModal();
    listInvitations();
  });
  one("[data-invite]").addEventListener("submit", invite);
  one("[data-invitations]").addEventListener("click", ({ target }) => {
    const row = target.closest("[data-take-back]")?.closest("[data-invitation]");
    if (row) takeBack(row.dataset.invitation);
  });
}

export function showLocked(locked) {
  for (const button of all("[data-lock]")) button.setAttribute("aria-checked", Boolean(locked));
  for (const sign of all("[data-locked-sign]")) sign.hidden = !locked;
}

/** Those who are in the call with the host. */
export function showInside(people) {
  // Only when somebody came or went: a list drawn anew takes the focus away.
  const key = people.map(({ id, name }) => `${id} ${name}`).join();
  if (!dialog || key === shown) return;
  shown = key;
  const rows = people.map(({ id, name, guest }) => {
    const row = fill("[data-inside-template]", { name, about: guest ? word("guest") : "" });
    row.dataset.insidePeer = id;
    one("[data-show-out]", row).setAttribute("aria-label", word("show-out", "", { name }));
    return row;
  });
  one("[data-inside]").replaceChildren(...rows);
  one("[data-nobody]").hidden = rows.length > 0;
}

// --- guests by link ---

async function invite(event) {
  event.preventDefault();
  const form = event.target;
  const button = one("button[type=submit]", form);
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  const { name, part } = Object.fromEntries(new FormData(form));
  const answer = await ask(url, "POST", { name, part });
  button.removeAttribute("aria-busy");
  const problem = answer.ok ? "" : [...(answer.body.fields?.name ?? []), ...(answer.body.fields?.part ?? [])].join(" ") || answer.body.detail || word("failed");
  one("[data-invite-error]", form).textContent = problem;
  one("[data-invite-error]", form).hidden = !problem;
  one("[name=name]", form).toggleAttribute("aria-invalid", Boolean(problem));
  if (problem) return one("[name=name]", form).focus();
  form.reset();
  showLink(answer.body);
  listInvitations();
}

/** The link is told once, and is not kept anywhere. */
function showLink({ name, link }) {
  const box = one("[data-link]");
  box.hidden = false;
  one("[data-link-for]", box).textContent = word("link-for", "", { name });
  one("[data-link-text]", box).textContent = link;
  one("[data-copy]", box).dataset.copy = link;
  const share = one("[data-share]", box);
  share.hidden = !navigator.share;
  share.onclick = () => navigator.share({ url: link }).catch(() => {});
  one("[data-copy]", box).focus();
}

async function listInvitations() {
  const answer = await ask(url, "GET");
  if (!answer.ok) return;
  const rows = answer.body.results.map(({ id, name, part_label, state }) => {
    const row = fill("[data-invitation-template]", { name, about: `${part_label} · ${word(`invitation-${state}`)}` });
    row.dataset.invitation = id;
    const back = one("[data-take-back]", row);
    back.hidden = !["open", "used"].includes(state);
    back.setAttribute("aria-label", word("take-back", "", { name }));
    return row;
  });
  one("[data-invitations]").replaceChildren(...rows);
}

async function takeBack(invitation) {
  const answer = await ask(`${url}${invitation}/revoke/`, "POST");
  if (!answer.ok) toast(answer.body.detail ?? word("failed"), "error");
  one("[data-link]").hidden = true;
  await listInvitations();
}

function fill(template, { name, about }) {
  const row = one(template).content.firstElementChild.cloneNode(true);
  one("[data-name]", row).textContent = name;
  one("[data-about]", row).textContent = about;
  return row;
}

/** {ok, body}; never throws: no network is an answer too. */
async function ask(address, method, data) {
  try {
    const answer = await fetch(address, {
      method,
      headers: { "X-CSRFToken": csrfToken(), ...(data ? { "Content-Type": "application/json" } : {}) },
      body: data && JSON.stringify(data),
    });
    return { ok: answer.ok, body: await answer.json().catch(() => ({})) };
  } catch {
    return { ok: false, body: {} };
  }
}
