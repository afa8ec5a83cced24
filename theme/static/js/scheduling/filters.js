// The filters above a list: how many are set stands on their buttons, and links on the page keep them.

const form = document.querySelector("form[data-filters]");

/** What is filled in, as the address has it; "" is left out. */
export function chosen() {
  const params = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value !== "") params.append(name, value);
  return params;
}

function count() {
  const params = chosen();
  for (const menu of form.querySelectorAll("[data-counts]")) {
    const set = menu.dataset.counts.split(",").flatMap((name) => params.getAll(name)).length;
    const badge = menu.querySelector("[data-count]");
    badge.textContent = set || "";
    badge.hidden = !set;
  }
  const clear = form.querySelector("[data-clear]");
  if (clear) clear.hidden = ![...params.keys()].some((name) => !["view", "date"].includes(name));
}

// An address holds only what is filled in.
form?.addEventListener("htmx:configRequest", ({ target, detail }) => {
  if (target !== form) return;
  for (const [name, value] of [...detail.formData]) if (value === "") detail.formData.delete(name);
});
form?.addEventListener("input", count);
form?.addEventListener("change", count);
addEventListener("pageshow", count);
count();
