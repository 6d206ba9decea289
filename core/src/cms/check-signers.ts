import { oids } from '../asn1/index.ts';
import type { CryptoOps, PublicKey, SignatureAlgorithm } from '../crypto/index.ts';
import type { Symptom } from '../deviations/index.ts';
import { CodedError, isCodedError } from '../errors/index.ts';
import type { Need, Verdict } from '../verdict/index.ts';
import { type Certificate, describeSubject } from '../x509/index.ts';
import { checkAlgorithmProtection } from './algorithm-protection.ts';
import {
  checkAttributePlaces,
  checkContentType,
  checkMessageDigest,
  checkSigningCertificate,
  readSigningTime,
} from './attributes.ts';
import { readCountersignatures } from './countersignatures.ts';
import { certificatesOf, describeSigner, embeddedCertificates } from './find-signer.ts';
import { signerAlgorithm, signerDigest } from './signature-algorithm.ts';
import { normalSignature } from './signature-symptoms.ts';
import { type SignedContent, wholeContent } from './signed-content.ts';
import type { MessageFamily, SignedData, SignerInfo } from './signed-data.ts';
import type { SignerCheck } from './signer-check.ts';
import { verifySignedAttributes } from './verify-attributes.ts';

export interface SignerMaterial {
  /**
   * The signed octets of a detached signature, at hand or read past (see ContentDigester); for an attached one they must equal
   * what is inside.
   */
  readonly content?: Uint8Array | SignedContent | undefined;
  /** Further certificates to look for signers in, beside those of the message. */
  readonly certificates?: readonly Certificate[] | undefined;
}

const dataTypes: readonly string[] = [oids.data, oids.gmData];

/**
 * Checks every SignerInfo, in the message's order: mathematics and attribute rules (GM/T 0010, RFC 5652 §5.4–5.6), no
 * trust. Never throws for a bad message: what is wrong is the check's verdict. `indeterminate` names what is missing: the
 * content, the signer's certificate, or an algorithm we do not do.
 */
export function checkSigners(message: SignedData, material: SignerMaterial, ops: CryptoOps): SignerCheck[] {
  const certificates = [...embeddedCertificates(message), ...(material.certificates ?? [])];
  const { contentType, family } = message;
  return message.signers.map((signer) =>
    checkSigner(
      { signer, contentType, family, content: () => contentOf(message, material.content, ops) },
      certificates,
      ops,
    ),
  );
}

/**
 * Checks the countersignatures of a signer (RFC 5652 §11.4): each signs the octets of that signer's signature, and has no
 * content type. As with {@link checkSigners} nothing is thrown for a bad one; at most 16 are looked at.
 *
 * @throws {CodedError} ERR_CMS_MALFORMED, ERR_CMS_ATTRIBUTE_INVALID { attribute: 'countersignature' }, ERR_DER_…
 */
export function checkCountersignatures(
  signer: SignerInfo,
  certificates: readonly Certificate[],
  ops: CryptoOps,
): SignerCheck[] {
  const content = wholeContent(signer.signature, ops);
  return readCountersignatures(signer).map((countersigner) =>
    checkSigner({ signer: countersigner, contentType: null, family: null, content: () => content }, certificates, ops),
  );
}

/** One signature to check: by whom, of what. */
interface Task {
  readonly signer: SignerInfo;
  /** What contentType must say; null where there must be none. */
  readonly contentType: string | null;
  readonly family: MessageFamily | null;
  /** @throws {CodedError} ERR_CMS_CONTENT_ABSENT, ERR_CMS_CONTENT_MISMATCH */
  readonly content: () => SignedContent;
}

function checkSigner(task: Task, certificates: readonly Certificate[], ops: CryptoOps): SignerCheck {
  const { signer } = task;
  const checks = certificatesOf(signer.identifier, certificates).map((candidate) => checkWith(task, candidate, ops));
  return (
    checks.find(({ verdict }) => verdict.indication === 'passed') ??
    checks[0] ??
    unchecked(signer, certificateAbsent(signer))
  );
}

