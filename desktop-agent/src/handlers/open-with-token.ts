import {
  type EnvelopedData,
  type KeyReading,
  type OpenedEnvelope,
  type PreparedOpening,
  prepareOpening,
} from '@onelock/core/cms';
import { cipherShapes } from '@onelock/core/crypto';
import { requireDeclared } from '@onelock/core/deviations';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { type Certificate, parseCertificate } from '@onelock/core/x509';
import { contentCiphers, type DecryptionKey, type SessionId, type TokenIdentity } from '@onelock/drivers/port';
import { lenient } from '../shapes/certificate-shape.ts';
import type { PresentDevice } from '../tokens/fleet.ts';
import type { FoundKey } from './find-key.ts';
import type { AgentParts } from './parts.ts';

/** An envelope, the certificate by which this key is its recipient, and what the key must open. */
export interface Openable {
  readonly envelope: EnvelopedData;
  readonly certificate: Certificate;
  readonly key: DecryptionKey;
  readonly prepared: PreparedOpening;
  readonly ciphertext: Uint8Array;
}

/**
 * Finds by which of its certificates a key is a recipient: the present encryption certificate, an earlier one, or one that
 * does everything. Asks nothing of the token.
 *
 * @param ciphertext  where the envelope does not carry it
 * @throws {CodedError} ERR_ENVELOPE_NOT_RECIPIENT, ERR_TOKEN_KEY_USAGE for a key without any certificate that decrypts,
 *   and what prepareOpening throws
 */
export function findOpening(
  parts: AgentParts,
  found: FoundKey,
  envelope: EnvelopedData,
  ciphertext?: Uint8Array,
): Openable {
  const candidates = decryptingCertificates(found.identity);
  if (candidates.length === 0) throw new CodedError('ERR_TOKEN_KEY_USAGE', { required: 'decrypt' });
  for (const { certificate, key } of candidates) {
    const input = { envelope, certificate, ciphertext, policy: { at: parts.now() } };
    const prepared = unlessForeign(() => prepareOpening(input, parts.ops, parts.ciphers));
    if (prepared !== undefined)
      return { envelope, certificate, key, prepared, ciphertext: envelope.content.ciphertext ?? ciphertext ?? none };
  }
  throw new CodedError('ERR_ENVELOPE_NOT_RECIPIENT');
}

const none = new Uint8Array(0);

export interface DecryptingCertificate {
  readonly certificate: Certificate;
  readonly key: DecryptionKey;
}

/** What a key decrypts by, the present encryption certificate first. */
export function decryptingCertificates(identity: TokenIdentity): readonly DecryptingCertificate[] {
  const { id: identityId, signingCertificate, encryptionCertificate, earlierEncryption = [] } = identity;
  const read = (der: Uint8Array | null): Certificate | undefined =>
    der === null ? undefined : lenient(() => parseCertificate(der));
  const present = read(encryptionCertificate);
  const earlier = earlierEncryption.flatMap((der) => read(der) ?? []);
  const signing = read(signingCertificate);
  return [
    ...(present === undefined ? [] : [{ certificate: present, key: { identityId, certificate: null } }]),
    ...earlier.map((certificate) => ({ certificate, key: { identityId, certificate: certificate.der } })),
    ...(signing !== undefined && mayDecrypt(signing)
      ? [{ certificate: signing, key: { identityId, certificate: signing.der } }]
      : []),
  ];
}

function mayDecrypt({ keyUsage, publicKey }: Certificate): boolean {
  if (publicKey.kind !== 'rsa' && publicKey.kind !== 'sm2') return false;
  return keyUsage !== undefined && (keyUsage.has('keyEncipherment') || keyUsage.has('dataEncipherment'));
}

/**
 * Opens the content with the token's key. A token that gives out no content keys decrypts the content itself.
 *
 * @throws {CodedError} ERR_ENVELOPE_CONTENT_INVALID whatever is wrong with the envelope; of the token and the driver otherwise
 */
export async function openWithToken(
  parts: AgentParts,
  { target }: FoundKey,
  session: SessionId,
  openable: Openable,
): Promise<OpenedEnvelope> {
  const { driver, device } = target.present;
  if (!device.capabilities.includes('decrypt')) return openInsideToken(parts, target.present, session, openable);
  const { prepared, key } = openable;
  let last: KeyReading | undefined;
  for (const reading of prepared.readings) {
    last = reading;
    const contentKey = await unlessInvalid(driver.decrypt(session, key, reading.scheme, reading.encryptedKey));
    if (contentKey === undefined) continue;
    try {
      return prepared.finish(contentKey, reading);
    } finally {
      contentKey.fill(0);
    }
  }
  if (last === undefined) throw new CodedError('ERR_ENVELOPE_CONTENT_INVALID');
  return prepared.finish(null, last);
}

