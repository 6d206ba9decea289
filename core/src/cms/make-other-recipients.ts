import {
  derBitString,
  derInteger,
  derNull,
  derOctetString,
  derOid,
  derSequence,
  derTag,
  derValue,
  oids,
} from '../asn1/index.ts';
import { joinBytes } from '../bytes/index.ts';
import {
  type BlockCipher,
  type CipherOps,
  type CryptoOps,
  cipherShapes,
  type DigestAlgorithm,
  type EcCurve,
  type KeyWrapOps,
  parsePublicKey,
} from '../crypto/index.ts';
import { CodedError } from '../errors/index.ts';
import type { Certificate } from '../x509/index.ts';
import { encodeContentEncryption } from './content-encryption.ts';
import { deriveWrappingKey } from './key-agreement.ts';
import { type KeyWrap, keyWrapFor } from './key-wrap.ts';
import { passwordPadding, wrapUnderPassword } from './password-key-wrap.ts';

/** A key that both sides have, and what they call it. */
export interface SharedKey {
  readonly key: Uint8Array;
  readonly identifier: Uint8Array;
}

/** What other ways to a content key than key transport need. */
export interface WrappingEngine {
  readonly ops: Pick<CryptoOps, 'digest' | 'random' | 'generateKeyPair'>;
  readonly ciphers: Pick<CipherOps, 'pbkdf2'>;
  readonly keyWrap: KeyWrapOps;
}

const derivationOids: Readonly<
  Record<Exclude<EcCurve, 'sm2'>, { readonly digest: DigestAlgorithm; readonly oid: string }>
> = {
  p256: { digest: 'sha256', oid: oids.ecdhSha256Kdf },
  p384: { digest: 'sha384', oid: oids.ecdhSha384Kdf },
  p521: { digest: 'sha512', oid: oids.ecdhSha512Kdf },
};

/**
 * KeyAgreeRecipientInfo of RFC 5753 §3.1.1: a key made for this recipient and forgotten, the curve's digest, AES-256 key wrap.
 *
 * @throws {CodedError} ERR_CRYPTO_ALGORITHM_UNSUPPORTED for a key that is not of a NIST curve
 */
export function agreementRecipientInfo(
  { publicKey, issuerDer, serialNumberBytes }: Certificate,
  contentKey: Uint8Array,
  { ops, keyWrap }: WrappingEngine,
): Uint8Array {
  if (publicKey.kind !== 'ec')
    throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm: `key agreement ${publicKey.kind}` });
  const { digest, oid } = derivationOids[publicKey.curve];
  const wrap = keyWrapFor(32);
  const own = ops.generateKeyPair({ kind: 'ec', curve: publicKey.curve });
  const ephemeral = parsePublicKey(own.publicKey.spki);
  if (ephemeral.kind !== 'ec') throw new CodedError('ERR_CRYPTO_KEY_INVALID', { detail: 'ephemeral key' });
  const secret = keyWrap.agree(own.privateKey, publicKey);
  own.privateKey.pkcs8.fill(0);
  const encryptedKey = keyWrap.wrap(deriveWrappingKey({ digest, wrap }, secret, undefined, ops), contentKey);
  const originator = derValue(
    0xa1,
    joinBytes([derSequence(derOid(oids.ecPublicKey), derOid(oids[publicKey.curve])), derBitString(ephemeral.point)]),
  );
  const holder = derSequence(issuerDer, derValue(derTag.integer, serialNumberBytes));
  return implicitSequence(
    1,
    derInteger(3),
    derValue(0xa0, originator),
    derSequence(derOid(oid), wrap.algorithmDer),
    derSequence(derSequence(holder, derOctetString(encryptedKey))),
  );
}

const wrapLengths: readonly number[] = [16, 24, 32] satisfies readonly KeyWrap['keyLength'][];
const isWrapLength = (length: number): length is KeyWrap['keyLength'] => wrapLengths.includes(length);

/** KEKRecipientInfo of RFC 5652 §6.2.3. @throws {CodedError} ERR_CRYPTO_PARAMETER_INVALID for a key of another length */
export function sharedKeyRecipientInfo(
  { key, identifier }: SharedKey,
  contentKey: Uint8Array,
  { keyWrap }: WrappingEngine,
): Uint8Array {
  if (!isWrapLength(key.length))
    throw new CodedError('ERR_CRYPTO_PARAMETER_INVALID', { parameter: 'sharedKey', value: String(key.length) });
  return implicitSequence(
    2,
    derInteger(4),
    derSequence(derOctetString(identifier)),
    keyWrapFor(key.length).algorithmDer,
    derOctetString(keyWrap.wrap(key, contentKey)),
  );
}

/** OWASP's figure for PBKDF2 with SHA-256 of 2023. */
const rounds = 600_000;

/** PasswordRecipientInfo of RFC 3211: PBKDF2 with SHA-256, AES-256 twice over the key. */
export function passwordRecipientInfo(
  password: Uint8Array,
  contentKey: Uint8Array,
  { ops, ciphers, keyWrap }: WrappingEngine,
): Uint8Array {
  const cipher: BlockCipher = 'aes-256-cbc';
  const { keyLength, ivLength } = cipherShapes[cipher];
  const [salt, iv] = [ops.random(16), ops.random(ivLength)];
  const key = ciphers.pbkdf2('sha256', password, salt, rounds, keyLength);
  const padding = ops.random(passwordPadding(cipher, contentKey.length));
  const parameters = derSequence(
    derOctetString(salt),
    derInteger(rounds),
    derSequence(derOid(oids.hmacWithSha256), derNull()),
  );
  return implicitSequence(
    3,
    derInteger(0),
    derValue(0xa0, joinBytes([derOid(oids.pbkdf2), parameters])),
    derSequence(derOid(oids.passwordKeyWrap), encodeContentEncryption(cipher, iv)),
    derOctetString(wrapUnderPassword({ cipher, iv }, key, contentKey, padding, keyWrap)),
  );
}

function implicitSequence(number: number, ...fields: readonly Uint8Array[]): Uint8Array {
  return derValue(0xa0 + number, joinBytes(fields));
}
