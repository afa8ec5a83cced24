// Bringing the pictures of a scan: files, a folder or a zip, sent in parts as a large document is.
import { storedZip } from "./stored-zip.js";
import { begin, list, megabytes, resume, say, tooLarge, words } from "./upload-cards.js";

const form = document.querySelector("[data-pictures-form]");
const state = form.querySelector("[data-pictures-state]");
const inputs = form.querySelectorAll("[data-pictures-files]");

function refuse(text) {
  const place = form.querySelector("[data-pictures-refusal]");
  place.textContent = text;
  place.hidden = !text;
}

async function packed(files) {
  if (files.length === 1) return files[0];
  const total = files.reduce((sum, file) => sum + file.size, 0);
  // Refused before hundreds of megabytes are read.
  if (tooLarge({ size: total })) return { size: total };
  const folder = files[0].webkitRelativePath.split("/")[0];
  return storedZip(files, `${folder || files[0].name}.zip`, (done) => {
    state.textContent = say("preparing", { done: megabytes(done), total: megabytes(total) });
  });
}

async function add(files) {
  refuse("");
  if (!files.length) {
    refuse(words.empty);
    return;
  }
  for (const input of inputs) input.disabled = true;
  try {
    const file = await packed(files);
    state.textContent = "";
    const refused = tooLarge(file) || (await begin(file, { imaging_report: list.dataset.report }));
    if (refused) refuse(refused);
  } catch {
    refuse(words.failed); // a file was moved or changed meanwhile
  } finally {
    for (const input of inputs) {
      input.disabled = false;
      input.value = "";
    }
  }
}

for (const input of inputs) input.addEventListener("change", () => add([...input.files]));

// The list says so itself when they were read.
document.body.addEventListener("htmx:afterSettle", () => {
  if (!document.querySelector("[data-picture-upload=waiting]")) state.textContent = "";
});

resume({
  arrived() {
    state.textContent = words.arrived;
    // The list below the heading, at once; it changes by itself when the pictures were read.
    document.body.dispatchEvent(new CustomEvent(`live:imaging.pictures:${list.dataset.report}`));
  },
  ended: refuse,
});
