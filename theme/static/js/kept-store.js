// Files that are not with the server yet, in IndexedDB: a reload does not lose them. Where there is none (a private
// window, a full disk) nothing is kept and nothing fails.

const KEPT_MS = 86_400_000;
const me = document.body.dataset.user ?? "";

/** The store of one purpose. What is older than a day, or another person's, is not given and goes when it is met. */
export function keptStore(name) {
  let opening = null;

  function database() {
    opening ??= new Promise((resolve, reject) => {
      const request = indexedDB.open(name, 1);
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

  const remove = (id) => files("readwrite", (store) => store.delete(id));

  return {
    /** `entry`: {id, file}, with whatever else belongs to it. */
    put: (entry) => files("readwrite", (store) => store.put({ ...entry, me, at: Date.now() })),
    remove,

    /** Those of `ids` that are kept, in this order. */
    async get(ids) {
      const all = (await files("readonly", (store) => store.getAll())) ?? [];
      for (const { id, at, me: whose } of all) if (whose !== me || Date.now() - at > KEPT_MS) remove(id);
      const mine = new Map(all.filter((entry) => entry.me === me).map((entry) => [entry.id, entry]));
      return ids.flatMap((id) => mine.get(id) ?? []);
    },
  };
}
