import { derBitString, derOid, derSequence, derTag, oids, oidValue } from '../asn1/index.ts';
import { equalBytes } from '../bytes/index.ts';
import {
  type CipherOps,
  type CryptoOps,
  cipherShapes,
  digestLengths,
  type KeyWrapOps,
  type PrivateKey,
  type PublicKey,
  parsePublicKey,
} from '../crypto/index.ts';
import { type DeviationPolicy, requireDeclared } from '../deviations/index.ts';
import { CodedError, isCodedError } from '../errors/index.ts';
import type { Certificate } from '../x509/index.ts';
import type { EnvelopedData } from './envelope.ts';
import { isNamedBy } from './find-signer.ts';
import { deriveWrappingKey } from './key-agreement.ts';
import { contentOpener, type OpenedEnvelope, unwrappedOrNull } from './open-content.ts';
import { unwrapUnderPassword } from './password-key-wrap.ts';
import { parsePbkdf2 } from './pbkdf2-parameters.ts';
import type { KeyAgreementRecipient, Originator, PasswordRecipient, Recipient } from './recipient.ts';

export interface OtherOpening {
  readonly envelope: EnvelopedData;
  /** Where the ciphertext is kept elsewhere. */
  readonly ciphertext?: Uint8Array | undefined;
  readonly policy: DeviationPolicy;
}

export interface UnwrapEngine {
  readonly ops: Pick<CryptoOps, 'digest' | 'random'>;
  readonly ciphers: Pick<CipherOps, 'decrypt' | 'pbkdf2'>;
  readonly keyWrap: KeyWrapOps;
}

/**
 * Opens an envelope by key agreement (RFC 5753 §3.1): ECDH of a NIST curve between the recipient's key and one made for the
 * message, X9.63 derivation, AES key wrap.
 *
 * @param recipient  the certificate, and its key
 * @throws {CodedError} ERR_ENVELOPE_NOT_RECIPIENT, ERR_CRYPTO_ALGORITHM_UNSUPPORTED (also for an originator that is named by a
 *   certificate); ERR_ENVELOPE_CONTENT_INVALID, the same whatever is wrong; ERR_DEVIATION_UNDECLARED
 */
export function openWithAgreement(
  input: OtherOpening & { readonly certificate: Certificate },
  privateKey: PrivateKey,
  engine: UnwrapEngine,
): OpenedEnvelope {
  const { envelope, certificate } = input;
  const { recipient, encryptedKey } = agreementFor(envelope.recipients, certificate);
  const { agreement, originator, userKeyingMaterial } = recipient;
  if (agreement === undefined) throw unsupported(recipient.algorithm);
  const peer = peerOf(originator, certificate.publicKey);
  const unwrap = (): Uint8Array => {
    if (peer === null) throw new CodedError('ERR_ENVELOPE_CONTENT_INVALID');
    const secret = engine.keyWrap.agree(privateKey, peer);
    const wrappingKey = deriveWrappingKey(agreement, secret, userKeyingMaterial, engine.ops);
    return engine.keyWrap.unwrap(wrappingKey, encryptedKey);
  };
  return finish(input, [unwrap], engine, certificate);
}

/**
 * Opens an envelope with a key that both sides have (RFC 5652 §6.2.3, AES key wrap).
 *
 * @param sharedKey  the key, and its identifier where only the recipient of that name is meant
 * @throws {CodedError} as {@link openWithAgreement}
 */
export function openWithSharedKey(
  input: OtherOpening,
  sharedKey: { readonly key: Uint8Array; readonly identifier?: Uint8Array | undefined },
  engine: UnwrapEngine,
): OpenedEnvelope {
  const { key, identifier } = sharedKey;
  const recipients = input.envelope.recipients.filter(
    (each) =>
      each.kind === 'key-encryption-key' && (identifier === undefined || equalBytes(each.keyIdentifier, identifier)),
  );
  const unwraps = recipients.flatMap((each) => {
    if (each.kind !== 'key-encryption-key' || each.wrap?.keyLength !== key.length) return [];
    return [() => engine.keyWrap.unwrap(key, each.encryptedKey)];
  });
  return finish(input, requireUsable(recipients, unwraps), engine);
}

/**
 * Opens an envelope with a password (RFC 3211: PBKDF2 and PWRI-KEK).
 *
 * @param password  octets; RFC 3211 §2.1 recommends UTF-8
 * @throws {CodedError} as {@link openWithAgreement}; ERR_ENVELOPE_MALFORMED { field } for parameters that do not fit, more than four
 *   million rounds among them
 */
