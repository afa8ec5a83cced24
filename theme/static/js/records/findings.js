// The safety panel while a prescription is written: the server checks after each change and sends the panel anew; what
// the doctor has typed in it stays, with the caret.

const fields = (panel) => [...panel.querySelectorAll("[data-reason]")];

/** The reasons typed so far, by finding: {key: text}. Only those of findings that still stand. */
export function typedReasons(panel) {
  return Object.fromEntries(fields(panel).map((field) => [field.dataset.reason, field.value.trim()]));
}

/** Puts the new panel (HTML of _findings.html) into `place`. */
export function showFindings(place, html) {
  const before = new Map(fields(place).map((field) => [field.dataset.reason, field]));
  const active = place.contains(document.activeElement) ? document.activeElement : null;
  const caret = active?.matches("[data-reason]") ? [active.dataset.reason, active.selectionStart, active.selectionEnd] : null;
  const wasOpen = place.querySelector("[data-findings-info]")?.open;
  place.innerHTML = html;
  for (const field of fields(place)) {
    field.value = before.get(field.dataset.reason)?.value ?? "";
    if (caret && field.dataset.reason === caret[0]) {
      field.focus({ preventScroll: true });
      field.setSelectionRange(caret[1], caret[2]);
    }
  }
  const info = place.querySelector("[data-findings-info]");
  if (info && wasOpen !== undefined) info.open = wasOpen;
}

/** Marks the severe findings without a reason and goes to the first; true when none is missing. */
export function askForReasons(panel) {
  const missing = fields(panel).filter((field) => field.value.trim().length < 3);
  for (const field of fields(panel)) field.setAttribute("aria-invalid", missing.includes(field));
  missing[0]?.focus();
  return missing.length === 0;
}
