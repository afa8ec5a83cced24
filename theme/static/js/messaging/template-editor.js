// Puts a variable where the cursor is; the preview follows by itself (hx-trigger in the page).
const form = document.getElementById("template-form");
let field = form.elements.body;

form.addEventListener("focusin", (event) => {
  if (event.target.matches("textarea, input[type=text]")) field = event.target;
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-insert]");
  if (!button) return;
  const into = field.name === "subject" && button.hasAttribute("data-not-in-subject") ? form.elements.body : field;
  into.setRangeText(button.dataset.insert, into.selectionStart, into.selectionEnd, "end");
  into.focus();
  into.dispatchEvent(new Event("input", { bubbles: true }));
});
