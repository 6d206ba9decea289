import { fromBase64, fromHex, toBase64, utf8Encode } from '@onelock/core/bytes';
import { type CryptoOps, type PublicKey, sm2DefaultUserId } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import type { ServiceKey } from '../secrets/service-key.ts';
import type { ForEachTree } from './merkle-tree.ts';

/** What the log was at a moment: as many entries, under these heads. */
export interface TreeHead extends ForEachTree<string> {
  /** Names the log; two logs never share one. Hex. */
  readonly log: string;
  /** Entries. */
  readonly size: number;
  /** Heads, hex. */
  readonly sm3: string;
  readonly sha256: string;
}

/** A head with the service's word for it. Kept by witnesses, it finds a log that was rewritten or cut off. */
export interface Checkpoint extends TreeHead {
  readonly version: 1;
  readonly at: string;
  /** Id of the service's key. */
  readonly key: string;
  /** SM2 with SM3 (GB/T 32918.2, default user id) over {@link checkpointText}, DER, base64. */
  readonly signature: string;
}

/** The bytes that are signed: lines, so that a person reads them and anybody writes them. */
export function checkpointText({
  log,
  size,
  sm3,
  sha256,
  at,
}: Omit<Checkpoint, 'version' | 'key' | 'signature'>): Uint8Array {
  return utf8Encode(`onelock-audit-checkpoint-v1\nlog ${log}\nsize ${size}\nsm3 ${sm3}\nsha256 ${sha256}\nat ${at}\n`);
}

export function signCheckpoint(head: TreeHead, at: Date, key: ServiceKey): Checkpoint {
  const { log, size, sm3, sha256 } = head;
  const signed = { log, size, sm3, sha256, at: at.toISOString() };
  return { version: 1, ...signed, key: key.id, signature: toBase64(key.sign(checkpointText(signed))) };
}

/** Whether a checkpoint is by this key. A signature that is no DER is as good as a wrong one. */
export function checkpointIsBy(checkpoint: Checkpoint, key: PublicKey, ops: CryptoOps): boolean {
  try {
    return ops.verify(
      key,
      { kind: 'sm2-sm3', userId: sm2DefaultUserId },
      checkpointText(checkpoint),
      fromBase64(checkpoint.signature),
    );
  } catch (error) {
    if (error instanceof CodedError) return false;
    throw error;
  }
}

const fields = {
  version: (value: unknown) => value === 1,
  log: (value: unknown) => typeof value === 'string' && /^[0-9a-f]{32}$/.test(value),
  size: (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 0,
  sm3: isDigest,
  sha256: isDigest,
  at: (value: unknown) => typeof value === 'string' && !Number.isNaN(Date.parse(value)) && value.length <= 40,
  key: (value: unknown) => typeof value === 'string' && /^[0-9a-f]{16}$/.test(value),
  signature: (value: unknown) => typeof value === 'string' && value.length <= 200,
} as const satisfies Readonly<Record<keyof Checkpoint, (value: unknown) => boolean>>;

function isDigest(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value) && fromHex(value).length === 32;
}

/** A checkpoint out of a file; null for anything else. */
export function readCheckpoint(value: unknown): Checkpoint | null {
  if (typeof value !== 'object' || value === null) return null;
  const named = value as Readonly<Record<string, unknown>>;
  const whole = Object.entries(fields).every(([name, fits]) => fits(named[name]));
  return whole ? (value as Checkpoint) : null;
}
