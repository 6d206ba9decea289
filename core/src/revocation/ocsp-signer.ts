import { oids } from '../asn1/index.ts';
import { equalBytes } from '../bytes/index.ts';
import type { CryptoOps, PublicKey } from '../crypto/index.ts';
import { isCodedError } from '../errors/index.ts';
import type { Reason } from '../verdict/index.ts';
import {
  type Certificate,
  formatName,
  type Name,
  parseCertificate,
  sameName,
  verifyCertificateSignature,
} from '../x509/index.ts';
import { verifyEvidence } from './evidence-signature.ts';
import type { BasicOcspResponse, ResponderId } from './ocsp.ts';
import { keyBits } from './ocsp-certificate-id.ts';
import type { SignerQuestion } from './question.ts';

/** Whether a response calls this name or key its responder. */
export function isResponder(id: ResponderId, name: Name, spki: Uint8Array, ops: CryptoOps): boolean {
  if (id.kind === 'name') return sameName(id.name, name);
  return equalBytes(id.keyHash, ops.digest('sha1', keyBits(spki)));
}

/** Certificates that came with a response; one that does not parse is nobody's. */
export function embeddedSigners(response: BasicOcspResponse): readonly Certificate[] {
  return response.certificates.slice(0, 16).flatMap((der) => {
    try {
      return [parseCertificate(der)];
    } catch (error) {
      if (isCodedError(error)) return [];
      throw error;
    }
  });
}

/**
 * RFC 6960 §4.2.2.2: a response counts when the issuer of the certificate signed it, or one to whom that issuer itself gave a
 * certificate for OCSP signing (its own signature on it is checked, and anyExtendedKeyUsage is not enough), or a responder that
 * the judge trusts by choice.
 *
 * @returns why it does not count, or undefined when it does
 */
export function refusalOfResponse(
  response: BasicOcspResponse,
  question: SignerQuestion,
  ops: CryptoOps,
): Reason | undefined {
  const { issuer, trust } = question;
  const params = { source: 'OCSP', issuer: formatName(issuer.name) } as const;
  let problem: Reason = { code: 'ERR_REVOCATION_SIGNER_UNKNOWN', params };
  if (isResponder(response.responderId, issuer.name, issuer.publicKey.spki, ops)) {
    const refusal = refusalOfSignature(response, () => issuer.publicKey, question, ops);
    if (refusal === undefined) return undefined;
    problem = refusal;
  }
  for (const signer of trust.responders ?? []) {
    if (!isResponder(response.responderId, signer.subject, signer.spki, ops)) continue;
    const refusal =
      refusalOfSignature(response, () => signer.publicKey, question, ops) ?? refusalOfLocal(signer, question);
    if (refusal === undefined) return undefined;
    problem = refusal;
  }
  const others = [...embeddedSigners(response), ...trust.candidates].filter(({ subject, spki }) =>
    isResponder(response.responderId, subject, spki, ops),
  );
  for (const signer of others.slice(0, 16)) {
    const refusal =
      refusalOfSignature(response, () => signer.publicKey, question, ops) ?? refusalOfDelegate(signer, question, ops);
    if (refusal === undefined) return undefined;
    problem = refusal;
  }
  return problem;
}

function refusalOfSignature(
  response: BasicOcspResponse,
  key: () => PublicKey,
  { policy, issuer }: SignerQuestion,
  ops: CryptoOps,
): Reason | undefined {
  const params = { source: 'OCSP', issuer: formatName(issuer.name) };
  return coded(() =>
    verifyEvidence(response, key(), policy.digests, ops)
      ? undefined
      : { code: 'ERR_REVOCATION_SIGNATURE_INVALID', params },
  );
}

function refusalOfDelegate(signer: Certificate, { issuer, trust }: SignerQuestion, ops: CryptoOps): Reason | undefined {
  const refused = (cause: string): Reason => ({
    code: 'ERR_REVOCATION_SIGNER_NOT_AUTHORIZED',
    params: { source: 'OCSP', issuer: formatName(issuer.name), cause },
  });
  return coded(() => {
    if (!sameName(signer.issuer, issuer.name) || !verifyCertificateSignature(signer, issuer.publicKey, ops))
      return refused('issuer');
    if (signer.extendedKeyUsage?.includes(oids.ocspSigning) !== true) return refused('id-kp-OCSPSigning');
    const { keyUsage } = signer;
    if (keyUsage !== undefined && !keyUsage.has('digitalSignature') && !keyUsage.has('nonRepudiation'))
      return refused('keyUsage');
    const distrust = trust.judge(signer, 'ocsp-responder');
    return distrust && refused(distrust.code);
  });
}

function refusalOfLocal(signer: Certificate, { issuer, trust }: SignerQuestion): Reason | undefined {
  const distrust = trust.judge(signer, 'local-responder');
  const params = { source: 'OCSP', issuer: formatName(issuer.name), cause: distrust?.code ?? '' };
  return distrust && { code: 'ERR_REVOCATION_SIGNER_NOT_AUTHORIZED', params };
}

function coded(check: () => Reason | undefined): Reason | undefined {
  try {
    return check();
  } catch (error) {
    if (!isCodedError(error)) throw error;
    return { code: error.code, params: error.params };
  }
}
