// A classic script in <head>: sets the chosen theme before the first paint. See theme-choice.js.
(function () {
  try {
    var choice = localStorage.getItem("theme");
    if (choice === "light" || choice === "dark") document.documentElement.dataset.theme = choice;
  } catch (error) {
    // Storage is switched off: the system's theme it is.
  }
})();
