// Logging out ends web push in this browser, for whoever sits at it next: the worker goes, and what it still shows.
// The server forgets the browser by itself (messaging/receivers.py).
async function leave() {
  const worker = await navigator.serviceWorker.getRegistration("/");
  for (const shown of (await worker?.getNotifications()) ?? []) shown.close();
  await worker?.unregister();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  // A page without a worker has nothing to wait for.
  if (!form.matches("[data-ends-session]") || !navigator.serviceWorker?.controller) return;
  event.preventDefault();
  const patience = new Promise((done) => setTimeout(done, 1500));
  Promise.race([leave().catch(() => {}), patience]).then(() => form.submit());
});
