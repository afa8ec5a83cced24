// Says in plain words why a passkey did not work; the ceremony itself is allauth's script (mfa/js/webauthn.js).
const box = document.querySelector("[data-passkey-refused]");

document.addEventListener("allauth.error", (event) => {
  if (!box) return;
  event.preventDefault(); // or allauth writes it to the console
  const words = box.querySelector("p");
  const name = event.detail.exception?.name;
  words.textContent =
    name === "InvalidStateError"
      ? words.dataset.known
      : name === "NotAllowedError" || name === "AbortError"
        ? words.dataset.cancelled
        : words.dataset.unable;
  box.hidden = false;
});

const buttons = document.querySelectorAll("#passkey-add, #passkey-use, #passkey-login, #passkey-confirm");

// A form that waits for the device is not being sent yet (forms.js guards against a second submit).
for (const button of buttons) button.addEventListener("click", () => box && (box.hidden = true));

// Until allauth's script listens, which it does on DOMContentLoaded, a press would do nothing.
document.addEventListener("DOMContentLoaded", () =>
  setTimeout(() => buttons.forEach((button) => (button.disabled = false))),
);
