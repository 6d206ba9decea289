import type { Reason } from '@onelock/core/verdict';
import { newId } from '../identifiers.ts';
import type { Application } from '../ports/application-records.ts';
import type { Ports } from '../ports/ports.ts';
import type { Standing } from '../ports/standing-store.ts';
import type { Repositories } from '../ports/store.ts';
import type { WatchKind } from '../ports/watch-store.ts';
import { overruledBy, type WatchHit } from '../watch-list/watch-use.ts';
import { watchDigest } from '../watch-list/watch-value.ts';

/**
 * Meets an application that is about to go to its CA with the watch-list, in its transaction: by company, applicant and the certificate that is
 * renewed. Supervision is told of each hit. A company whose registration is closed gets none either.
 *
 * @returns why it may not go on; null when it may
 */
export async function watchApplication(
  repositories: Repositories,
  { clock, ops, personal }: Pick<Ports, 'clock' | 'ops' | 'personal'>,
  { id, subject, applicant, renews, platformId }: Application,
): Promise<Reason | null> {
  const now = clock().toISOString();
  const person = applicant.identifier && personal.open(applicant.identifier, `${id} identifier`);
  const values: readonly (readonly [WatchKind, string | null])[] = [
    ['company', subject.creditCode],
    ['person', person?.replaceAll(/\s/g, '').toUpperCase() ?? null],
    ['certificate', renews],
  ];
  const digests = values.flatMap(([kind, value]) => (value === null ? [] : [watchDigest(personal, kind, value)]));
  const hits: WatchHit[] = [];
  for (const entry of await repositories.watchList.hits(digests, now)) {
    const cleared = entry.action === 'step-up' && entry.clearedUntil !== null && entry.clearedUntil > now;
    const action = cleared ? 'alert' : entry.action;
    hits.push({ entry: entry.id, action });
    const told = {
      entry: entry.id,
      kind: entry.kind,
      action,
      reason: entry.reason,
      use: 'application.submit',
      target: id,
    };
    const sequence = await repositories.watchList.tell({
      ...{ id: newId('evt', clock, ops), at: now, type: 'watchlist.hit' },
      data: JSON.stringify({ ...told, ...(platformId !== null && { platform: platformId }) }),
    });
    await repositories.events.publish('supervision.told', { sequence });
  }
  return overruledBy(hits, await closedCompany(repositories, subject.creditCode))?.reason ?? null;
}

async function closedCompany({ companies }: Repositories, creditCode: string): Promise<Standing | null> {
  const company = await companies.byCreditCode(creditCode);
  return company?.state === 'closed' ? { registry: 'companies', id: company.id, state: company.state } : null;
}
