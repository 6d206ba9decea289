import { toHex, utf8Encode } from '@onelock/core/bytes';
import { prepareSignedData } from '@onelock/core/cms';
import type { Params, Result } from '@onelock/core/contract';
import type { DigestAlgorithm } from '@onelock/core/crypto';
import { CodedError, isCodedError } from '@onelock/core/errors';
import type { TicketDigest } from '@onelock/core/ticket';
import type { SessionId } from '@onelock/drivers/port';
import type { BatchItem } from '../consent/question.ts';
import type { CallContext } from '../dispatch/call-context.ts';
import { plainLine } from '../shapes/plain-line.ts';
import { defaultAlgorithmId, signatureAlgorithmOf } from '../shapes/signature-algorithm.ts';
import { admitTicket, demandDigest } from '../tickets/admit-ticket.ts';
import { type ReadItem, readItem } from './batch-items.ts';
import { findSigningKey, type SigningKey, targetOf } from './find-key.ts';
import type { InterruptedBatch } from './interrupted-batches.ts';
import type { AgentParts } from './parts.ts';
import { progressOf } from './progress.ts';
import { refuseTimestamp, requireSame, signChecked, signingTimeOf } from './sign-parts.ts';
import { stated } from './stated.ts';
import { actWithKey } from './unlock-key.ts';

type Batch = Params<'signBatch'>;
type Outcome = Result<'signBatch'>['items'][number];

/** One consent that lists every item; each item has its own outcome, and an unplug loses nothing that was signed. */
export async function signBatch(parts: AgentParts, params: Batch, context: CallContext): Promise<Result<'signBatch'>> {
  refuseTimestamp(params.timestamp);
  demandDifferentIds(params.items);
  const key = await findSigningKey(parts, context, params.key);
  const algorithm = params.algorithm ?? defaultAlgorithmId(key.publicKey);
  signatureAlgorithmOf(key.publicKey, algorithm);
  const ticket = await admitTicket(parts, context, params.ticket, null);
  const items = await readItems(parts, context, key, params, ticket?.digest.algorithm);
  if (ticket !== null) demandDigest(ticket.digest, digestOfItems(parts, items, ticket.digest));
  const fingerprint = fingerprintOf(parts, key, params, items);
  const batch: InterruptedBatch =
    params.resume === undefined
      ? { origin: context.origin, fingerprint, signed: new Map() }
      : parts.batches.take(params.resume, context.origin, fingerprint);
  const open = items.filter(({ id }) => !batch.signed.has(id));
  const refused = new Map<string, CodedError>();
  const shown = open.map(({ title, bytes }): BatchItem => ({ title: plainLine(title), bytes }));
  const act = { act: 'signBatch', on: targetOf(key), stated: stated(params.display), ticket, items: shown } as const;
  if (open.length > 0) {
    const progress = progressOf(parts, context, 'items', items.length);
    const work = (session: SessionId): Promise<void> =>
      signItems(parts, { key, params: { ...params, algorithm }, session }, open, batch, refused, progress);
    try {
      await actWithKey(parts, context, act, 'sign', work);
    } catch (error) {
      if (!isCodedError(error) || !isInterruption(error)) throw error;
      const operation = parts.batches.keep(batch);
      const count = { done: batch.signed.size, total: items.length };
      throw new CodedError('ERR_CALL_INTERRUPTED', { operation, ...count }, { cause: error });
    }
  }
  return {
    algorithm,
    certificate: key.certificate.der,
    items: items.map(({ id }): Outcome => outcomeOf(id, batch.signed.get(id), refused.get(id))),
  };
}

interface BatchWork {
  readonly key: SigningKey;
  readonly params: Batch & { readonly algorithm: NonNullable<Batch['algorithm']> };
  readonly session: SessionId;
}

async function signItems(
  parts: AgentParts,
  work: BatchWork,
  items: readonly ReadItem[],
  batch: InterruptedBatch,
  refused: Map<string, CodedError>,
  progress: (done: number) => void,
): Promise<void> {
  for (const item of items) {
    try {
      batch.signed.set(item.id, await signItem(parts, work, item));
    } catch (error) {
      if (!isCodedError(error) || isInterruption(error)) throw error;
      refused.set(item.id, error);
    }
    progress(batch.signed.size + refused.size);
  }
}

async function signItem(parts: AgentParts, { key, params, session }: BatchWork, item: ReadItem): Promise<Uint8Array> {
  if (item.problem !== null) throw item.problem;
  const prepared = prepareSignedData(
    {
      content: item.content,
      detached: params.form !== 'attached',
      certificate: key.certificate,
      chain: [],
      signingTime: signingTimeOf(parts.now()),
      family: params.family,
    },
    parts.ops,
  );
  requireSame(signatureAlgorithmOf(key.publicKey, params.algorithm), prepared.algorithm, params.algorithm);
  return prepared.assemble(await signChecked(parts, key, session, prepared.algorithm, prepared.toBeSigned));
}

async function readItems(
  parts: AgentParts,
  context: CallContext,
  key: SigningKey,
  params: Batch,
  alsoBy: DigestAlgorithm | undefined,
): Promise<readonly ReadItem[]> {
  const read: ReadItem[] = [];
  for (const item of params.items) read.push(await readItem(parts, context, key, params, item, alsoBy));
  return read;
}

/** What a ticket for a batch is over: the digests of its items, one after the other. An item that could not be read has none. */
function digestOfItems({ ops }: AgentParts, items: readonly ReadItem[], { algorithm }: TicketDigest): Uint8Array {
  return ops.digest(algorithm, ...items.map(({ also }) => also ?? new Uint8Array(0)));
}

/** The key went away or its driver did; the person or the page may bring the batch to its end later. */
function isInterruption({ code }: CodedError): boolean {
  return (
    code === 'ERR_TOKEN_REMOVED' ||
    code === 'ERR_TOKEN_SESSION_CLOSED' ||
    code === 'ERR_DRIVER_CRASHED' ||
    code === 'ERR_DRIVER_TIMEOUT'
  );
}

function outcomeOf(id: string, message: Uint8Array | undefined, problem: CodedError | undefined): Outcome {
  if (message !== undefined) return { outcome: 'signed', id, message };
  const { code, params } = problem ?? new CodedError('ERR_AGENT_INTERNAL');
  return { outcome: 'failed', id, reason: { code, params } };
}

/** @throws {CodedError} ERR_CALL_PARAMS_INVALID */
function demandDifferentIds(items: Batch['items']): void {
  const seen = new Set<string>();
  for (const [index, { id }] of items.entries()) {
    if (seen.has(id))
      throw new CodedError('ERR_CALL_PARAMS_INVALID', {
        call: 'signBatch',
        field: `/items/${index}/id`,
        rule: 'unique in the batch',
      });
    seen.add(id);
  }
}

function fingerprintOf({ ops }: AgentParts, key: SigningKey, params: Batch, items: readonly ReadItem[]): string {
  const { form, family, algorithm, display } = params;
  const listed = items.map(({ id, title, digest }) => [id, title, digest === null ? null : toHex(digest)]);
  const text = JSON.stringify([
    toHex(ops.digest('sha256', key.certificate.der)),
    form,
    family,
    algorithm,
    display,
    listed,
  ]);
  return toHex(ops.digest('sha256', utf8Encode(text)));
}
