import type { SignedContent, SignedData } from '@onelock/core/cms';
import {
  type CertificateReport,
  judgeCertificate,
  judgeLogin,
  judgeMessage,
  judgeSignature,
  type LoginEvidence,
  type LoginReport,
  type MessageReport,
  type SignatureEvidence,
  type SignatureReport,
  type TrustEvidence,
} from '@onelock/core/validation';
import type { Certificate } from '@onelock/core/x509';
import { plainEvidence } from '../workers/verification-task.ts';
import type { JudgedBy } from './gather-evidence.ts';
import type { Ports } from './ports/ports.ts';

/** The threads, when there are any and the evidence can be sent to them: anchors as certificates, the profile by its name. */
function poolFor({ pool }: Ports, { trustAnchors, profile }: TrustEvidence): Ports['pool'] {
  const travels = typeof profile === 'string' && trustAnchors.every(({ kind }) => kind === 'certificate');
  return travels ? pool : undefined;
}

/** As `judgeCertificate`, on a thread where there is one. */
export async function certificateJudged(
  ports: Ports,
  certificate: Certificate,
  evidence: TrustEvidence,
): Promise<CertificateReport> {
  const pool = poolFor(ports, evidence);
  if (pool === undefined) return judgeCertificate({ certificate, ...evidence }, ports.ops);
  return pool.run({ kind: 'certificate', certificate: certificate.der, evidence: plainEvidence(evidence) });
}

/** As `judgeSignature` with a certificate, likewise. */
export async function signatureJudged(
  ports: Ports,
  signed: Pick<SignatureEvidence, 'content' | 'signature' | 'algorithm'> & { readonly certificate: Certificate },
  evidence: TrustEvidence,
): Promise<SignatureReport> {
  const pool = poolFor(ports, evidence);
  if (pool === undefined) return judgeSignature({ ...signed, ...evidence }, ports.ops);
  const { content, signature, algorithm, certificate } = signed;
  return pool.run({
    kind: 'signature',
    certificate: certificate.der,
    content,
    signature,
    algorithm,
    evidence: plainEvidence(evidence),
  });
}

/** As `judgeMessage`, likewise; `der` is the message that was parsed. */
export async function messageJudged(
  ports: Ports,
  der: Uint8Array,
  message: SignedData,
  content: Uint8Array | SignedContent | undefined,
  evidence: JudgedBy,
): Promise<MessageReport> {
  const pool = poolFor(ports, evidence);
  // Digests that came instead of the content do not cross threads, and cost next to nothing.
  const travels = content === undefined || content instanceof Uint8Array;
  if (pool === undefined || !travels) return judgeMessage({ message, content, ...evidence }, ports.ops);
  return pool.run({ kind: 'message', message: der, content, evidence: plainEvidence(evidence) });
}

/** As `judgeLogin`, likewise. */
export async function loginJudged(
  ports: Ports,
  login: Pick<LoginEvidence, 'token' | 'expectedOrigin' | 'expectedChallenge'>,
  evidence: TrustEvidence,
): Promise<LoginReport> {
  const pool = poolFor(ports, evidence);
  if (pool === undefined) return judgeLogin({ ...login, ...evidence }, ports.ops);
  return pool.run({ kind: 'login', login, evidence: plainEvidence(evidence) });
}
