import { type DerNode, derOid, derSequence, oids } from '../asn1/index.ts';
import { type AlgorithmIdentifier, parseAlgorithmIdentifier } from '../crypto/index.ts';

/** AES key wrap (RFC 3394) as a message names it. */
export interface KeyWrap {
  readonly keyLength: 16 | 24 | 32;
  /** Whole DER of the AlgorithmIdentifier: a key derivation digests it as it stands. */
  readonly algorithmDer: Uint8Array;
}

const keyLengths: ReadonlyMap<string, KeyWrap['keyLength']> = new Map([
  [oids.aes128Wrap, 16],
  [oids.aes192Wrap, 24],
  [oids.aes256Wrap, 32],
]);

/** undefined: another way of wrapping. @throws {CodedError} ERR_DER_… */
export function parseKeyWrap(node: DerNode): KeyWrap | undefined {
  return keyWrapOf(parseAlgorithmIdentifier(node));
}

export function keyWrapOf({ oid, der }: AlgorithmIdentifier): KeyWrap | undefined {
  const keyLength = keyLengths.get(oid);
  return keyLength === undefined ? undefined : { keyLength, algorithmDer: der };
}

/** The identifier that we write: without parameters (RFC 3565 §2.3.2). */
export function keyWrapFor(keyLength: KeyWrap['keyLength']): KeyWrap {
  const oid = keyLength === 16 ? oids.aes128Wrap : keyLength === 24 ? oids.aes192Wrap : oids.aes256Wrap;
  return { keyLength, algorithmDer: derSequence(derOid(oid)) };
}
