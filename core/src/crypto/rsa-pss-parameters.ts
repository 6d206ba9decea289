import { oids } from '../asn1/oid-registry.ts';
import type { DerNode } from '../asn1/reader.ts';
import { contextConstructed, derTag } from '../asn1/tags.ts';
import { smallIntegerValue } from '../asn1/values.ts';
import { CodedError } from '../errors/coded-error.ts';
import { type AlgorithmIdentifier, parseAlgorithmIdentifier } from './algorithm-identifier.ts';
import { digestOfOid } from './digest-oids.ts';
import type { DigestAlgorithm, PssParameters } from './ops.ts';

/** Longer than any digest and any sane salt; what is larger could not fit a key we accept. */
const maxSaltLength = 2048;

/**
 * RSASSA-PSS-params of RFC 8017 appendix A.2.3, with its defaults: SHA-1, MGF1 with SHA-1, 20 octets of salt.
 *
 * @throws {CodedError} ERR_CRYPTO_ALGORITHM_UNSUPPORTED for absent parameters (RFC 4055 §3.1 demands them in a signature), another
 *   digest, another mask generation function or another trailer; ERR_DER_…
 */
export function parsePssParameters({ parameters }: AlgorithmIdentifier): PssParameters {
  if (parameters === undefined) throw unsupported('without parameters');
  const fields = parameters.sequence();
  const digest = fields.optional(contextConstructed(0));
  const mask = fields.optional(contextConstructed(1));
  const salt = fields.optional(contextConstructed(2));
  const trailer = fields.optional(contextConstructed(3));
  fields.finish();
  if (trailer !== undefined && smallIntegerValue(trailer.nested()) !== 1) throw unsupported('trailer');
  return {
    digest: digest === undefined ? 'sha1' : digestOf(parseAlgorithmIdentifier(digest.nested())),
    mgf1Digest: mask === undefined ? 'sha1' : maskDigest(mask.nested()),
    saltLength: salt === undefined ? 20 : smallIntegerValue(salt.nested(), maxSaltLength),
  };
}

function maskDigest(node: DerNode): DigestAlgorithm {
  const mask = parseAlgorithmIdentifier(node);
  if (mask.oid !== oids.mgf1 || mask.parameters === undefined) throw unsupported(mask.oid);
  return digestOf(parseAlgorithmIdentifier(mask.parameters));
}

function digestOf({ oid, parameters }: AlgorithmIdentifier): DigestAlgorithm {
  const digest = digestOfOid(oid);
  const parametersAreEmpty =
    parameters === undefined || (parameters.tag === derTag.null && parameters.contentLength === 0);
  if (digest === undefined || !parametersAreEmpty) throw unsupported(oid);
  return digest;
}

function unsupported(what: string): CodedError {
  return new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm: `rsassaPss ${what}` });
}
