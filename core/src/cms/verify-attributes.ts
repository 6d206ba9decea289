import { derSetOf, readDer } from '../asn1/index.ts';
import { equalBytes } from '../bytes/index.ts';
import type { CryptoOps, PublicKey, SignatureAlgorithm } from '../crypto/index.ts';
import type { Symptom } from '../deviations/index.ts';

/**
 * RFC 5652 §5.4: what is signed is the DER of the attributes, in which a SET OF is sorted, in whatever order the message has
 * them. A signature over them in the message's own order is a departure.
 *
 * @param attributesDer  SET OF as it stands in the message, tag 0x31
 * @returns the departure, none, or `invalid`
 */
export function verifySignedAttributes(
  attributesDer: Uint8Array,
  key: PublicKey,
  algorithm: SignatureAlgorithm,
  signature: Uint8Array,
  ops: Pick<CryptoOps, 'verify'>,
): readonly Symptom[] | 'invalid' {
  const sorted = derSetOf(
    ...readDer(attributesDer)
      .reader()
      .rest()
      .map(({ der }) => der),
  );
  if (ops.verify(key, algorithm, sorted, signature)) return [];
  if (equalBytes(sorted, attributesDer) || !ops.verify(key, algorithm, attributesDer, signature)) return 'invalid';
  return ['signed-attributes-unsorted'];
}
