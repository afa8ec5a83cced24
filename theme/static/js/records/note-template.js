// The form of a template shows the parts of the form that is chosen.
const form = document.querySelector("[data-template-form]");

function show() {
  const soap = form.elements.kind.value === "soap";
  for (const part of form.querySelectorAll("[data-template-part]")) {
    const name = part.dataset.templatePart;
    if (name === "name" || name === "kind") continue;
    part.hidden = soap === (name === "text");
  }
}

form.addEventListener("change", show);
show();
