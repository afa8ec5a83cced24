/** The token for `fetch(url, {headers: {"X-CSRFToken": csrfToken()}})`; htmx sends it by itself (base.html). */
export function csrfToken() {
  try {
    return JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  } catch {
    return "";
  }
}
