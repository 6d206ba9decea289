import type { Params, Result } from '@onelock/core/contract';
import {
  decodeSm2Cipher,
  encodeSm2Cipher,
  type KeyEncryption,
  type PublicKey,
  rawSm2Candidates,
} from '@onelock/core/crypto';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { describeSubject, parseCertificate } from '@onelock/core/x509';
import type { SessionId } from '@onelock/drivers/port';
import type { CallContext, Handlers } from '../dispatch/call-context.ts';
import { admitTicket, digestBy } from '../tickets/admit-ticket.ts';
import { demandCapability } from './demand-capability.ts';
import { findShownKey, type ShownKey } from './find-key.ts';
import { type DecryptingCertificate, decryptingCertificates } from './open-with-token.ts';
import type { AgentParts } from './parts.ts';
import { contentOf } from './sign-parts.ts';
import { stated } from './stated.ts';
import { actWithKey } from './unlock-key.ts';

type Scheme = NonNullable<Params<'encryptKey'>['scheme']>;
type Sm2Form = NonNullable<Params<'encryptKey'>['sm2Form']>;

const schemes: Readonly<Record<Scheme, KeyEncryption>> = {
  SM2: { kind: 'sm2' },
  'RSA-OAEP-SHA256': { kind: 'rsa-oaep', digest: 'sha256', mgf1Digest: 'sha256' },
  'RSA-PKCS1V15': { kind: 'rsa-pkcs1v15' },
};

/** Short data straight under a public key. */
export function keyEncryption(parts: AgentParts) {
  return {
    encryptKey: async (params) => encryptKey(parts, params),
    decryptKey: (params, context: CallContext) => decryptKey(parts, params, context),
  } satisfies Handlers;
}

function encryptKey(
  { ops, ciphers }: AgentParts,
  { recipient, data, scheme: asked, sm2Form = 'asn1' }: Params<'encryptKey'>,
): Result<'encryptKey'> {
  const certificate = parseCertificate(recipient);
  const { keyUsage, publicKey } = certificate;
  const mayEncrypt = ['keyEncipherment', 'dataEncipherment', 'keyAgreement'] as const;
  if (keyUsage !== undefined && !mayEncrypt.some((usage) => keyUsage.has(usage)))
    throw new CodedError('ERR_PATH_KEY_USAGE', { ...describeSubject(certificate), required: 'keyEncipherment' });
  const scheme = schemeFor(publicKey, asked);
  const ciphertext =
    scheme === 'SM2' ? ops.sm2.encrypt(publicKey, data, sm2Form) : ciphers.encryptKey(publicKey, schemes[scheme], data);
  return { ciphertext, scheme };
}

async function decryptKey(
  parts: AgentParts,
  params: Params<'decryptKey'>,
  context: CallContext,
): Promise<Result<'decryptKey'>> {
  const key = await findShownKey(parts, context, params.key);
  const { target } = key;
  demandCapability(target.present, 'decrypt', 'decryptKey');
  const [newest, ...earlier] = decryptingCertificates(key.identity);
  if (newest === undefined) throw new CodedError('ERR_TOKEN_KEY_USAGE', { required: 'decrypt' });
  const scheme = schemeFor(newest.certificate.publicKey, params.scheme);
  // SM2 tells a wrong key by C3, so that an earlier key may be tried; RSA does not.
  const tried = scheme === 'SM2' ? [newest, ...earlier.filter(hasSm2Key)] : [newest];
  const act = {
    act: 'decryptKey',
    on: { present: target.present, identityId: target.identityId, certificate: newest.certificate },
    stated: stated(params.display),
    ticket: await admitTicket(parts, context, params.ticket, digestBy(parts, params.ciphertext)),
    content: contentOf(parts.ops, newest.certificate.publicKey, params.ciphertext),
  } as const;
  const ciphertext = scheme === 'SM2' ? sm2Cipher(params.ciphertext, params.sm2Form ?? 'asn1') : params.ciphertext;
  const data = await actWithKey(parts, context, act, 'decrypt', (session) =>
    decryptWithFirst(key, session, tried, schemes[scheme], ciphertext),
  );
  return { data, scheme };
}

async function decryptWithFirst(
  { target }: ShownKey,
  session: SessionId,
  candidates: readonly DecryptingCertificate[],
  scheme: KeyEncryption,
  ciphertext: Uint8Array,
): Promise<Uint8Array> {
  for (const { key } of candidates) {
    try {
      const data = await target.present.driver.decrypt(session, key, scheme, ciphertext);
      // The contract has no empty data, and nobody encrypts none.
      if (data.length > 0 && data.length <= 1024) return data;
    } catch (error) {
      if (!isCodedError(error) || error.code !== 'ERR_ENVELOPE_CONTENT_INVALID') throw error;
    }
  }
  throw new CodedError('ERR_ENVELOPE_CONTENT_INVALID');
}

function hasSm2Key({ certificate }: DecryptingCertificate): boolean {
  return certificate.publicKey.kind === 'sm2';
}

/** @throws {CodedError} ERR_SIGNATURE_ALGORITHM_MISMATCH, ERR_CRYPTO_ALGORITHM_UNSUPPORTED for a key that cannot encrypt */
function schemeFor(key: PublicKey, asked: Scheme | undefined): Scheme {
  if (key.kind !== 'sm2' && key.kind !== 'rsa')
    throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', {
      algorithm: key.kind === 'unsupported' ? key.algorithm : key.kind,
    });
  const scheme = asked ?? (key.kind === 'sm2' ? 'SM2' : 'RSA-OAEP-SHA256');
  if ((scheme === 'SM2') !== (key.kind === 'sm2'))
    throw new CodedError('ERR_SIGNATURE_ALGORITHM_MISMATCH', { algorithm: scheme, key: key.kind });
  return scheme;
}

/** DER of SM2Cipher, whichever form came. @throws {CodedError} ERR_ENVELOPE_CONTENT_INVALID */
function sm2Cipher(ciphertext: Uint8Array, form: Sm2Form): Uint8Array {
  try {
    if (form === 'asn1') return encodeSm2Cipher(decodeSm2Cipher(ciphertext));
  } catch (cause) {
    if (!isCodedError(cause)) throw cause;
    throw new CodedError('ERR_ENVELOPE_CONTENT_INVALID', {}, { cause });
  }
  const found = rawSm2Candidates(ciphertext).find(({ layout }) => layout === form || layout === `${form}-bare`);
  if (found === undefined) throw new CodedError('ERR_ENVELOPE_CONTENT_INVALID');
  return encodeSm2Cipher(found.ciphertext);
}
