// One upload with its progress. fetch() can't tell how far an upload is; XMLHttpRequest can.
import { csrfToken } from "../csrf.js";

/** Uploads `file` under `clientId`; the same again is answered with the file stored the first time. Resolves with
 *  {attachment}, {refused: text} (trying again is of no use), {again: ms} or {aborted: true}; never rejects. */
export function upload(url, file, clientId, { progress, signal }) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    request.onload = () => resolve(outcome(request));
    request.onerror = request.ontimeout = () => resolve({ again: 0 });
    request.onabort = () => resolve({ aborted: true });
    signal.addEventListener("abort", () => request.abort());
    const form = new FormData();
    form.append("client_id", clientId);
    form.append("file", file, file.name);
    request.send(form);
  });
}

function outcome(request) {
  if (request.status === 201) return { attachment: request.response };
  if (request.status >= 500) return { again: 0 };
  if (request.status === 429) return { again: 1000 * (Number(request.getResponseHeader("Retry-After")) || 5) };
  const fields = Object.values(request.response?.fields ?? {}).flat();
  return { refused: fields[0] ?? request.response?.detail ?? "" };
}
