// Small manners of forms: show a typed password, one submit at a time, filters that apply themselves,
// and focus on the first mistake.

for (const toggle of document.querySelectorAll("[data-password-toggle]")) toggle.hidden = false;

document.addEventListener("click", (event) => {
  const toggle = event.target.closest?.("[data-password-toggle]");
  if (!toggle) return;
  const input = toggle.parentElement.querySelector("input");
  const shown = input.type === "password";
  input.type = shown ? "text" : "password";
  toggle.setAttribute("aria-pressed", String(shown));
  input.focus();
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog") return;
  if (form.dataset.sending) {
    event.preventDefault();
    return;
  }
  form.dataset.sending = "true";
  event.submitter?.setAttribute("aria-busy", "true");
  // A download leaves the page where it is; let the form be used again.
  setTimeout(() => release(form), 8000);
});

function release(form) {
  delete form.dataset.sending;
  for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
}

// The back button brings the page as it was left.
addEventListener("pageshow", () => document.querySelectorAll("form[data-sending]").forEach(release));

document.addEventListener("change", (event) => {
  event.target.form?.matches("[data-autosubmit]") && event.target.form.requestSubmit();
});

const mistake = document.querySelector('main [aria-invalid="true"]:not([type="hidden"])');
if (mistake) mistake.focus();
