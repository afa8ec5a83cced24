// Files on their way into a record, kept in IndexedDB by the id of their upload, so that a reload goes on by itself.
// Without IndexedDB (a private window, a full disk) the same file is asked for again.

const KEPT_MS = 86_400_000;
const me = document.body.dataset.user ?? "";
let opening = null;

function database() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("record-uploads", 1);
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
    return undefined;
  }
}

export const keptUploads = {
  put: (id, file) => files("readwrite", (store) => store.put({ id, file, me, at: Date.now() })),
  remove: (id) => files("readwrite", (store) => store.delete(id)),

  /** The file of this upload, when it is this person's and not too old. */
  async get(id) {
    const entry = await files("readonly", (store) => store.get(id));
    if (entry && (entry.me !== me || Date.now() - entry.at > KEPT_MS)) {
      this.remove(id);
      return undefined;
    }
    return entry?.file;
  },
};
