import { oids } from '../asn1/index.ts';
import { equalBytes } from '../bytes/index.ts';
import type { CryptoOps, SignatureAlgorithm } from '../crypto/index.ts';
import { CodedError, isCodedError } from '../errors/index.ts';
import type { Need, Verdict } from '../verdict/index.ts';
import { type Certificate, describeSubject } from '../x509/index.ts';
import {
  checkAttributePlaces,
  checkContentType,
  checkMessageDigest,
  checkSigningCertificate,
  looksLikeSignedAttributes,
  readSigningTime,
} from './attributes.ts';
import { certificatesOf, describeSigner, embeddedCertificates } from './find-signer.ts';
import { signerAlgorithm, signerDigest } from './signature-algorithm.ts';
import type { SignedData, SignerInfo } from './signed-data.ts';
import type { SignerCheck } from './signer-check.ts';

export interface SignerMaterial {
  /** The signed octets of a detached signature; for an attached one it must equal what is inside. */
  readonly content?: Uint8Array | undefined;
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
  return message.signers.map((signer) => checkSigner(message, signer, certificates, material.content, ops));
}

function checkSigner(
  message: SignedData,
  signer: SignerInfo,
  certificates: readonly Certificate[],
  given: Uint8Array | undefined,
  ops: CryptoOps,
): SignerCheck {
  const candidates = certificatesOf(signer.identifier, certificates);
  const [first] = candidates;
  if (first === undefined) return unchecked(signer, certificateAbsent(signer));
  const checks = candidates.map((candidate) => checkWith(message, signer, candidate, given, ops));
  return (
    checks.find(({ verdict }) => verdict.indication === 'passed') ??
    checks[0] ??
    unchecked(signer, certificateAbsent(signer))
  );
}

function checkWith(
  message: SignedData,
  signer: SignerInfo,
  certificate: Certificate,
  given: Uint8Array | undefined,
  ops: CryptoOps,
): SignerCheck {
  let algorithm: SignatureAlgorithm | null = null;
  let signingTime: Date | null = null;
  let verdict: Verdict;
  try {
    const content = contentOf(message, given);
    algorithm = signerAlgorithm(signer, certificate.publicKey);
    checkAttributePlaces(signer.signedAttributes ?? [], signer.unsignedAttributes);
    if (signer.signedAttributes !== null) {
      signingTime = readSigningTime(signer.signedAttributes);
      checkContentType(signer.signedAttributes, message.contentType);
      checkMessageDigest(signer.signedAttributes, ops.digest(signerDigest(signer), content));
      checkSigningCertificate(signer.signedAttributes, certificate, ops);
    } else {
      requireAttributesUnlessData(message, content);
    }
    if (!ops.verify(certificate.publicKey, algorithm, signer.signedAttributesDer ?? content, signer.signature))
      throw new CodedError('ERR_SIGNATURE_INVALID');
    verdict = { indication: 'passed' };
  } catch (error) {
    if (!isCodedError(error)) throw error;
    verdict = verdictOf(error, certificate);
  }
  return { verdict, signer, certificate, algorithm, signingTime };
}

/** @throws {CodedError} ERR_CMS_CONTENT_ABSENT, ERR_CMS_CONTENT_MISMATCH */
function contentOf(message: SignedData, given: Uint8Array | undefined): Uint8Array {
  if (message.content === null) {
    if (given === undefined) throw new CodedError('ERR_CMS_CONTENT_ABSENT');
    return given;
  }
  if (given !== undefined && !equalBytes(given, message.content)) throw new CodedError('ERR_CMS_CONTENT_MISMATCH');
  return message.content;
}

/**
 * RFC 5652 §5.3: content that is not plain data is signed through attributes. And content that looks like attributes is
 * refused: its signature may have been made for another message, whose attributes were then cut off.
 */
function requireAttributesUnlessData(message: SignedData, content: Uint8Array): void {
  if (!dataTypes.includes(message.contentType) || looksLikeSignedAttributes(content))
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
  return { verdict, signer, certificate: null, algorithm: null, signingTime: null };
}
