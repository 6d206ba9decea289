import { concatBytes } from '@onelock/core/bytes';
import { type EnvelopedData, parseEnvelope, prepareSealing, readEnvelopeFrame } from '@onelock/core/cms';
import type { Params, Result } from '@onelock/core/contract';
import { type CipherName, cipherShapes } from '@onelock/core/crypto';
import { requireDeclared } from '@onelock/core/deviations';
import { CodedError, isCodedError } from '@onelock/core/errors';
import type { TicketDigest } from '@onelock/core/ticket';
import { describeSubject, parseCertificate } from '@onelock/core/x509';
import type { CallContext, Handlers } from '../dispatch/call-context.ts';
import { createOpener, createSealer } from '../files/content-stream-cipher.ts';
import type { SpooledFile } from '../files/spool.ts';
import { cipherId, sealingCipher } from '../shapes/cipher-name.ts';
import { type AdmittedTicket, admitTicket, demandDigest } from '../tickets/admit-ticket.ts';
import { demandCapability } from './demand-capability.ts';
import { fileFacts, fileNameFact } from './file-signatures.ts';
import { readFileSource } from './file-source.ts';
import { demandStreamTarget, writeFileTarget } from './file-target.ts';
import { findShownKey, type ShownKey } from './find-key.ts';
import { findOpening, type Openable, unlessInvalid } from './open-with-token.ts';
import type { AgentParts } from './parts.ts';
import { progressOf } from './progress.ts';
import { shownContent } from './sign-parts.ts';
import { stated } from './stated.ts';
import { actWithKey } from './unlock-key.ts';

/** More than all recipients of a message take. */
const maxHeadBytes = 1024 * 1024;
/** What stands after a ciphertext: attributes and a tag. */
const maxTailBytes = 64 * 1024;

/** Files pass through in pieces: encrypted as they come, decrypted only once the whole has been proven. */
export function fileEnvelopes(parts: AgentParts) {
  return {
    encryptFile: (params, context: CallContext) => encryptFile(parts, params, context),
    decryptFile: (params, context: CallContext) => decryptFile(parts, params, context),
  } satisfies Handlers;
}

async function encryptFile(
  parts: AgentParts,
  params: Params<'encryptFile'>,
  context: CallContext,
): Promise<Result<'encryptFile'>> {
  const recipients = params.recipients.map((der) => parseCertificate(der));
  const target = demandStreamTarget(context, params.target);
  const file = readFileSource(context, params.file);
  const national = recipients.every(({ publicKey }) => publicKey.kind === 'sm2');
  // A file is authenticated unless somebody asks otherwise.
  const algorithm = params.algorithm ?? (national ? 'SM4-GCM' : 'AES-256-GCM');
  const input = { recipients, cipher: sealingCipher(algorithm), contentLength: file.size };
  const sealing = prepareSealing(input, parts.ops, parts.ciphers);
  const sealer = createSealer(parts.ops, sealing.cipher, sealing.contentKey, sealing.iv);
  sealing.contentKey.fill(0);
  const digestAlgorithm = national ? 'sm3' : 'sha256';
  const progress = progressOf(parts, context, 'bytes', file.size);
  let done = 0;
  const written = await writeFileTarget(parts, context, target, digestAlgorithm, async (to) => {
    await to.write(sealing.head);
    for await (const chunk of file.chunks) {
      await to.write(sealer.update(chunk));
      done += chunk.length;
      progress(done);
    }
    const { rest, tag } = sealer.finish();
    await to.write(rest);
    await to.write(sealing.tail(tag));
  });
  return {
    file: fileFacts({ name: file.name, ...written }, digestAlgorithm),
    algorithm,
    recipients: recipients.map(describeSubject),
  };
}

/** An envelope that waits, whole, for its key. */
export interface KeptEnvelope {
  readonly spooled: SpooledFile;
  readonly name: string | null;
  readonly digest: Uint8Array;
  readonly envelope: EnvelopedData;
  readonly ciphertextAt: number;
  readonly ciphertextEnd: number;
}

async function decryptFile(
  parts: AgentParts,
  params: Params<'decryptFile'>,
  context: CallContext,
): Promise<Result<'decryptFile'>> {
  const key = await findShownKey(parts, context, params.key);
  demandCapability(key.target.present, 'decrypt', 'decryptFile');
  const target = demandStreamTarget(context, params.target);
  // Before a large file has come in: a ticket does not live for long.
  const ticket = await admitTicket(parts, context, params.ticket, null);
  const kept =
    params.resume === undefined
      ? await keepEnvelope(parts, context, params.file)
      : parts.keptEnvelopes.take(params.resume, context.origin);
  let outlives = false;
  try {
    if (ticket !== null) demandDigest(ticket.digest, await digestOfKept(parts, kept, ticket.digest));
    const openable = findOpening(parts, key, kept.envelope, new Uint8Array(0));
    const contentKey = await unwrapContentKey(parts, context, key, { ...params, ticket }, kept, openable);
    try {
      return await handOut(parts, context, target, kept, contentKey);
    } finally {
      contentKey.fill(0);
    }
  } catch (error) {
    if (!isCodedError(error) || !isInterruption(error)) throw error;
    outlives = true;
    const operation = parts.keptEnvelopes.keep(context.origin, kept);
    throw new CodedError('ERR_CALL_INTERRUPTED', { operation, done: 0, total: kept.spooled.length }, { cause: error });
  } finally {
    if (!outlives) await kept.spooled.release();
  }
}

