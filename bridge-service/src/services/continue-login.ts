import type { Report } from '@onelock/core/validation';
import { appendAudit } from './append-audit.ts';
import { type HeldCertificate, judgeHeld } from './judge-held.ts';
import { maskPersonalNumbers } from './mask-personal-numbers.ts';
import type { Act, Ports } from './ports/ports.ts';
import { authorOf } from './registry/record-change.ts';
import { watchUse } from './watch-list/watch-use.ts';

export interface LoginToContinue extends HeldCertificate {
  /** Of the login that the session began with. */
  readonly loginId: string;
}

/**
 * Whether somebody who logged in before is let into one more platform without signing again. That is a use of the certificate like any other:
 * it is judged as it is now, the watch-list is asked for all that the log-in told of (device and machine too), supervision is told of a hit, and it
 * is on record as this platform's.
 */
export async function continueLogin(ports: Ports, act: Act, held: LoginToContinue): Promise<Report> {
  const { judged, subjects, standing, context, details, items } = await judgeHeld(ports, held);
  const target = held.loginId;
  return act.transaction(async (repositories) => {
    const watched =
      judged.indication === 'passed'
        ? await watchUse(repositories, ports, act, {
            ...{ subjects, standing, context },
            ...{ action: 'login.continue', target, indication: judged.indication },
          })
        : null;
    const report: Report = maskPersonalNumbers(watched?.overruled ?? judged);
    await appendAudit(repositories, ports, {
      ...authorOf(act),
      ...{ action: 'login.continue', target, outcome: report.indication, evidence: items },
      ...(report.reason && { reason: report.reason.code }),
      details: {
        ...details,
        ...(watched !== null && watched.hits.length > 0 && { watched: watched.hits }),
        ...(watched !== null && standing && { standing }),
      },
    });
    return report;
  });
}
