import { derInteger, derOctetString, derOid, derTag, oids } from '../asn1/index.ts';
import { concatBytes } from '../bytes/index.ts';
import { type CipherOps, type CryptoOps, cipherShapes, gcmTagLength } from '../crypto/index.ts';
import { encodeContentEncryption } from './content-encryption.ts';
import { type EnvelopeToSeal, type WrappedContentKey, wrapContentKey } from './seal-envelope.ts';

export interface StreamToSeal extends Omit<EnvelopeToSeal, 'content'> {
  /** Bytes of the content that will come: DER states every length before the content. */
  readonly contentLength: number;
}

/** An envelope around content that is encrypted piece by piece elsewhere: `head`, the ciphertext, `tail`. */
export interface StreamSealing extends WrappedContentKey {
  readonly head: Uint8Array;
  readonly ciphertextLength: number;
  /** @param tag  of a GCM cipher, 16 bytes; null otherwise */
  tail(tag: Uint8Array | null): Uint8Array;
}

/**
 * Makes EnvelopedData or AuthEnvelopedData as sealEnvelope does, for content too large to hold.
 *
 * @throws {CodedError} as sealEnvelope
 */
export function prepareSealing(
  input: StreamToSeal,
  ops: Pick<CryptoOps, 'random'>,
  ciphers: Pick<CipherOps, 'encryptKey'>,
): StreamSealing {
  const key = wrapContentKey(input, ops, ciphers);
  const { family, cipher, iv, recipientInfos } = key;
  const { mode, ivLength } = cipherShapes[cipher];
  const isGcm = mode === 'gcm';
  const ciphertextLength = isGcm ? input.contentLength : padded(input.contentLength, ivLength);
  const plainType = family === 'gm' ? oids.gmEnvelopedData : oids.envelopedData;
  const [type, version] = isGcm ? [oids.authEnvelopedData, 0] : [plainType, key.version];
  const tailLength = isGcm ? derOctetString(new Uint8Array(gcmTagLength)).length : 0;
  // From the inside out, each with the length of all that follows it.
  const contentHeader = header(0x80, ciphertextLength);
  const about = concatBytes(
    derOid(family === 'gm' ? oids.gmData : oids.data),
    encodeContentEncryption(cipher, iv),
    contentHeader,
  );
  const contentInfo = concatBytes(header(derTag.sequence, about.length + ciphertextLength), about);
  const fields = concatBytes(derInteger(version), recipientInfos, contentInfo);
  const inner = concatBytes(header(derTag.sequence, fields.length + ciphertextLength + tailLength), fields);
  const explicit = concatBytes(header(0xa0, inner.length + ciphertextLength + tailLength), inner);
  const typed = concatBytes(derOid(type), explicit);
  return {
    ...key,
    head: concatBytes(header(derTag.sequence, typed.length + ciphertextLength + tailLength), typed),
    ciphertextLength,
    tail: (tag) => (tag === null ? new Uint8Array(0) : derOctetString(tag)),
  };
}

/** PKCS#7 adds a block where nothing is missing. */
function padded(length: number, block: number): number {
  return (Math.floor(length / block) + 1) * block;
}

/** Tag and length (X.690 §8.1.3), of any length that a number holds exactly. */
function header(tag: number, length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(tag, length);
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return Uint8Array.of(tag, 0x80 + octets.length, ...octets);
}
