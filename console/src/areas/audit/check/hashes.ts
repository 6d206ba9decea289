import { concatBytes } from '@onelock/core/bytes';
import type { CryptoOps } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';

/** The log keeps a tree of each: whoever trusts one of them need not trust the other. */
export const treeNames = ['sm3', 'sha256'] as const;
export type TreeName = (typeof treeNames)[number];
export type ForEachTree<T> = Readonly<Record<TreeName, T>>;

export type Hash = (...parts: readonly Uint8Array[]) => Promise<Uint8Array>;

/** What a browser computes by itself: SM3 and SM2 by our WASM engine, SHA-256 by Web Crypto. */
export interface Hashes extends ForEachTree<Hash> {
  readonly gm: CryptoOps;
}

let loading: Promise<Hashes> | undefined;

/** Fetched when something is checked for the first time, after the engine's known-answer tests. */
export function loadHashes(): Promise<Hashes> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Hashes> {
  const { createBrowserCrypto } = await import('@onelock/core/crypto/browser');
  const gm = await createBrowserCrypto();
  return { gm, sm3: async (...parts) => gm.digest('sm3', ...parts), sha256 };
}

async function sha256(...parts: readonly Uint8Array[]): Promise<Uint8Array> {
  // Pages that came without TLS from another machine have no Web Crypto.
  if (!isSecureContext) throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm: 'SHA-256' });
  return new Uint8Array(await crypto.subtle.digest('SHA-256', concatBytes(...parts) as BufferSource));
}