function checkWith(task: Task, certificate: Certificate, ops: CryptoOps): SignerCheck {
  const { signer } = task;
  let algorithm: SignatureAlgorithm | null = null;
  let signingTime: Date | null = null;
  let deviations: readonly Symptom[] = [];
  let verdict: Verdict;
  try {
    const content = task.content();
    const key = certificate.publicKey;
    algorithm = signerAlgorithm(signer, key);
    checkAttributePlaces(signer.signedAttributes ?? [], signer.unsignedAttributes);
    const normal = normalSignature(signer, key, task.family);
    deviations = normal.deviations;
    if (signer.signedAttributes !== null) {
      signingTime = readSigningTime(signer.signedAttributes);
      checkContentType(signer.signedAttributes, task.contentType);
      checkMessageDigest(signer.signedAttributes, content.digest(signerDigest(signer)));
      checkSigningCertificate(signer.signedAttributes, certificate, ops);
      checkAlgorithmProtection(signer);
    } else if (task.contentType !== null) {
      requireAttributesUnlessData(task.contentType, content);
    }
    const outcome = verifySignature(signer, content, key, algorithm, normal.signature, ops);
    if (outcome === 'invalid') throw new CodedError('ERR_SIGNATURE_INVALID');
    deviations = [...deviations, ...outcome];
    verdict = { indication: 'passed' };
  } catch (error) {
    if (!isCodedError(error)) throw error;
    verdict = verdictOf(error, certificate);
  }
  return { verdict, signer, certificate, algorithm, signingTime, deviations };
}

/** What departs from the standard in a signature that verifies, or `invalid`. */
function verifySignature(
  { signedAttributesDer }: SignerInfo,
  content: SignedContent,
  key: PublicKey,
  algorithm: SignatureAlgorithm,
  signature: Uint8Array,
  ops: CryptoOps,
): readonly Symptom[] | 'invalid' {
  if (signedAttributesDer !== null) return verifySignedAttributes(signedAttributesDer, key, algorithm, signature, ops);
  return content.verify(key, algorithm, signature) ? [] : 'invalid';
}

/** @throws {CodedError} ERR_CMS_CONTENT_ABSENT, ERR_CMS_CONTENT_MISMATCH */
function contentOf(message: SignedData, given: Uint8Array | SignedContent | undefined, ops: CryptoOps): SignedContent {
  const content = given instanceof Uint8Array ? wholeContent(given, ops) : given;
  if (message.content === null) {
    if (content === undefined) throw new CodedError('ERR_CMS_CONTENT_ABSENT');
    return content;
  }
  if (content !== undefined && !content.equals(message.content)) throw new CodedError('ERR_CMS_CONTENT_MISMATCH');
  return wholeContent(message.content, ops);
}

/**
 * RFC 5652 §5.3: content that is not plain data is signed through attributes. And content that looks like attributes is
 * refused: its signature may have been made for another message, whose attributes were then cut off.
 */
function requireAttributesUnlessData(contentType: string, content: SignedContent): void {
  if (!dataTypes.includes(contentType) || content.looksLikeSignedAttributes())
    throw new CodedError('ERR_CMS_ATTRIBUTE_INVALID', { attribute: 'signedAttrs' });
}

function verdictOf(error: CodedError, certificate: Certificate): Verdict {
  const reason = { code: error.code, params: error.params };
  const need = needOf(error);
  if (need !== undefined) return { indication: 'indeterminate', reason, needs: [need] };
  return { indication: 'failed', reason, subject: describeSubject(certificate) };
}

function needOf(error: CodedError): Need | undefined {
  if (error.code === 'ERR_CMS_CONTENT_ABSENT') return { kind: 'content', of: '' };
  if (error.code === 'ERR_CRYPTO_ALGORITHM_UNSUPPORTED')
    return { kind: 'algorithm', of: String(error.params.algorithm ?? '') };
  return undefined;
}

function certificateAbsent(signer: SignerInfo): Verdict {
  const of = describeSigner(signer.identifier);
  return {
    indication: 'indeterminate',
    reason: { code: 'ERR_CMS_SIGNER_CERTIFICATE_ABSENT', params: { signer: of } },
    needs: [{ kind: 'signer-certificate', of }],
  };
}

function unchecked(signer: SignerInfo, verdict: Verdict): SignerCheck {
  return { verdict, signer, certificate: null, algorithm: null, signingTime: null, deviations: [] };
}
