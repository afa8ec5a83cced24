// Files that are not uploaded yet, kept in IndexedDB so that a reload, or a phone that throws the page away behind
// the camera, does not lose them. Without IndexedDB they live as long as the page.

const KEPT_MS = 86_400_000;
const me = document.body.dataset.user ?? "";
let opening = null;

function database() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("chat-files", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("files", { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opening;
}

async function files(mode, work) {
  try {
    const transaction = (await database()).transaction("files", mode);
    const request = work(transaction.objectStore("files"));
    return await new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request?.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  } catch {
    return undefined; // a private window, or a full disk
  }
}

export const keptFiles = {
  /** `entry`: {id, file}, or {id, attachment} once it is uploaded. */
  put: (entry) => files("readwrite", (store) => store.put({ ...entry, me, at: Date.now() })),
  remove: (id) => files("readwrite", (store) => store.delete(id)),

  /** Those of `ids` that are kept, in this order. What is old, or another person's, goes. */
  async get(ids) {
    const all = (await files("readonly", (store) => store.getAll())) ?? [];
    for (const { id, at, me: whose } of all) if (whose !== me || Date.now() - at > KEPT_MS) this.remove(id);
    const mine = new Map(all.filter((entry) => entry.me === me).map((entry) => [entry.id, entry]));
    return ids.flatMap((id) => mine.get(id) ?? []);
  },
};
