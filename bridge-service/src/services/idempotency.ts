import { createCipheriv, createDecipheriv } from 'node:crypto';
import { concatBytes, toHex, utf8Decode, utf8Encode } from '@onelock/core/bytes';
import { createNodeCiphers } from '@onelock/core/crypto/node';
import { CodedError } from '@onelock/core/errors';
import type { Ports } from './ports/ports.ts';
import type { Repositories, UnitOfWork } from './ports/store.ts';

/** One write that may be sent again. */
export interface IdempotentWrite {
  readonly callerId: string;
  /** Of the caller: the key that answers are kept under derives from it, so the database alone opens none. */
  readonly token: string;
  readonly key: string;
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
}

/** Thrown out of a transaction when another request with the same key has finished first; carries its answer. */
export class AlreadyAnswered extends Error {
  readonly answer: unknown;
  constructor(answer: unknown) {
    super('already answered');
    this.answer = answer;
  }
}

type IdempotencyPorts = Pick<Ports, 'store' | 'ops' | 'clock'>;

/**
 * The kept answer to this write, or undefined when it is new.
 *
 * @throws {CodedError} ERR_REQUEST_IDEMPOTENCY_MISMATCH when the key was used for another request, or by another credential of the caller, which
 *   alone opens the answer
 */
export async function findAnswer(
  { ops }: IdempotencyPorts,
  repositories: Pick<Repositories, 'idempotency'>,
  write: IdempotentWrite,
): Promise<{ readonly answer: unknown } | undefined> {
  const known = await repositories.idempotency.find(write.callerId, keyDigest(ops, write));
  if (known === null) return undefined;
  if (known.requestDigest !== requestDigest(ops, write)) throw new CodedError('ERR_REQUEST_IDEMPOTENCY_MISMATCH');
  const answer = open(ops, known.answer, write);
  if (answer === undefined) throw new CodedError('ERR_REQUEST_IDEMPOTENCY_MISMATCH');
  return { answer: JSON.parse(utf8Decode(answer)) };
}

/**
 * A unit of work that keeps what it returns as the answer to this key, in the same transaction: an effect without its answer
 * or an answer without its effect cannot be. Of two requests at once one does the work and the other gets its answer.
 */
export function idempotentTransaction(ports: IdempotencyPorts, write: IdempotentWrite): UnitOfWork {
  const { store, ops, clock } = ports;
  return (work, foreseen) =>
    store.transaction(async (repositories) => {
      const known = await findAnswer(ports, repositories, write);
      if (known !== undefined) throw new AlreadyAnswered(known.answer);
      const result = await work(repositories);
      await repositories.idempotency.add({
        callerId: write.callerId,
        keyDigest: keyDigest(ops, write),
        requestDigest: requestDigest(ops, write),
        answer: seal(ops, utf8Encode(JSON.stringify(result)), write),
        createdAt: clock().toISOString(),
      });
      return result;
    }, foreseen);
}

function keyDigest(ops: Ports['ops'], { key }: IdempotentWrite): string {
  return toHex(ops.digest('sha256', utf8Encode(key)));
}

function requestDigest(ops: Ports['ops'], { method, url, body }: IdempotentWrite): string {
  return toHex(ops.digest('sha256', utf8Encode(`${method} ${url}\n${canonicalJson(body)}`)));
}

/** JSON with the names of objects in order: the same request however a client happened to order it. */
export function canonicalJson(value: unknown): string {
  return (
    JSON.stringify(value, (_name, inner: unknown) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
        : inner,
    ) ?? 'null'
  );
}

// An answer may carry a fresh token, which is to be kept nowhere in clear: AES-256-GCM under HKDF(bearer token, salt).
const saltLength = 16;
const nonceLength = 12;
const tagLength = 16;

const purpose = utf8Encode('onelock idempotent answer v1');

const answerKey = (ops: Ports['ops'], token: string, salt: Uint8Array): Uint8Array =>
  createNodeCiphers(ops).hkdf('sha256', utf8Encode(token), salt, purpose, 32);

/** salt(16) ‖ nonce(12) ‖ ciphertext ‖ tag(16) */
function seal(ops: Ports['ops'], answer: Uint8Array, { token }: IdempotentWrite): Uint8Array {
  const salt = ops.random(saltLength);
  const nonce = ops.random(nonceLength);
  const cipher = createCipheriv('aes-256-gcm', answerKey(ops, token, salt), nonce);
  return concatBytes(salt, nonce, cipher.update(answer), cipher.final(), cipher.getAuthTag());
}

/** undefined under another token than the one it was sealed under. */
function open(ops: Ports['ops'], sealed: Uint8Array, { token }: IdempotentWrite): Uint8Array | undefined {
  const nonceEnd = saltLength + nonceLength;
  const decipher = createDecipheriv(
    'aes-256-gcm',
    answerKey(ops, token, sealed.subarray(0, saltLength)),
    sealed.subarray(saltLength, nonceEnd),
  );
  decipher.setAuthTag(sealed.subarray(sealed.length - tagLength));
  const opened = decipher.update(sealed.subarray(nonceEnd, sealed.length - tagLength));
  try {
    return concatBytes(opened, decipher.final());
  } catch {
    return undefined;
  }
}
