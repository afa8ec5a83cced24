// What is in which column of a bank's file: the rows as they are read follow each choice (htmx, in the template).

const form = document.getElementById("mapping");

// What was chosen before htmx listened, on a slow line, or was brought back by the browser is read too.
window.addEventListener("pageshow", () => {
  const options = [...form.querySelectorAll("option")];
  if (options.some((option) => option.selected !== option.defaultSelected)) form.dispatchEvent(new Event("change"));
});
