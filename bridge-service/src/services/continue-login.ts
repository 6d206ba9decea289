import { toHex } from '@onelock/core/bytes';
import type { ProfileName } from '@onelock/core/path';
import type { Report } from '@onelock/core/validation';
import type { Certificate } from '@onelock/core/x509';
import { appendAudit } from './append-audit.ts';
import { withRegistry } from './gather-evidence.ts';
import { certificateJudged } from './judge-in-parallel.ts';
import { EvidenceNotes } from './judgement-record.ts';
import { maskPersonalNumbers } from './mask-personal-numbers.ts';
import type { Act, Ports } from './ports/ports.ts';
import { readIdentity } from './registry/read-identity.ts';
import { authorOf } from './registry/record-change.ts';
import { standingOf } from './watch-list/standing.ts';
import { watchUse } from './watch-list/watch-use.ts';

export interface LoginToContinue {
  /** Of the login that the session began with. */
  readonly loginId: string;
  readonly certificate: Certificate;
  readonly profile: ProfileName;
}

/**
 * Whether somebody who logged in before is let into one more platform without signing again. That is a use of the certificate like any other:
 * it is judged as it is now, the watch-list is asked, supervision is told of a hit, and it is on record as this platform's.
 */
export async function continueLogin(
  ports: Ports,
  act: Act,
  { loginId, certificate, profile }: LoginToContinue,
): Promise<Report> {
  const { evidence, sources } = await withRegistry(
    ports,
    { at: ports.clock(), profile, revocation: 'if-available' },
    { certificates: [certificate] },
    [],
    true,
  );
  const judged = await certificateJudged(ports, certificate, evidence);
  const notes = new EvidenceNotes(ports.ops);
  const kept = notes.keep(certificate.der);
  const { details, items } = notes.record(evidence, sources);
  const certificateDigest = toHex(ports.ops.digest('sm3', certificate.der));
  const subjects = [{ certificateDigest, identity: await readIdentity(ports, ports.store, certificate) }];
  const standing = standingOf((await ports.watched.current()).inactive, subjects);
  return act.transaction(async (repositories) => {
    const watched =
      judged.indication === 'passed'
        ? await watchUse(repositories, ports, act, {
            ...{ subjects, standing, context: {} },
            ...{ action: 'login.continue', target: loginId, indication: judged.indication },
          })
        : null;
    const report: Report = maskPersonalNumbers(watched?.overruled ?? judged);
    await appendAudit(repositories, ports, {
      ...authorOf(act),
      ...{ action: 'login.continue', target: loginId, outcome: report.indication, evidence: items },
      ...(report.reason && { reason: report.reason.code }),
      details: {
        ...{ ...details, certificate: kept },
        ...(watched !== null && watched.hits.length > 0 && { watched: watched.hits }),
        ...(watched !== null && standing && { standing }),
      },
    });
    return report;
  });
}
