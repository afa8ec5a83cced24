// #doses is fetched anew with each piece of news. Who is just saying why a dose is left out keeps the open form, the words
// and the caret; who pressed a button finds the focus at the same dose.
const PLACE = "doses";
let kept = null;

function doseOf(element) {
  return element?.closest("li.dose")?.id;
}

function caretOf(field) {
  return field.name === "reason" ? [field.selectionStart, field.selectionEnd] : null;
}

document.body.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target.id !== PLACE) return;
  const forms = [...detail.target.querySelectorAll("details.dose-skip[open]")].map((form) => ({
    dose: doseOf(form),
    why: form.querySelector("[name=why]:checked")?.value,
    words: form.querySelector("[name=reason]").value,
  }));
  const active = detail.target.contains(document.activeElement) ? document.activeElement : null;
  kept = { forms, dose: doseOf(active), name: active?.name, value: active?.value, caret: active && caretOf(active) };
});

function focusAgain({ dose, name, value, caret }) {
  const row = dose && document.getElementById(dose);
  if (!row) return;
  const same = caret ? row.querySelector("[name=reason]") : row.querySelector(`[name="${name}"][value="${CSS.escape(value ?? "")}"]`);
  const next = same?.checkVisibility() ? same : row.querySelector("button, summary");
  next?.focus({ preventScroll: true });
  if (caret && next === same) next.setSelectionRange(...caret);
}

document.body.addEventListener("htmx:afterSwap", () => {
  if (!kept || !document.getElementById(PLACE)) return;
  const before = kept;
  kept = null;
  for (const { dose, why, words } of before.forms) {
    const form = document.getElementById(dose)?.querySelector("details.dose-skip");
    if (!form) continue;
    form.open = true;
    form.querySelector("[name=reason]").value = words;
    if (why) form.querySelector(`[name=why][value="${CSS.escape(why)}"]`).checked = true;
  }
  focusAgain(before);
});
