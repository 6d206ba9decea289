import { oids } from '../../asn1/oid-registry.ts';
import { readDer } from '../../asn1/reader.ts';
import { derExplicit, derInteger, derNull, derOid, derSequence } from '../../asn1/writer.ts';
import { digestOids } from '../digest-oids.ts';
import type { DigestAlgorithm, PublicKey, SignatureAlgorithm } from '../ops.ts';

type RsaKey = Extract<PublicKey, { readonly kind: 'rsa' }>;

/**
 * The key to give OpenSSL for a PSS signature. Node cannot name another digest for the mask than for the message; the parameters
 * of an RSASSA-PSS key (RFC 4055 §3.1) can, so where the two differ the key is wrapped as one.
 */
export function pssKeyFor(key: RsaKey, algorithm: Extract<SignatureAlgorithm, { readonly kind: 'rsa-pss' }>): RsaKey {
  if (algorithm.digest === algorithm.mgf1Digest || key.pssOnly === true) return key;
  const fields = readDer(key.spki).sequence();
  fields.next();
  const subjectPublicKey = fields.next().der;
  const parameters = derSequence(
    derExplicit(0, digestIdentifier(algorithm.digest)),
    derExplicit(1, derSequence(derOid(oids.mgf1), digestIdentifier(algorithm.mgf1Digest))),
    derExplicit(2, derInteger(algorithm.saltLength)),
  );
  const spki = derSequence(derSequence(derOid(oids.rsassaPss), parameters), subjectPublicKey);
  return { ...key, spki, pssOnly: true };
}

function digestIdentifier(digest: DigestAlgorithm): Uint8Array {
  return derSequence(derOid(digestOids[digest]), derNull());
}
