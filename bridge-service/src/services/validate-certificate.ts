import { toHex } from '@onelock/core/bytes';
import type { CertificateReport } from '@onelock/core/validation';
import { appendAudit } from './append-audit.ts';
import { gatherEvidence, type TrustQuestion } from './gather-evidence.ts';
import { certificateJudged } from './judge-in-parallel.ts';
import { maskPersonalNumbers } from './mask-personal-numbers.ts';
import type { Act, Ports } from './ports/ports.ts';
import { readCertificate } from './read-certificates.ts';

export interface CertificateQuestion extends TrustQuestion {
  readonly certificate: string;
}

/** Parse, gather, judge, record, answer. */
export async function validateCertificate(
  ports: Ports,
  act: Act,
  question: CertificateQuestion,
): Promise<CertificateReport> {
  const certificate = readCertificate(question.certificate, '/certificate');
  const evidence = await gatherEvidence(ports, act, question);
  const report = maskPersonalNumbers(await certificateJudged(ports, certificate, evidence));
  await act.transaction((repositories) =>
    appendAudit(repositories, ports, {
      actor: act.caller.id,
      role: act.caller.role,
      requestId: act.requestId,
      action: 'certificate.validate',
      target: `sm3:${toHex(ports.ops.digest('sm3', certificate.der))}`,
      outcome: report.indication,
      ...(report.reason && { reason: report.reason.code }),
      details: {
        at: report.at,
        profile: report.profile,
        revocation: report.revocation.mode,
        explicitTrustAnchors: question.trustAnchors !== undefined,
      },
    }),
  );
  return report;
}