/** @throws {CodedError} ERR_TOKEN_ALGORITHM_UNSUPPORTED for a content that tokens have no cipher for */
async function openInsideToken(
  parts: AgentParts,
  { driver }: PresentDevice,
  session: SessionId,
  { envelope, certificate, key, prepared, ciphertext }: Openable,
): Promise<OpenedEnvelope> {
  const { cipher: name, iv } = envelope.content.encryption;
  const cipher = contentCiphers.find((each) => each === name);
  if (cipher === undefined) throw new CodedError('ERR_TOKEN_ALGORITHM_UNSUPPORTED', { algorithm: String(name) });
  for (const reading of prepared.readings) {
    const { encryptedKey } = reading;
    const content = { encryptedKey, cipher, iv, ciphertext, last: true };
    const plain = await unlessInvalid(driver.decryptContent(session, key, reading.scheme, content));
    if (plain === undefined) continue;
    const seen = [...envelope.deviations, ...reading.deviations];
    return { content: plain, deviations: requireDeclared(seen, certificate.issuer, { at: parts.now() }) };
  }
  throw new CodedError('ERR_ENVELOPE_CONTENT_INVALID');
}

/**
 * Proves that the key opens the content key, and as far as one block tells, that the content opens under it. Nothing of the
 * content is handed out.
 *
 * @throws {CodedError} ERR_ENVELOPE_CONTENT_INVALID, and as {@link openWithToken}
 */
export async function rehearseWithToken(
  parts: AgentParts,
  { target }: FoundKey,
  session: SessionId,
  { envelope, key, prepared, ciphertext }: Openable,
): Promise<void> {
  const { driver, device } = target.present;
  if (!device.capabilities.includes('decrypt')) {
    await readingThatOpens(target.present, session, { envelope, key, prepared, ciphertext });
    return;
  }
  const { cipher: name, iv } = envelope.content.encryption;
  if (name === undefined) throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm: 'content' });
  const isCbc = cipherShapes[name].mode === 'cbc';
  const lastBlock = lastBlockOf(ciphertext, iv, cipherShapes[name].ivLength);
  for (const reading of prepared.readings) {
    const { scheme, encryptedKey } = reading;
    const contentKey = await unlessInvalid(driver.decrypt(session, key, scheme, encryptedKey));
    if (contentKey === undefined) continue;
    try {
      if (contentKey.length !== cipherShapes[name].keyLength) continue;
      if (isCbc) parts.ciphers.decrypt(name, contentKey, lastBlock.iv, lastBlock.ciphertext).fill(0);
      return;
    } catch (error) {
      if (!isCodedError(error) || error.code !== 'ERR_ENVELOPE_CONTENT_INVALID') throw error;
    } finally {
      contentKey.fill(0);
    }
  }
  throw new CodedError('ERR_ENVELOPE_CONTENT_INVALID');
}

/**
 * By which reading a token that gives out no content keys opens the last block of a content. Nothing of it is handed out.
 *
 * @param openable.ciphertext  its last two blocks will do
 * @throws {CodedError} ERR_ENVELOPE_CONTENT_INVALID, ERR_TOKEN_ALGORITHM_UNSUPPORTED, ERR_CRYPTO_ALGORITHM_UNSUPPORTED
 */
export async function readingThatOpens(
  { driver }: PresentDevice,
  session: SessionId,
  { envelope, key, prepared, ciphertext }: Omit<Openable, 'certificate'>,
): Promise<KeyReading> {
  const { cipher: name, iv } = envelope.content.encryption;
  if (name === undefined) throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm: 'content' });
  const cipher = contentCiphers.find((each) => each === name);
  if (cipher === undefined) throw new CodedError('ERR_TOKEN_ALGORITHM_UNSUPPORTED', { algorithm: name });
  const lastBlock = lastBlockOf(ciphertext, iv, cipherShapes[name].ivLength);
  for (const reading of prepared.readings) {
    const block = { encryptedKey: reading.encryptedKey, cipher, ...lastBlock, last: true };
    const plain = await unlessInvalid(driver.decryptContent(session, key, reading.scheme, block));
    plain?.fill(0);
    if (plain !== undefined) return reading;
  }
  throw new CodedError('ERR_ENVELOPE_CONTENT_INVALID');
}

function lastBlockOf(
  ciphertext: Uint8Array,
  iv: Uint8Array,
  length: number,
): { readonly iv: Uint8Array; readonly ciphertext: Uint8Array } {
  const begins = ciphertext.length - length;
  return {
    iv: begins >= length ? ciphertext.slice(begins - length, begins) : iv,
    ciphertext: ciphertext.slice(Math.max(0, begins)),
  };
}

function unlessForeign<T>(prepare: () => T): T | undefined {
  try {
    return prepare();
  } catch (error) {
    if (isCodedError(error) && error.code === 'ERR_ENVELOPE_NOT_RECIPIENT') return undefined;
    throw error;
  }
}

/** undefined when the token says that the ciphertext is not for the key. */
export async function unlessInvalid<T>(opening: Promise<T>): Promise<T | undefined> {
  try {
    return await opening;
  } catch (error) {
    if (isCodedError(error) && error.code === 'ERR_ENVELOPE_CONTENT_INVALID') return undefined;
    throw error;
  }
}
