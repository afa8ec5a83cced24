// Sends the browser on to an online gateway.
const form = document.querySelector("[data-online]");

// The browser's back button then leads to the payment instead of sending the same order once more.
history.replaceState(null, "", form.dataset.paymentUrl);
form.submit();
