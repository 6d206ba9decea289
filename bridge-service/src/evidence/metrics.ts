import { Gauge, type Registry } from 'prom-client';
import type { SourceView } from '../services/ports/evidence.ts';
import type { Ports } from '../services/ports/ports.ts';

/** Numbers about listed sources: how often each has failed in a row, how old its list is, and whether that still counts. */
export function measureEvidence(
  registry: Registry,
  { evidence, trust, store, clock }: Pick<Ports, 'evidence' | 'trust' | 'store' | 'clock'>,
): void {
  const labelNames = ['ca', 'kind', 'url'] as const;
  /** None while the database is away: the other numbers are then wanted most. */
  const sourcesNow = async (): Promise<readonly SourceView[]> => {
    try {
      return evidence.sources(await trust.current(store));
    } catch {
      return [];
    }
  };
  const age = new Gauge({
    name: 'onelock_evidence_list_age_seconds',
    help: 'Age of the revocation list at hand, by its thisUpdate',
    ...{ labelNames, registers: [registry] },
  });
  const stale = new Gauge({
    name: 'onelock_evidence_list_stale',
    help: '1 when the revocation list at hand no longer counts',
    ...{ labelNames, registers: [registry] },
  });
  new Gauge({
    name: 'onelock_evidence_source_failures',
    help: 'Failures in a row of a listed source of evidence',
    ...{ labelNames, registers: [registry] },
    async collect() {
      for (const gauge of [this, age, stale]) gauge.reset();
      const now = clock().getTime();
      for (const { caId, kind, url, failures, list } of await sourcesNow()) {
        const labels = { ca: caId ?? '', kind, url };
        this.set(labels, failures);
        if (list === null) continue;
        age.set(labels, Math.max(0, (now - Date.parse(list.thisUpdate)) / 1000));
        stale.set(labels, list.stale ? 1 : 0);
      }
    },
  });
}
