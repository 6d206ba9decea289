import { fromBase64, toHex, utf8Encode } from '@onelock/core/bytes';
import { type PublicKey, parsePublicKey, sm2DefaultUserId } from '@onelock/core/crypto';
import { isCodedError } from '@onelock/core/errors';
import type { Checkpoint, PublishedKey } from '../api.ts';
import type { Hashes } from './hashes.ts';

/** A key as the service publishes it, with the id computed here: first 16 hex digits of SM3 over the SubjectPublicKeyInfo. */
export interface ServiceKey {
  readonly id: string;
  readonly key: PublicKey;
}

/** The keys that are what they say they are. */
export function readKeys(published: readonly PublishedKey[], { gm }: Hashes): readonly ServiceKey[] {
  return published.flatMap(({ id, publicKey }) => {
    const spki = fromBase64(publicKey);
    return toHex(gm.digest('sm3', spki)).slice(0, 16) === id ? [{ id, key: parsePublicKey(spki) }] : [];
  });
}

/** Whether a checkpoint is signed by a published key: SM2 with SM3 (GB/T 32918.2, default user id) over its lines. */
export function isSigned(checkpoint: Checkpoint, keys: readonly ServiceKey[], { gm }: Hashes): boolean {
  const { log, size, sm3, sha256, at, signature } = checkpoint;
  const found = keys.find(({ id }) => id === checkpoint.key);
  if (found === undefined) return false;
  const text = `onelock-audit-checkpoint-v1\nlog ${log}\nsize ${size}\nsm3 ${sm3}\nsha256 ${sha256}\nat ${at}\n`;
  try {
    const algorithm = { kind: 'sm2-sm3', userId: sm2DefaultUserId } as const;
    return gm.verify(found.key, algorithm, utf8Encode(text), fromBase64(signature));
  } catch (error) {
    // A signature that is no DER is as good as a wrong one.
    if (isCodedError(error)) return false;
    throw error;
  }
}

const shapes = {
  version: (value: unknown) => value === 1,
  log: (value: unknown) => typeof value === 'string' && /^[0-9a-f]{32}$/.test(value),
  size: (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 1,
  sm3: isDigest,
  sha256: isDigest,
  at: (value: unknown) => typeof value === 'string' && value.length <= 40 && !Number.isNaN(Date.parse(value)),
  key: (value: unknown) => typeof value === 'string' && /^[0-9a-f]{16}$/.test(value),
  signature: (value: unknown) => typeof value === 'string' && /^[A-Za-z0-9+/]{1,200}={0,2}$/.test(value),
} as const satisfies Readonly<Record<keyof Checkpoint, (value: unknown) => boolean>>;

function isDigest(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

/** Most checkpoints that a file is read for, and most bytes of it. */
export const mostKept = 20_000;
export const mostKeptBytes = 16 * 1_048_576;

/** The checkpoints of a file as a witness keeps it, one JSON text a line, smallest first; and how many lines are none (a crash tears one). */
export function readKept(text: string): { readonly kept: readonly Checkpoint[]; readonly unread: number } {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const kept = lines.slice(0, mostKept).flatMap((line) => readLine(line) ?? []);
  return { kept: kept.toSorted((one, other) => one.size - other.size), unread: lines.length - kept.length };
}

function readLine(line: string): Checkpoint | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
  if (typeof value !== 'object' || value === null) return null;
  const named = value as Readonly<Record<string, unknown>>;
  return Object.entries(shapes).every(([name, fits]) => fits(named[name])) ? (value as Checkpoint) : null;
}
