import { oids } from '../asn1/index.ts';
import { equalBytes } from '../bytes/index.ts';
import { checkSigners, namesItsCertificate, type SignerCheck } from '../cms/index.ts';
import type { CryptoOps, DigestAlgorithm } from '../crypto/index.ts';
import { CodedError, isCodedError } from '../errors/index.ts';
import type { Verdict } from '../verdict/index.ts';
import { type Certificate, describeSubject, sameName } from '../x509/index.ts';
import type { TimestampRequest } from './request.ts';
import type { TimestampToken } from './token.ts';

/** What a token is held against; each that is given must fit. */
export interface StampedMaterial {
  /** What was stamped, whole. */
  readonly content?: Uint8Array | undefined;
  /** Or its digest. */
  readonly digest?: { readonly algorithm: DigestAlgorithm; readonly value: Uint8Array } | undefined;
  /** The question that the token answers: imprint, policy and nonce. */
  readonly request?: TimestampRequest | undefined;
  /** Certificates to look for the authority's in, beside those of the token. */
  readonly certificates?: readonly Certificate[] | undefined;
}

export interface TokenCheck {
  readonly verdict: Verdict;
  readonly signer: SignerCheck;
  /** The authority's. */
  readonly certificate: Certificate | null;
}

/**
 * Checks a token without asking whom to trust: RFC 3161 §2.2–2.4.2. The signature and its attributes; that the authority
 * names its own certificate (ESS, RFC 5816) and that this certificate is for time-stamping and nothing else, critically so;
 * that imprint, policy and nonce are those of the question. Never throws for a bad token.
 *
 * @throws {TypeError} when nothing is given to hold the token against: a token about nothing proves nothing
 */
export function checkTimestampToken(token: TimestampToken, material: StampedMaterial, ops: CryptoOps): TokenCheck {
  if (material.content === undefined && material.digest === undefined && material.request === undefined)
    throw new TypeError('a token is checked against content, a digest or a request');
  const [signer] = checkSigners(token.signedData, { certificates: material.certificates }, ops);
  if (signer === undefined) throw new CodedError('ERR_TIMESTAMP_MALFORMED', { field: 'signerInfos', offset: 0 });
  const { certificate } = signer;
  if (signer.verdict.indication !== 'passed' || certificate === null)
    return { verdict: signer.verdict, signer, certificate };
  try {
    checkPurpose(certificate);
    if (!namesItsCertificate(signer.signer.signedAttributes ?? []))
      throw new CodedError('ERR_CMS_ATTRIBUTE_INVALID', { attribute: 'signingCertificate' });
    checkAuthorityName(token, certificate);
    checkMaterial(token, material, ops);
    return { verdict: { indication: 'passed' }, signer, certificate };
  } catch (error) {
    if (!isCodedError(error)) throw error;
    return { verdict: failure(error, certificate), signer, certificate };
  }
}

/** RFC 3161 §2.3: one extended key usage, timeStamping, and critical. */
function checkPurpose(certificate: Certificate): void {
  const purposes = certificate.extendedKeyUsage;
  if (purposes === undefined || !purposes.includes(oids.timeStamping))
    throw new CodedError('ERR_TIMESTAMP_AUTHORITY_INVALID', { rule: 'extendedKeyUsage timeStamping' });
  if (purposes.length !== 1)
    throw new CodedError('ERR_TIMESTAMP_AUTHORITY_INVALID', { rule: 'extendedKeyUsage timeStamping only' });
  if (certificate.extension(oids.extendedKeyUsage)?.critical !== true)
    throw new CodedError('ERR_TIMESTAMP_AUTHORITY_INVALID', { rule: 'extendedKeyUsage critical' });
}

/** RFC 3161 §2.4.2: a name that the token states is one of the certificate's. */
function checkAuthorityName({ info }: TimestampToken, certificate: Certificate): void {
  const { authority } = info;
  if (authority === null || authority.kind !== 'directory') return;
  const others = (certificate.subjectAltName ?? []).filter((name) => name.kind === 'directory');
  if (![certificate.subject, ...others.map(({ name }) => name)].some((name) => sameName(name, authority.name)))
    throw mismatch('tsa');
}

function checkMaterial(token: TimestampToken, material: StampedMaterial, ops: CryptoOps): void {
  const { imprint, nonce, policy } = token.info;
  const { digestAlgorithm } = imprint;
  if (digestAlgorithm === undefined)
    throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', { algorithm: imprint.oid });
  const { content, digest, request } = material;
  if (content !== undefined && !equalBytes(ops.digest(digestAlgorithm, content), imprint.digest))
    throw mismatch('messageImprint');
  if (digest !== undefined && !(digest.algorithm === digestAlgorithm && equalBytes(digest.value, imprint.digest)))
    throw mismatch('messageImprint');
  if (request === undefined) return;
  if (request.imprint.oid !== imprint.oid || !equalBytes(request.imprint.digest, imprint.digest))
    throw mismatch('messageImprint');
  if (request.policy !== null && request.policy !== policy) throw mismatch('policy');
  if (request.nonce !== null && (nonce === null || !equalBytes(request.nonce, nonce))) throw mismatch('nonce');
}

function failure(error: CodedError, certificate: Certificate): Verdict {
  const reason = { code: error.code, params: error.params };
  if (error.code !== 'ERR_CRYPTO_ALGORITHM_UNSUPPORTED')
    return { indication: 'failed', reason, subject: describeSubject(certificate) };
  return {
    indication: 'indeterminate',
    reason,
    needs: [{ kind: 'algorithm', of: String(error.params.algorithm ?? '') }],
  };
}

function mismatch(field: string): CodedError {
  return new CodedError('ERR_TIMESTAMP_MISMATCH', { field });
}
