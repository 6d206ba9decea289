/** What this phone keeps of one certificate and its key. */
export interface Kept {
  /** As the service knows this phone. */
  readonly id: string;
  /** Shown to the service with each request. */
  readonly secret: string;
  readonly company: string;
  readonly creditCode: string;
  readonly authority: string;
  readonly salt: Uint8Array<ArrayBuffer>;
  /** The private key, wrapped under the PIN and the service's share. */
  readonly wrapped: Uint8Array<ArrayBuffer>;
  readonly publicKey: Uint8Array<ArrayBuffer>;
  /** The application that it came by, and the key that opens it. */
  readonly application: { readonly id: string; readonly key: string } | null;
  /** DER; null until the CA has issued it. */
  readonly certificate: Uint8Array<ArrayBuffer> | null;
  readonly notAfter: string | null;
  readonly createdAt: string;
}

const databaseName = 'onelock-phone';
const storeName = 'keys';

/** Newest first. */
export async function keptKeys(): Promise<readonly Kept[]> {
  const all = await within('readonly', (store) => store.getAll() as IDBRequest<Kept[]>);
  return all.toSorted((one, other) => other.createdAt.localeCompare(one.createdAt));
}

export async function keep(one: Kept): Promise<void> {
  await within('readwrite', (store) => store.put(one));
  // Asked for, not relied on: a browser that is short of room may still throw everything away.
  await navigator.storage?.persist?.();
}

export async function forget(id: string): Promise<void> {
  await within('readwrite', (store) => store.delete(id));
}

async function within<Result>(
  mode: IDBTransactionMode,
  act: (store: IDBObjectStore) => IDBRequest<Result>,
): Promise<Result> {
  const opening = indexedDB.open(databaseName, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(storeName, { keyPath: 'id' });
  const database = await answered(opening);
  try {
    return await answered(act(database.transaction(storeName, mode).objectStore(storeName)));
  } finally {
    database.close();
  }
}

const answered = <Result>(request: IDBRequest<Result>): Promise<Result> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
