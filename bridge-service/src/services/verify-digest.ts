import { equalBytes, fromBase64 } from '@onelock/core/bytes';
import type { SignedContent } from '@onelock/core/cms';
import { type CryptoOps, type DigestAlgorithm, digestLengths, type PublicKey } from '@onelock/core/crypto';
import { verifyDigest } from '@onelock/core/crypto/node';
import { CodedError } from '@onelock/core/errors';
import { judgeSignature, type SignatureReport, type TrustEvidence } from '@onelock/core/validation';
import type { Certificate } from '@onelock/core/x509';
import type { TrustQuestion } from './gather-evidence.ts';
import type { Ports } from './ports/ports.ts';
import { readBytes, readingField } from './read-certificates.ts';
import { digestAlgorithmFor, type SignatureAlgorithmName } from './signature-algorithm.ts';

/** Digests that a caller may compute instead of sending the content. */
export const contentDigestNames = ['sm3', 'sha256', 'sha384', 'sha512'] as const;

/**
 * A raw signature of which only the digest is sent, so that the content never leaves the trading system. For SM2 it is
 * e = SM3(ZA ‖ content) (GB/T 32918.2 §6.1), which only who knows the key and the user id can compute.
 */
export interface DigestQuestion extends TrustQuestion {
  readonly kind: 'digest';
  readonly digest: { readonly algorithm: (typeof contentDigestNames)[number]; readonly value: string };
  readonly signature: string;
  readonly certificate?: string | undefined;
  readonly publicKey?: string | undefined;
  /** Chosen from the key and the digest when absent: PKCS#1 for RSA, so PSS has to be named. */
  readonly algorithm?: SignatureAlgorithmName | undefined;
}

/** Whose signature it is. */
type Signer =
  | { readonly certificate: Certificate; readonly evidence: TrustEvidence }
  | { readonly publicKey: PublicKey };

/**
 * Judges such a signature as if the content were here: what is weak, and who may sign, is the same.
 *
 * @throws {CodedError} ERR_REQUEST_INVALID, ERR_SIGNATURE_ALGORITHM_MISMATCH, ERR_CRYPTO_ALGORITHM_UNSUPPORTED for EdDSA, which signs no digest
 */
export function judgeDigest(
  { ops }: Pick<Ports, 'ops'>,
  question: Pick<DigestQuestion, 'digest' | 'signature' | 'algorithm'>,
  signer: Signer,
): SignatureReport {
  const { algorithm: name } = question.digest;
  const digest = readDigest(question.digest, '/digest');
  const signature = readBytes(question.signature, '/signature');
  const key =
    'certificate' in signer ? readingField('/certificate', () => signer.certificate.publicKey) : signer.publicKey;
  const algorithm = digestAlgorithmFor(key, name, question.algorithm);
  const byDigest: CryptoOps = {
    ...ops,
    // The digest stands where the message would: no message is that very array.
    verify: (candidate, scheme, message, value) =>
      message === digest
        ? verifyDigest(ops, candidate, scheme, digest, value)
        : ops.verify(candidate, scheme, message, value),
  };
  const asked = { content: digest, signature, algorithm };
  return 'certificate' in signer
    ? judgeSignature({ ...asked, ...signer.evidence, certificate: signer.certificate }, byDigest)
    : judgeSignature({ ...asked, publicKey: signer.publicKey }, byDigest);
}

/** @throws {CodedError} ERR_REQUEST_INVALID for a digest that is not as long as its algorithm makes it */
function readDigest({ algorithm, value }: DigestQuestion['digest'], field: string): Uint8Array {
  const digest = readingField(`${field}/value`, () => fromBase64(value));
  if (digest.length !== digestLengths[algorithm])
    throw new CodedError('ERR_REQUEST_INVALID', {
      field: `${field}/value`,
      rule: `${digestLengths[algorithm]} bytes of ${algorithm}`,
    });
  return digest;
}

/** The content of a detached message by its digests: enough for every signer with signed attributes. */
export function digestedContent(
  given: readonly DigestQuestion['digest'][],
  ops: Pick<CryptoOps, 'digest'>,
): SignedContent {
  const digests = new Map<DigestAlgorithm, Uint8Array>(
    given.map((one, index) => [one.algorithm, readDigest(one, `/contentDigests/${index}`)]),
  );
  const absent = (): CodedError => new CodedError('ERR_CMS_CONTENT_ABSENT');
  return {
    digest: (algorithm) => {
      const digest = digests.get(algorithm);
      if (digest === undefined) throw absent();
      return digest;
    },
    equals: (octets) => [...digests].every(([name, digest]) => equalBytes(ops.digest(name, octets), digest)),
    looksLikeSignedAttributes: () => false,
    verify: () => {
      throw absent();
    },
  };
}