/** Takes the whole envelope in, and looks into it only as far as its recipients. */
async function keepEnvelope(
  parts: AgentParts,
  context: CallContext,
  source: Params<'decryptFile'>['file'],
): Promise<KeptEnvelope> {
  const file = readFileSource(context, source);
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
    return { spooled, name: file.name, digest: running.digest(), envelope, ciphertextAt, ciphertextEnd };
  } catch (error) {
    await spooled.release();
    throw error;
  }
}

/** What came in, by the algorithm that a ticket names. */
async function digestOfKept({ ops }: AgentParts, kept: KeptEnvelope, { algorithm }: TicketDigest): Promise<Uint8Array> {
  if (algorithm === 'sm3') return kept.digest;
  const running = ops.createDigest(algorithm);
  for await (const chunk of kept.spooled.read(0, kept.spooled.length)) running.update(chunk);
  return running.digest();
}

async function unwrapContentKey(
  parts: AgentParts,
  context: CallContext,
  key: ShownKey,
  { display, ticket }: Pick<Params<'decryptFile'>, 'display'> & { readonly ticket: AdmittedTicket | null },
  { envelope, name, digest, spooled }: KeptEnvelope,
  { certificate, key: decryptionKey, prepared }: Openable,
): Promise<Uint8Array> {
  const { present, identityId } = key.target;
  const act = {
    act: 'decryptFile',
    on: { present, identityId, certificate },
    stated: stated(display),
    ticket,
    content: shownContent('sm3', spooled.length, digest),
    facts: fileNameFact(name),
  } as const;
  const { keyLength } = cipherShapes[cipherOf(envelope)];
  return actWithKey(parts, context, act, 'decrypt', async (session) => {
    for (const { scheme, encryptedKey, deviations } of prepared.readings) {
      const contentKey = await unlessInvalid(present.driver.decrypt(session, decryptionKey, scheme, encryptedKey));
      if (contentKey === undefined) continue;
      requireDeclared([...envelope.deviations, ...deviations], certificate.issuer, { at: parts.now() });
      if (contentKey.length === keyLength) return contentKey;
    }
    // A key that opens nothing: what was not unwrapped fails as what does not decrypt.
    return parts.ops.random(keyLength);
  });
}

/** Proves the whole first, without a word of it leaving; then decrypts it once more into the page's hands. */
async function handOut(
  parts: AgentParts,
  context: CallContext,
  target: ReturnType<typeof demandStreamTarget>,
  kept: KeptEnvelope,
  contentKey: Uint8Array,
): Promise<Result<'decryptFile'>> {
  const { envelope, spooled, ciphertextAt, ciphertextEnd } = kept;
  const cipher = cipherOf(envelope);
  const aad = envelope.authentication?.attributesDer ?? new Uint8Array(0);
  const tag = envelope.authentication?.tag ?? null;
  const decrypt = async (take: (plain: Uint8Array) => Promise<void> | void): Promise<void> => {
    const opener = createOpener(parts.ops, cipher, contentKey, envelope.content.encryption.iv, aad);
    for await (const chunk of spooled.read(ciphertextAt, ciphertextEnd)) await take(opener.update(chunk));
    await take(opener.finish(tag));
  };
  await decrypt((plain) => void plain.fill(0));
  const progress = progressOf(parts, context, 'bytes', ciphertextEnd - ciphertextAt);
  let done = 0;
  const written = await writeFileTarget(parts, context, target, 'sm3', (to) =>
    decrypt(async (plain) => {
      await to.write(plain);
      done += plain.length;
      progress(done);
    }),
  );
  return { file: fileFacts({ name: null, ...written }, 'sm3'), algorithm: cipherId(cipher) };
}

/** @throws {CodedError} ERR_CRYPTO_ALGORITHM_UNSUPPORTED, also for a GCM cipher without a tag or a tag without one */
function cipherOf({ kind, content, authentication }: EnvelopedData): CipherName {
  const { cipher, oid } = content.encryption;
  if (cipher === undefined) throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm: oid });
  if ((cipherShapes[cipher].mode === 'gcm') !== (authentication !== null))
    throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm: `${kind} ${cipher}` });
  return cipher;
}

/** The key went away before it had opened anything: the envelope is kept for when it is back. */
function isInterruption({ code }: CodedError): boolean {
  return code === 'ERR_TOKEN_REMOVED' || code === 'ERR_TOKEN_SESSION_CLOSED' || code === 'ERR_DRIVER_CRASHED';
}

async function gather(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return concatBytes(...parts);
}
