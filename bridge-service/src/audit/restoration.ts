import { fromBase64, toBase64, utf8Encode } from '@onelock/core/bytes';
import { type CryptoOps, type PublicKey, sm2DefaultUserId } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import type { ServiceKey } from '../secrets/service-key.ts';
import type { AuditEntry } from '../services/ports/records.ts';
import type { AuditEntryWithDetails } from '../services/ports/store.ts';
import type { TreeHead } from './checkpoint.ts';
import type { ForEachTree } from './merkle-tree.ts';

/**
 * The act by which a log that lost its end says so (docs/adr/0036): from its entry on it goes on under another name, so that no checkpoint of
 * before is taken for one of after.
 */
export const restorationAction = 'audit.declare-restoration';

/** What the entry's target says, which no retention erases. */
export interface Restoration {
  /** Name of the log until then. */
  readonly log: string;
  /** Entries that are there as they were. */
  readonly kept: number;
  /** The last entry that is known to have been: those from `kept + 1` to it are lost. */
  readonly lostTo: number;
  /** Entries when it was declared: those after `kept` were written since, before anybody declared anything. */
  readonly written: number;
  /** Name of the log from its entry on. */
  readonly next: string;
}

/** What stands beside it. Not erased by retention: every witness of the lost end needs it. */
export interface RestorationDetails {
  readonly reason: string;
  readonly by: string;
  /** The second person, where there was one. */
  readonly approvedBy: string | null;
  /** Heads of the log as it was written until then, hex. */
  readonly heads: ForEachTree<string>;
  /** Each checkpoint that the log no longer agrees with. */
  readonly lost: readonly LostHead[];
  /** Id of the service's key. */
  readonly key: string;
  /** SM2 with SM3 (GB/T 32918.2, default user id) over {@link restorationText}, DER, base64. */
  readonly signature: string;
}

/** A head of the lost end. */
export type LostHead = readonly [log: string, size: number, sm3: string, sha256: string];

export const lostHeadOf = ({ log, size, sm3, sha256 }: TreeHead): LostHead => [log, size, sm3, sha256];

export function restorationTarget({ log, kept, lostTo, written, next }: Restoration): string {
  return `log ${log} kept ${kept} lost ${kept + 1}-${lostTo} written ${written} next ${next}`;
}

const targetForm =
  /^log ([0-9a-f]{32}) kept (\d{1,15}) lost (\d{1,15})-(\d{1,15}) written (\d{1,15}) next ([0-9a-f]{32})$/;

/** What an entry declares; null for any other act, `unreadable` for one that does so in no form of ours. */
export function restorationOf({
  action,
  target,
  outcome,
}: Pick<AuditEntry, 'action' | 'target' | 'outcome'>): Restoration | 'unreadable' | null {
  if (action !== restorationAction || outcome !== 'done') return null;
  const [, log, kept, from, to, written, next] = targetForm.exec(target) ?? [];
  if (log === undefined || next === undefined || Number(from) !== Number(kept) + 1) return 'unreadable';
  return { log, kept: Number(kept), lostTo: Number(to), written: Number(written), next };
}

/** The bytes that are signed: a domain line, then a JSON list of everything that is declared. */
export function restorationText(
  restoration: Restoration,
  at: string,
  { reason, by, approvedBy, heads, lost }: Omit<RestorationDetails, 'key' | 'signature'>,
): Uint8Array {
  const said = [restorationTarget(restoration), at, reason, by, approvedBy, heads.sm3, heads.sha256, lost];
  return utf8Encode(`onelock-audit-restoration-v1\n${JSON.stringify(said)}`);
}

export function signRestoration(
  restoration: Restoration,
  at: string,
  said: Omit<RestorationDetails, 'key' | 'signature'>,
  key: ServiceKey,
): RestorationDetails {
  return { ...said, key: key.id, signature: toBase64(key.sign(restorationText(restoration, at, said))) };
}

/** Whether a declaration is by this key. */
export function restorationIsBy(
  restoration: Restoration,
  at: string,
  details: RestorationDetails,
  key: PublicKey,
  ops: CryptoOps,
): boolean {
  try {
    const algorithm = { kind: 'sm2-sm3', userId: sm2DefaultUserId } as const;
    return ops.verify(key, algorithm, restorationText(restoration, at, details), fromBase64(details.signature));
  } catch (error) {
    if (error instanceof CodedError) return false;
    throw error;
  }
}

const isHex = (value: unknown, digits: number): value is string =>
  typeof value === 'string' && value.length === digits && /^[0-9a-f]*$/.test(value);
const isText = (value: unknown): value is string => typeof value === 'string';

/** What stands beside the entry of a declaration; null for what is none. */
export function readRestorationDetails({ details }: Pick<AuditEntryWithDetails, 'details'>): RestorationDetails | null {
  if (details === null) return null;
  const value = parseDetails(details.details)?.restoration;
  if (typeof value !== 'object' || value === null) return null;
  const { reason, by, approvedBy, heads, lost, key, signature } = value;
  const whole =
    [reason, by, signature].every(isText) &&
    (approvedBy === null || isText(approvedBy)) &&
    isHex(key, 16) &&
    isHex(heads?.sm3, 64) &&
    isHex(heads?.sha256, 64) &&
    Array.isArray(lost) &&
    lost.every(isLostHead);
  return whole ? (value as RestorationDetails) : null;
}

function parseDetails(text: string): { readonly restoration?: Partial<RestorationDetails> | null } | null {
  try {
    return JSON.parse(text) as { readonly restoration?: Partial<RestorationDetails> | null } | null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function isLostHead(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 4) return false;
  const [log, size, sm3, sha256] = value;
  return isHex(log, 32) && Number.isSafeInteger(size) && isHex(sm3, 64) && isHex(sha256, 64);
}
