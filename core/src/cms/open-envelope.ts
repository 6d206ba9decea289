import { oids } from '../asn1/index.ts';
import { equalBytes } from '../bytes/index.ts';
import {
  type CipherOps,
  type CryptoOps,
  decodeSm2Cipher,
  encodeSm2Cipher,
  type KeyEncryption,
  rawSm2Candidates,
} from '../crypto/index.ts';
import { type DeviationPolicy, requireDeclared, type Symptom } from '../deviations/index.ts';
import { CodedError, isCodedError } from '../errors/index.ts';
import type { Certificate } from '../x509/index.ts';
import type { EnvelopedData } from './envelope.ts';
import { isNamedBy } from './find-signer.ts';
import { contentOpener, type OpenedEnvelope, unwrappedOrNull } from './open-content.ts';
import type { KeyTransportRecipient as KeyTransport } from './recipient.ts';

/** One question to whoever holds the private key: a software key, a token, a phone. */
export interface KeyToUnwrap {
  readonly scheme: KeyEncryption;
  /** DER of SM2Cipher for SM2, modulus-length octets for RSA. */
  readonly encryptedKey: Uint8Array;
}

/** A way to read one encrypted content key, and what it says about the writer. */
export interface KeyReading extends KeyToUnwrap {
  readonly deviations: readonly Symptom[];
}

export interface EnvelopeToOpen {
  readonly envelope: EnvelopedData;
  /** The recipient's certificate, whose key opens. */
  readonly certificate: Certificate;
  /** Where the ciphertext is kept elsewhere. */
  readonly ciphertext?: Uint8Array | undefined;
  readonly policy: DeviationPolicy;
}

/** Opening in two halves, because a token answers later: ask it for each reading in order until one is answered. */
export interface PreparedOpening {
  /** One for standard messages; several where only trying tells how the key was laid out. */
  readonly readings: readonly KeyReading[];
  /**
   * @param contentKey  the answer, or null when no reading could be unwrapped: the failure then looks like any other
   * @throws {CodedError} ERR_ENVELOPE_CONTENT_INVALID, the same whatever is wrong: key, padding, tag or content;
   *   ERR_DEVIATION_UNDECLARED
   */
  finish(contentKey: Uint8Array | null, reading: KeyReading): OpenedEnvelope;
}

/**
 * Finds the recipient that this certificate is and what its key must unwrap.
 *
 * @throws {CodedError} ERR_ENVELOPE_NOT_RECIPIENT, ERR_CRYPTO_ALGORITHM_UNSUPPORTED, ERR_ENVELOPE_MALFORMED when there is no
 *   ciphertext
 */
export function prepareOpening(
  input: EnvelopeToOpen,
  ops: Pick<CryptoOps, 'digest' | 'random'>,
  ciphers: Pick<CipherOps, 'decrypt'>,
): PreparedOpening {
  const { envelope, certificate } = input;
  const recipient = recipientOf(envelope, certificate, ops);
  const openContent = contentOpener(envelope, input.ciphertext, ops, ciphers);
  return {
    readings: readingsOf(recipient),
    finish: (contentKey, reading) => {
      const content = openContent(contentKey);
      const seen = [...envelope.deviations, ...recipient.deviations, ...reading.deviations];
      return { content, deviations: requireDeclared(seen, certificate.issuer, input.policy) };
    },
  };
}

/**
 * Opens an envelope with a key at hand.
 *
 * @param unwrapKey  the content key; throws ERR_ENVELOPE_CONTENT_INVALID when the ciphertext is not for the key, anything
 *   else passes through
 * @throws {CodedError} as {@link prepareOpening} and {@link PreparedOpening.finish}
 */
export function openEnvelope(
  input: EnvelopeToOpen,
  unwrapKey: (key: KeyToUnwrap) => Uint8Array,
  ops: Pick<CryptoOps, 'digest' | 'random'>,
  ciphers: Pick<CipherOps, 'decrypt'>,
): OpenedEnvelope {
  const prepared = prepareOpening(input, ops, ciphers);
  for (const reading of prepared.readings) {
    const key = unwrappedOrNull(() => unwrapKey(reading));
    if (key !== null) return prepared.finish(key, reading);
  }
  return prepared.finish(null, lastOf(prepared));
}

/** {@link openEnvelope} with a key that answers later: a token behind a driver. */
export async function openEnvelopeLater(
  input: EnvelopeToOpen,
  unwrapKey: (key: KeyToUnwrap) => Promise<Uint8Array>,
  ops: Pick<CryptoOps, 'digest' | 'random'>,
  ciphers: Pick<CipherOps, 'decrypt'>,
): Promise<OpenedEnvelope> {
  const prepared = prepareOpening(input, ops, ciphers);
  for (const reading of prepared.readings) {
    const key = await unwrapKey(reading).catch((error: unknown) => unwrappedOrNull(() => rethrow(error)));
    if (key !== null) return prepared.finish(key, reading);
  }
  return prepared.finish(null, lastOf(prepared));
}

function rethrow(error: unknown): never {
  throw error;
}

function lastOf({ readings }: PreparedOpening): KeyReading {
  const last = readings.at(-1);
  if (last === undefined) throw new CodedError('ERR_ENVELOPE_CONTENT_INVALID');
  return last;
}

/** @throws {CodedError} ERR_ENVELOPE_NOT_RECIPIENT, ERR_CRYPTO_ALGORITHM_UNSUPPORTED */
function recipientOf(
  { recipients }: EnvelopedData,
  certificate: Certificate,
  ops: Pick<CryptoOps, 'digest'>,
): KeyTransport & { readonly scheme: KeyEncryption } {
  const recipient = recipients.find(
    (each): each is KeyTransport => each.kind === 'key-transport' && isRecipient(each, certificate, ops),
  );
  if (recipient === undefined) throw new CodedError('ERR_ENVELOPE_NOT_RECIPIENT');
  const { scheme } = recipient;
  if (scheme === undefined)
    throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm: recipient.algorithm });
  return { ...recipient, scheme };
}

/** A certificate without key identifier is named by the SHA-1 of its key (RFC 5280 §4.2.1.2 method 1), as CFCA does. */
function isRecipient({ identifier }: KeyTransport, certificate: Certificate, ops: Pick<CryptoOps, 'digest'>): boolean {
  if (isNamedBy(identifier, certificate)) return true;
  if (identifier.kind !== 'subject-key-identifier') return false;
  if (certificate.extension(oids.subjectKeyIdentifier) !== undefined) return false;
  const { publicKey } = certificate;
  return publicKey.kind === 'sm2' && equalBytes(identifier.keyIdentifier, ops.digest('sha1', publicKey.point));
}

function readingsOf({
  scheme,
  encryptedKey,
}: KeyTransport & { readonly scheme: KeyEncryption }): readonly KeyReading[] {
  const standard = { scheme, encryptedKey, deviations: [] };
  if (scheme.kind !== 'sm2' || isSm2Cipher(encryptedKey)) return [standard];
  const raw = rawSm2Candidates(encryptedKey).map(({ layout, ciphertext }): KeyReading => {
    return { scheme, encryptedKey: encodeSm2Cipher(ciphertext), deviations: [`sm2-ciphertext-${layout}`] };
  });
  return raw.length === 0 ? [standard] : raw;
}

/** By its whole structure: a bare X may begin like a SEQUENCE as well. */
function isSm2Cipher(encryptedKey: Uint8Array): boolean {
  try {
    decodeSm2Cipher(encryptedKey);
    return true;
  } catch (error) {
    if (isCodedError(error)) return false;
    throw error;
  }
}
