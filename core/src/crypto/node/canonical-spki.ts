import { oids } from '../../asn1/oid-registry.ts';
import { readDer } from '../../asn1/reader.ts';
import { derBitString, derExplicit, derInteger, derNull, derOid, derSequence } from '../../asn1/writer.ts';
import { curves } from '../curves.ts';
import { digestOids } from '../digest-oids.ts';
import type { DigestAlgorithm, EcCurve, PssParameters, PublicKey } from '../ops.ts';

/**
 * The one SubjectPublicKeyInfo that OpenSSL is given for a key, so that odd but legal forms (a compressed point, the SM2 curve
 * named as the algorithm) are never its business, and the point in ZA is the point that is computed with.
 *
 * Node cannot name another digest for the mask of PSS than for the message; the parameters of an RSASSA-PSS key (RFC 4055
 * §3.1) can. Hence `pss`: the parameters to wrap an RSA key with, where the two digests differ.
 */
export function canonicalSpki(key: PublicKey, pss?: PssParameters): Uint8Array {
  if (key.kind === 'sm2') return ecSpki('sm2', key.point);
  if (key.kind === 'ec') return ecSpki(key.curve, key.point);
  if (key.kind === 'rsa' && pss !== undefined && pss.digest !== pss.mgf1Digest) return pssSpki(key.spki, pss);
  return key.spki;
}

const ecAlgorithms: Readonly<Record<EcCurve, Uint8Array>> = {
  sm2: ecAlgorithm('sm2'),
  p256: ecAlgorithm('p256'),
  p384: ecAlgorithm('p384'),
  p521: ecAlgorithm('p521'),
};

function ecAlgorithm(curve: EcCurve): Uint8Array {
  return derSequence(derOid(oids.ecPublicKey), derOid(curves[curve].oid));
}

function ecSpki(curve: EcCurve, point: Uint8Array): Uint8Array {
  return derSequence(ecAlgorithms[curve], derBitString(point));
}

function pssSpki(spki: Uint8Array, pss: PssParameters): Uint8Array {
  const fields = readDer(spki).sequence();
  fields.next();
  const subjectPublicKey = fields.next().der;
  const parameters = derSequence(
    derExplicit(0, digestIdentifier(pss.digest)),
    derExplicit(1, derSequence(derOid(oids.mgf1), digestIdentifier(pss.mgf1Digest))),
    derExplicit(2, derInteger(pss.saltLength)),
  );
  return derSequence(derSequence(derOid(oids.rsassaPss), parameters), subjectPublicKey);
}

function digestIdentifier(digest: DigestAlgorithm): Uint8Array {
  return derSequence(derOid(digestOids[digest]), derNull());
}
