import { concatBytes } from '@onelock/core/bytes';
import { parseEnvelope } from '@onelock/core/cms';
import type { Params } from '@onelock/core/contract';
import { encodeSm2Cipher } from '@onelock/core/crypto';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { parseEnvelopedKey } from '@onelock/core/pkcs12';
import type { Certificate } from '@onelock/core/x509';
import type { EnvelopeCipher, EnvelopedKeyPair } from '@onelock/drivers/port';

type Delivery = Params<'importEncryptionKeyPair'>['delivery'];

/**
 * An encryption key pair in whichever form the CA delivers it, as the port takes it. Nothing is opened here: only the token can.
 *
 * @param certificate  gives the public key that a SignedAndEnvelopedData does not carry
 * @throws {CodedError} ERR_ENVELOPE_MALFORMED, ERR_CRYPTO_ALGORITHM_UNSUPPORTED, ERR_DER_…
 */
export function deliveredPair(delivery: Delivery, certificate: Certificate | null): EnvelopedKeyPair {
  switch (delivery.kind) {
    case 'sm2-enveloped-key':
      return fromEnvelopedKey(delivery.envelope);
    case 'skf-enveloped-key-blob':
      return fromBlob(delivery.blob);
    case 'signed-and-enveloped':
      return fromMessage(delivery.message, certificate);
  }
}

/** GB/T 35276-2017 §7.4. */
function fromEnvelopedKey(der: Uint8Array): EnvelopedKeyPair {
  try {
    return { ...parseEnvelopedKey(der), cipher: 'sm4' };
  } catch (error) {
    if (!isCodedError(error) || error.code !== 'ERR_KEY_FILE_MALFORMED') throw error;
    throw malformed('SM2EnvelopedKey', Number(error.params.offset ?? 0), error);
  }
}

/** Where the fields of ENVELOPEDKEYBLOB (GM/T 0016) begin; integers are little-endian, there is no padding anywhere. */
const at = {
  version: 0,
  cipher: 4,
  bits: 8,
  scalar: 12,
  x: 80,
  y: 144,
  c1x: 208,
  c1y: 272,
  hash: 336,
  length: 368,
  cipherText: 372,
} as const;

/** SGD_SM1_ECB, SGD_SSF33_ECB, SGD_SM4_ECB of GM/T 0006; SMS4 is the same. */
const blobCiphers: ReadonlyMap<number, EnvelopeCipher> = new Map([
  [0x101, 'sm1'],
  [0x201, 'ssf33'],
  [0x401, 'sm4'],
]);

function fromBlob(blob: Uint8Array): EnvelopedKeyPair {
  if (blob.length <= at.cipherText) throw malformed('ENVELOPEDKEYBLOB', blob.length);
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  const number = (offset: number): number => view.getUint32(offset, true);
  const field = (offset: number, length = 32): Uint8Array => blob.slice(offset, offset + length);
  // 32 bytes at the end of 64; a few writers put them at the beginning.
  const coordinate = (offset: number): Uint8Array =>
    field(offset).every((octet) => octet === 0) ? field(offset + 32) : field(offset);
  if (number(at.version) !== 1) throw malformed('Version', at.version);
  if (number(at.bits) !== 256) throw malformed('ulBits', at.bits);
  const cipher = blobCiphers.get(number(at.cipher));
  if (cipher === undefined)
    throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm: `SGD ${number(at.cipher).toString(16)}` });
  const length = number(at.length);
  if (length === 0 || length > 1024 || at.cipherText + length > blob.length) throw malformed('CipherLen', at.length);
  const marked = Uint8Array.of(4);
  return {
    cipher,
    encryptedScalar: field(at.scalar, 64),
    publicPoint: concatBytes(marked, coordinate(at.x), coordinate(at.y)),
    encryptedSymmetricKey: encodeSm2Cipher({
      c1: concatBytes(marked, coordinate(at.c1x), coordinate(at.c1y)),
      c3: field(at.hash),
      c2: field(at.cipherText, length),
    }),
  };
}

/** GM/T 0014: the scalar is the content, its key is the symmetric one. */
function fromMessage(message: Uint8Array, certificate: Certificate | null): EnvelopedKeyPair {
  if (certificate === null || certificate.publicKey.kind !== 'sm2')
    throw new CodedError('ERR_CALL_PARAMS_INVALID', {
      call: 'importEncryptionKeyPair',
      field: '/certificate',
      rule: 'an SM2 certificate must come with this form',
    });
  const { kind, recipients, content } = parseEnvelope(message);
  const [recipient] = recipients;
  const scalar = content.ciphertext;
  if (
    kind !== 'signed-and-enveloped' ||
    recipients.length !== 1 ||
    recipient?.kind !== 'key-transport' ||
    scalar === null
  )
    throw malformed('recipientInfos', 0);
  // Only a bare scalar in whole blocks can be handed on unopened; a padded content has a third block.
  if (scalar.length !== 32 && scalar.length !== 64) throw malformed('encryptedContent', 0);
  return {
    cipher: 'sm4',
    encryptedSymmetricKey: recipient.encryptedKey,
    publicPoint: certificate.publicKey.point,
    encryptedScalar: scalar,
  };
}

function malformed(field: string, offset: number, cause?: CodedError): CodedError {
  return new CodedError('ERR_ENVELOPE_MALFORMED', { field, offset }, cause === undefined ? {} : { cause });
}
