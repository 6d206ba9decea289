import type { Result } from '@onelock/core/contract';
import { requireDeclared } from '@onelock/core/deviations';
import { CodedError } from '@onelock/core/errors';
import { contentCiphers, type SessionId } from '@onelock/drivers/port';
import type { CallContext } from '../dispatch/call-context.ts';
import { cipherId } from '../shapes/cipher-name.ts';
import { fileFacts } from './file-signatures.ts';
import { type OpenTarget, writeFileTarget } from './file-target.ts';
import type { ShownKey } from './find-key.ts';
import { cipherOf, endOfCiphertext, gather, type KeptEnvelope } from './kept-envelope.ts';
import type { KeyAct } from './key-act.ts';
import { type Openable, readingThatOpens } from './open-with-token.ts';
import type { AgentParts } from './parts.ts';
import { progressOf } from './progress.ts';
import { actWithKey } from './unlock-key.ts';

/** What the token decrypts at once: whole blocks, and little enough that progress shows. */
const partBytes = 64 * 1024;

/**
 * Decrypts a file whose content key never leaves the token: the token decrypts the content itself, piece by piece, in one
 * session. Such ciphers prove nothing but their padding, which stands at the end and is looked at first.
 *
 * @throws {CodedError} ERR_TOKEN_ALGORITHM_UNSUPPORTED for a content that tokens have no cipher for;
 *   ERR_ENVELOPE_CONTENT_INVALID, before anything is handed out
 */
export async function decryptInsideToken(
  parts: AgentParts,
  context: CallContext,
  file: {
    readonly act: KeyAct;
    readonly key: ShownKey;
    readonly kept: KeptEnvelope;
    readonly openable: Openable;
    readonly target: OpenTarget;
  },
): Promise<Result<'decryptFile'>> {
  const { act, key, kept, openable, target } = file;
  const { present } = key.target;
  const name = cipherOf(kept.envelope);
  const cipher = contentCiphers.find((each) => each === name);
  if (cipher === undefined) throw new CodedError('ERR_TOKEN_ALGORITHM_UNSUPPORTED', { algorithm: name });
  const work = async (session: SessionId): Promise<Result<'decryptFile'>> => {
    const end = { ...openable, ciphertext: await endOfCiphertext(kept) };
    const { scheme, encryptedKey, deviations } = await readingThatOpens(present, session, end);
    const seen = [...kept.envelope.deviations, ...deviations];
    requireDeclared(seen, openable.certificate.issuer, { at: parts.now() });
    const { spooled, ciphertextAt, ciphertextEnd } = kept;
    const progress = progressOf(parts, context, 'bytes', ciphertextEnd - ciphertextAt);
    const written = await writeFileTarget(parts, context, target, 'sm3', async (to) => {
      let { iv } = kept.envelope.content.encryption;
      for (let at = ciphertextAt; at < ciphertextEnd; at += partBytes) {
        const next = Math.min(at + partBytes, ciphertextEnd);
        const ciphertext = await gather(spooled.read(at, next));
        const content = { encryptedKey, cipher, iv, ciphertext, last: next === ciphertextEnd };
        await to.write(await present.driver.decryptContent(session, openable.key, scheme, content));
        iv = ciphertext.slice(-iv.length);
        progress(next - ciphertextAt);
      }
    });
    return { file: fileFacts(written, 'sm3'), algorithm: cipherId(cipher) };
  };
  return actWithKey(parts, context, act, 'decrypt', work);
}