export function openWithPassword(input: OtherOpening, password: Uint8Array, engine: UnwrapEngine): OpenedEnvelope {
  const recipients = input.envelope.recipients.filter((each) => each.kind === 'password');
  const budget = { rounds: mostRounds };
  const unwraps = recipients.flatMap((each) => unwrapByPassword(each, password, engine, budget));
  return finish(input, requireUsable(recipients, unwraps), engine);
}

/** What deriving may cost for all recipients together: about two seconds. Ours ask for 600,000 each. */
const mostRounds = 4_000_000;

function unwrapByPassword(
  { derivation, wrap, encryptedKey }: PasswordRecipient,
  password: Uint8Array,
  { ciphers, keyWrap }: UnwrapEngine,
  budget: { rounds: number },
): readonly (() => Uint8Array)[] {
  if (wrap === undefined || derivation === undefined) return [];
  const { keyLength } = cipherShapes[wrap.cipher];
  const { digest, salt, iterations } = parsePbkdf2(derivation, keyLength, malformed);
  budget.rounds -= iterations * Math.ceil(keyLength / digestLengths[digest]);
  if (budget.rounds < 0) throw malformed('PBKDF2.iterationCount', 0);
  return [
    () => {
      const key = ciphers.pbkdf2(digest, password, salt, iterations, keyLength);
      return unwrapUnderPassword(wrap, key, encryptedKey, keyWrap);
    },
  ];
}

/** @throws {CodedError} ERR_ENVELOPE_NOT_RECIPIENT when there is none of the kind, ERR_CRYPTO_ALGORITHM_UNSUPPORTED when none can be done */
function requireUsable(
  recipients: readonly Recipient[],
  unwraps: readonly (() => Uint8Array)[],
): readonly (() => Uint8Array)[] {
  const [first] = recipients;
  if (first === undefined) throw new CodedError('ERR_ENVELOPE_NOT_RECIPIENT');
  if (unwraps.length === 0) throw unsupported(first.algorithm);
  return unwraps;
}

/** Tries each way until one gives a key. */
function finish(
  { envelope, ciphertext, policy }: OtherOpening,
  unwraps: readonly (() => Uint8Array)[],
  { ops, ciphers }: UnwrapEngine,
  certificate?: Certificate,
): OpenedEnvelope {
  const openContent = contentOpener(envelope, ciphertext, ops, ciphers);
  let key: Uint8Array | null = null;
  for (const unwrap of unwraps) key ??= unwrappedOrNull(unwrap);
  const content = openContent(key);
  return { content, deviations: requireDeclared(envelope.deviations, certificate?.issuer, policy) };
}

function agreementFor(
  recipients: readonly Recipient[],
  certificate: Certificate,
): { readonly recipient: KeyAgreementRecipient; readonly encryptedKey: Uint8Array } {
  for (const recipient of recipients) {
    if (recipient.kind !== 'key-agreement') continue;
    const own = recipient.keys.find(({ identifier }) => isNamedBy(identifier, certificate));
    if (own !== undefined) return { recipient, encryptedKey: own.encryptedKey };
  }
  throw new CodedError('ERR_ENVELOPE_NOT_RECIPIENT');
}

/**
 * The originator's key on the recipient's curve; null when it is no point of it, which must not look different from a key that
 * merely does not fit (invalid points ask for the private key piece by piece).
 *
 * @throws {CodedError} ERR_CRYPTO_ALGORITHM_UNSUPPORTED
 */
function peerOf(originator: Originator, own: PublicKey): PublicKey | null {
  if (originator.kind === 'certificate') throw unsupported('key agreement with a key of a certificate');
  if (own.kind !== 'ec') throw unsupported(`key agreement ${own.kind}`);
  const { oid, parameters } = originator.algorithm;
  if (oid !== oids.ecPublicKey) throw unsupported(oid);
  const stated = parameters?.tag === derTag.objectIdentifier ? oidValue(parameters) : oids[own.curve];
  if (stated !== oids[own.curve]) return null;
  try {
    return parsePublicKey(
      derSequence(derSequence(derOid(oids.ecPublicKey), derOid(stated)), derBitString(originator.publicKey)),
    );
  } catch (error) {
    if (isCodedError(error)) return null;
    throw error;
  }
}

function unsupported(algorithm: string): CodedError {
  return new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm });
}

function malformed(field: string, offset: number): CodedError {
  return new CodedError('ERR_ENVELOPE_MALFORMED', { field, offset });
}
