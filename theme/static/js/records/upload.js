// Adding a document: refuse at once what is too large, send in parts, show how far it is, go on after a reload.
import { toast } from "../toast.js";
import { begin, list, resume, tooLarge, words } from "./upload-cards.js";

const form = document.querySelector("[data-document-form]");

function arrived(stored) {
  const address = list.dataset.document.replace(list.dataset.patient, stored.id);
  // From the form one goes on to what was added; from the list nobody is taken away.
  if (form) location.assign(address);
  else document.body.dispatchEvent(new CustomEvent("live:document.changed"));
}

function ended(text) {
  if (form) {
    form.hidden = false;
    refuse(text);
  } else toast(text, "error");
}

function refuse(text) {
  const place = form.querySelector("[data-document-refusal]");
  place.textContent = text;
  place.hidden = !text;
  form.querySelector("[type=file]").setAttribute("aria-invalid", String(Boolean(text)));
}

async function add(file) {
  const fields = new FormData(form);
  const refused = await begin(
    file,
    {
      patient: list.dataset.patient,
      category: fields.get("category"),
      title: fields.get("title"),
      dated_on: fields.get("dated_on") || null,
      is_released: !form.elements.is_released || form.elements.is_released.checked,
    },
    () => (form.hidden = true),
  );
  if (refused) refuse(refused);
}

if (form) {
  const input = form.querySelector("[type=file]");
  const category = form.elements.category;
  input.addEventListener("change", () => refuse(input.files[0] ? tooLarge(input.files[0]) : ""));
  form.addEventListener("submit", async (event) => {
    const file = input.files[0];
    // Without a file or a kind the server says what is missing; without crypto (no HTTPS) it takes the whole form.
    if (file && tooLarge(file)) {
      event.preventDefault();
      refuse(tooLarge(file));
      return;
    }
    if (!file || !category.value || !window.crypto?.subtle) return;
    event.preventDefault();
    const button = form.querySelector("[type=submit]");
    if (button.disabled) return;
    button.disabled = true;
    refuse("");
    try {
      await add(file);
    } catch {
      refuse(words.failed); // the file was moved or changed meanwhile
      form.hidden = false;
    } finally {
      button.disabled = false;
    }
  });
}

if (list) {
  resume({ arrived, ended, givenUp: () => form && (form.hidden = false) });
}
