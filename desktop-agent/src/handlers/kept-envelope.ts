import { concatBytes } from '@onelock/core/bytes';
import { type EnvelopedData, parseEnvelope, readEnvelopeFrame } from '@onelock/core/cms';
import type { Params } from '@onelock/core/contract';
import { type CipherName, cipherShapes } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import type { TicketDigest } from '@onelock/core/ticket';
import type { CallContext } from '../dispatch/call-context.ts';
import type { SpooledFile } from '../files/spool.ts';
import { openFileSource } from './file-source.ts';
import type { AgentParts } from './parts.ts';
import { progressOf } from './progress.ts';

/** More than all recipients of a message take. */
const maxHeadBytes = 1024 * 1024;
/** What stands after a ciphertext: attributes and a tag. */
const maxTailBytes = 64 * 1024;

/** An envelope that waits, whole, for its key. */
export interface KeptEnvelope {
  readonly spooled: SpooledFile;
  readonly name: string | null;
  readonly handle: string | null;
  readonly digest: Uint8Array;
  readonly envelope: EnvelopedData;
  readonly ciphertextAt: number;
  readonly ciphertextEnd: number;
}

/** Takes the whole envelope in, and looks into it only as far as its recipients. */
export async function keepEnvelope(
  parts: AgentParts,
  context: CallContext,
  source: Params<'decryptFile'>['file'],
): Promise<KeptEnvelope> {
  const file = await openFileSource(parts, context, source);
  const running = parts.ops.createDigest('sm3');
  const progress = progressOf(parts, context, 'bytes', file.size);
  let done = 0;
  async function* passing(): AsyncGenerator<Uint8Array> {
    for await (const chunk of file.chunks) {
      running.update(chunk);
      done += chunk.length;
      progress(done);
      yield chunk;
    }
  }
  const spooled = await parts.spool.keep(passing());
  try {
    const head = await gather(spooled.read(0, Math.min(maxHeadBytes, spooled.length)));
    const frame = readEnvelopeFrame(head);
    const ciphertextEnd = frame === undefined ? 0 : frame.ciphertextAt + frame.ciphertextLength;
    if (frame === undefined || frame.length !== spooled.length || frame.length - ciphertextEnd > maxTailBytes)
      throw new CodedError('ERR_ENVELOPE_MALFORMED', { field: 'encryptedContent', offset: head.length });
    const envelope = parseEnvelope(frame.withoutCiphertext(await gather(spooled.read(ciphertextEnd, frame.length))));
    const { ciphertextAt } = frame;
    return {
      spooled,
      name: file.name,
      handle: file.handle,
      digest: running.digest(),
      envelope,
      ciphertextAt,
      ciphertextEnd,
    };
  } catch (error) {
    await spooled.release();
    throw error;
  }
}

/** What came in, by the algorithm that a ticket names. */
export async function digestOfKept(
  { ops }: AgentParts,
  kept: KeptEnvelope,
  { algorithm }: TicketDigest,
): Promise<Uint8Array> {
  if (algorithm === 'sm3') return kept.digest;
  const running = ops.createDigest(algorithm);
  for await (const chunk of kept.spooled.read(0, kept.spooled.length)) running.update(chunk);
  return running.digest();
}

/** The last two blocks of the ciphertext, or what there is of them: enough to see whether it opens. */
export function endOfCiphertext({ envelope, spooled, ciphertextAt, ciphertextEnd }: KeptEnvelope): Promise<Uint8Array> {
  const { ivLength } = cipherShapes[cipherOf(envelope)];
  return gather(spooled.read(Math.max(ciphertextAt, ciphertextEnd - 2 * ivLength), ciphertextEnd));
}

/** @throws {CodedError} ERR_CRYPTO_ALGORITHM_UNSUPPORTED, also for a GCM cipher without a tag or a tag without one */
export function cipherOf({ kind, content, authentication }: EnvelopedData): CipherName {
  const { cipher, oid } = content.encryption;
  if (cipher === undefined) throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm: oid });
  if ((cipherShapes[cipher].mode === 'gcm') !== (authentication !== null))
    throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm: `${kind} ${cipher}` });
  return cipher;
}

export async function gather(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return concatBytes(...parts);
}
