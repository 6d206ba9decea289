import { contextConstructed, type DerNode, derTag, derValue, readDer } from '../asn1/index.ts';
import { equalBytes } from '../bytes/index.ts';
import { type AlgorithmIdentifier, parseAlgorithmIdentifier } from '../crypto/index.ts';
import { decoded, invalid, singleValue } from './attributes.ts';
import type { SignerInfo } from './signed-data.ts';

const name = 'cmsAlgorithmProtection';

/**
 * RFC 6211 §2: a signer that says under its signature by which algorithms it signed was not made to say others outside of it.
 *
 * @throws {CodedError} ERR_CMS_ATTRIBUTE_INVALID { attribute: 'cmsAlgorithmProtection' }
 */
export function checkAlgorithmProtection(signer: SignerInfo): void {
  const value = singleValue(signer.signedAttributes ?? [], name);
  if (value === undefined) return;
  const { digest, signature } = decoded(name, () => readProtection(value));
  const stated = parseAlgorithmIdentifier(readDer(signer.signatureAlgorithmDer));
  if (digest.oid !== signer.digestAlgorithm || !hasNoParameters(digest) || !sameAlgorithm(signature, stated))
    throw invalid(name);
}

/** `SEQUENCE { digestAlgorithm, signatureAlgorithm [1] IMPLICIT }`; the other choice protects a MAC. */
function readProtection(value: Uint8Array): {
  readonly digest: AlgorithmIdentifier;
  readonly signature: AlgorithmIdentifier;
} {
  const fields = readDer(value).sequence();
  const digest = parseAlgorithmIdentifier(fields.next());
  const signature = fields.read(contextConstructed(1));
  fields.finish();
  return { digest, signature: parseAlgorithmIdentifier(asSequence(signature)) };
}

const asSequence = ({ content }: DerNode): DerNode => readDer(derValue(derTag.sequence, content));

/** Parameters that are absent and NULL say the same (RFC 4055, RFC 5754). */
function sameAlgorithm(a: AlgorithmIdentifier, b: AlgorithmIdentifier): boolean {
  if (a.oid !== b.oid) return false;
  if (hasNoParameters(a) || hasNoParameters(b)) return hasNoParameters(a) && hasNoParameters(b);
  return a.parameters !== undefined && b.parameters !== undefined && equalBytes(a.parameters.der, b.parameters.der);
}

const hasNoParameters = ({ parameters }: AlgorithmIdentifier): boolean =>
  parameters === undefined || (parameters.tag === derTag.null && parameters.contentLength === 0);
