import { derExplicit, derOctetString, derSequence, oids } from '../asn1/index.ts';
import { concatBytes } from '../bytes/index.ts';
import type { AlgorithmIdentifier, CryptoOps, DigestAlgorithm } from '../crypto/index.ts';
import { type KeyWrap, parseKeyWrap } from './key-wrap.ts';

/** ECDH with the X9.63 key derivation and AES key wrap (RFC 5753 §7.1.4). On curves of cofactor 1 both kinds of it are the same. */
export interface KeyAgreement {
  readonly digest: DigestAlgorithm;
  readonly wrap: KeyWrap;
}

const derivations: ReadonlyMap<string, DigestAlgorithm> = new Map([
  [oids.ecdhSha1Kdf, 'sha1'],
  [oids.ecdhSha224Kdf, 'sha224'],
  [oids.ecdhSha256Kdf, 'sha256'],
  [oids.ecdhSha384Kdf, 'sha384'],
  [oids.ecdhSha512Kdf, 'sha512'],
  [oids.cofactorEcdhSha1Kdf, 'sha1'],
  [oids.cofactorEcdhSha224Kdf, 'sha224'],
  [oids.cofactorEcdhSha256Kdf, 'sha256'],
  [oids.cofactorEcdhSha384Kdf, 'sha384'],
  [oids.cofactorEcdhSha512Kdf, 'sha512'],
]);

/** undefined: an agreement, or a wrapping under it, that we do not do. @throws {CodedError} ERR_DER_… */
export function keyAgreementOf({ oid, parameters }: AlgorithmIdentifier): KeyAgreement | undefined {
  const digest = derivations.get(oid);
  const wrap = digest === undefined || parameters === undefined ? undefined : parseKeyWrap(parameters);
  return digest === undefined || wrap === undefined ? undefined : { digest, wrap };
}

/**
 * The wrapping key from a shared secret: ANSI X9.63 §5.6.3 (SEC 1 §3.6.1) over ECC-CMS-SharedInfo (RFC 5753 §7.2).
 *
 * @param userKeyingMaterial  as it stands in the message, where it does
 */
export function deriveWrappingKey(
  { digest, wrap }: KeyAgreement,
  sharedSecret: Uint8Array,
  userKeyingMaterial: Uint8Array | undefined,
  ops: Pick<CryptoOps, 'digest'>,
): Uint8Array {
  const sharedInfo = derSequence(
    wrap.algorithmDer,
    ...(userKeyingMaterial === undefined ? [] : [derExplicit(0, derOctetString(userKeyingMaterial))]),
    derExplicit(2, derOctetString(fourOctets(8 * wrap.keyLength))),
  );
  let key: Uint8Array = new Uint8Array(0);
  for (let counter = 1; key.length < wrap.keyLength; counter++)
    key = concatBytes(key, ops.digest(digest, concatBytes(sharedSecret, fourOctets(counter), sharedInfo)));
  return key.subarray(0, wrap.keyLength);
}

function fourOctets(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}
