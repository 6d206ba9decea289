import type { KeptItem } from './records.ts';

/** Keeps what judgements were made from encrypted: the database alone does not tell what anybody signed. */
export interface EvidenceSeal {
  /** Names the key that seals: first 16 hex digits of its SM3. */
  readonly keyId: string;
  /** How many keys were given: more than one while they are being changed. */
  readonly keys: number;
  /** Whether what this key has sealed can be opened. */
  knows(keyId: string): boolean;
  /** @param digest  of the bytes, hex: its place. Sealed bytes open nowhere else */
  seal(digest: string, bytes: Uint8Array): Uint8Array;
  /** null for what was altered, or moved to another place. @throws {UnknownSeal} for a key that nobody has given */
  open(item: KeptItem): Uint8Array | null;
}
