import type { Params, Result } from '@onelock/core/contract';
import { cipherShapes } from '@onelock/core/crypto';
import { requireDeclared } from '@onelock/core/deviations';
import { CodedError, isCodedError } from '@onelock/core/errors';
import type { CallContext } from '../dispatch/call-context.ts';
import { createOpener } from '../files/content-stream-cipher.ts';
import { cipherId } from '../shapes/cipher-name.ts';
import { type AdmittedTicket, admitTicket, demandDigest } from '../tickets/admit-ticket.ts';
import { decryptInsideToken } from './decrypt-inside-token.ts';
import { demandDecryption } from './demand-capability.ts';
import { fileFacts, fileNameFact } from './file-signatures.ts';
import { type OpenTarget, openFileTarget, writeFileTarget } from './file-target.ts';
import { findShownKey, type ShownKey } from './find-key.ts';
import { cipherOf, digestOfKept, type KeptEnvelope, keepEnvelope } from './kept-envelope.ts';
import { findOpening, type Openable, unlessInvalid } from './open-with-token.ts';
import type { AgentParts } from './parts.ts';
import { progressOf } from './progress.ts';
import { shownContent } from './sign-parts.ts';
import { stated } from './stated.ts';
import { actWithKey } from './unlock-key.ts';

/** Decrypts a file only once the whole has been proven, as far as its cipher can be. */
export async function decryptFile(
  parts: AgentParts,
  params: Params<'decryptFile'>,
  context: CallContext,
): Promise<Result<'decryptFile'>> {
  const key = await findShownKey(parts, context, params.key);
  demandDecryption(key.target.present, 'decryptFile');
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
    const target = await openFileTarget(parts, context, params.target, nameWithout(kept.name));
    const act = actFor(key, kept, openable, params.display, ticket);
    if (!key.target.present.device.capabilities.includes('decrypt'))
      return await decryptInsideToken(parts, context, { act, key, kept, openable, target });
    const contentKey = await unwrapContentKey(parts, context, act, key, kept, openable);
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

/** A name for what was inside `name`. */
function nameWithout(name: string | null): string {
  const inner = (name ?? '').replace(/\.(?:p7m|p7e|env|enc)$/i, '');
  return inner === '' || inner === name ? `${name ?? 'file'}.decrypted` : inner;
}

function actFor(
  { target: { present, identityId } }: ShownKey,
  { name, handle, digest, spooled }: KeptEnvelope,
  { certificate }: Openable,
  display: Params<'decryptFile'>['display'],
  ticket: AdmittedTicket | null,
) {
  return {
    act: 'decryptFile',
    on: { present, identityId, certificate },
    stated: stated(display),
    ticket,
    content: shownContent('sm3', spooled.length, digest),
    facts: fileNameFact({ name, handle }),
  } as const;
}

async function unwrapContentKey(
  parts: AgentParts,
  context: CallContext,
  act: ReturnType<typeof actFor>,
  { target: { present } }: ShownKey,
  { envelope }: KeptEnvelope,
  { certificate, key: decryptionKey, prepared }: Openable,
): Promise<Uint8Array> {
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
  target: OpenTarget,
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
  return { file: fileFacts(written, 'sm3'), algorithm: cipherId(cipher) };
}

/** The key went away before it had opened anything: the envelope is kept for when it is back. */
function isInterruption({ code }: CodedError): boolean {
  return code === 'ERR_TOKEN_REMOVED' || code === 'ERR_TOKEN_SESSION_CLOSED' || code === 'ERR_DRIVER_CRASHED';
}
