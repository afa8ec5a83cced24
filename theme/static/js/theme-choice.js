// System, light or dark: remembered in this browser, applied as data-theme on <html>.

const root = document.documentElement;

function mark() {
  for (const button of document.querySelectorAll("[data-theme-choice]"))
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === (root.dataset.theme || "")));
}

function choose(choice) {
  if (choice) root.dataset.theme = choice;
  else delete root.dataset.theme;
  try {
    if (choice) localStorage.setItem("theme", choice);
    else localStorage.removeItem("theme");
  } catch {
    // Lasts for this page only.
  }
  mark();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-theme-choice]");
  if (button) choose(button.dataset.themeChoice);
});

for (const box of document.querySelectorAll("[data-theme-switch]")) box.hidden = false;
mark();
