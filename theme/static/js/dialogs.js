// <button data-dialog-open="id"> opens <dialog id>, data-dialog-close inside it closes; a click outside closes too.
// Menus (<details data-menu>) close on a click elsewhere and on Escape.

document.addEventListener("click", (event) => {
  const target = event.target;
  const opener = target.closest?.("[data-dialog-open]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.dialogOpen);
    if (dialog && !dialog.open) dialog.showModal();
  }
  if (target.closest?.("[data-dialog-close]")) target.closest("dialog")?.close();
  // The backdrop belongs to the dialog element itself; what is in the dialog is inside its children.
  if (target instanceof HTMLDialogElement && target.open && target.matches(".dialog")) {
    const box = target.getBoundingClientRect();
    const inside =
      event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    // Enter on a button inside arrives as a click at 0,0 with detail 0.
    if (!inside && event.detail > 0) target.close();
  }
  for (const menu of document.querySelectorAll("details[data-menu][open]"))
    if (!menu.contains(target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
