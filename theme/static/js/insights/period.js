// A preset and own dates in one form: choosing one lets go of the other, so that what stands there is what counts.
const form = document.querySelector("[data-period]");
const preset = form?.elements.namedItem("period");
const days = ["from", "to"].map((name) => form?.elements.namedItem(name));

form?.addEventListener("change", ({ target }) => {
  if (target === preset && preset.value !== "own") for (const day of days) day.value = "";
  if (days.includes(target)) preset.value = "own";
});
// On a slow line a day is chosen before this script is there.
if (form && days.some((day) => day.value !== day.defaultValue)) preset.value = "own";
