/** What the tabs keep in this browser, in IndexedDB: recordings and their model, lessons and a hand. */

/** One recording of a word, or of none. */
export interface Kept {
  /** Its key. */
  readonly id?: number;
  /** Which row of the page it belongs to. */
  readonly row: number;
  readonly samples: Float32Array<ArrayBuffer>;
  readonly rate: number;
}

const NAME = "unrolled-words";
const VERSION = 1;

function asked<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("the browser keeps nothing"));
  });
}

function opened(): Promise<IDBDatabase> {
  const request = indexedDB.open(NAME, VERSION);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("recordings", { keyPath: "id", autoIncrement: true });
    request.result.createObjectStore("notes");
  };
  return asked(request);
}

/** What is kept. Where the browser keeps nothing (a private window), it lasts as long as the page. */
export class Store {
  readonly #database: Promise<IDBDatabase | undefined> = opened().catch(() => undefined);

  /** All recordings, the oldest first. */
  async recordings(): Promise<Kept[]> {
    return (await this.#on<Kept[]>("recordings", "readonly", (store) => store.getAll())) ?? [];
  }

  /** Keeps a recording; its key. */
  async add(recording: Kept): Promise<number | undefined> {
    return (await this.#on("recordings", "readwrite", (store) => store.add(recording))) as number | undefined;
  }

  /** Forgets a recording. */
  async remove(id: number): Promise<void> {
    await this.#on("recordings", "readwrite", (store) => store.delete(id));
  }

  /** A note: names of words, the model. */
  note<T>(key: string): Promise<T | undefined> {
    return this.#on<T>("notes", "readonly", (store) => store.get(key));
  }

  /** Keeps a note. */
  async keep(key: string, value: unknown): Promise<void> {
    await this.#on("notes", "readwrite", (store) => store.put(value, key));
  }

  async #on<T>(
    name: string,
    mode: IDBTransactionMode,
    use: (store: IDBObjectStore) => IDBRequest,
  ): Promise<T | undefined> {
    const database = await this.#database;
    if (!database) return undefined;
    return asked(use(database.transaction(name, mode).objectStore(name))) as Promise<T>;
  }
}
