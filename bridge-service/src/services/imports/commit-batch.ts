import { toHex, utf8Encode } from '@onelock/core/bytes';
import { Frontier, treeHasher } from '../../audit/merkle-tree.ts';
import type { PreparedItem } from '../../imports/index.ts';
import { appendAudit } from '../append-audit.ts';
import { newId } from '../identifiers.ts';
import type { ImportConflict, ImportFate, ImportJob, ImportRow } from '../ports/import-records.ts';
import type { Ports } from '../ports/ports.ts';
import type { Company, HistoryEntry, RegisteredCertificate } from '../ports/registry-records.ts';
import type { Repositories } from '../ports/store.ts';
import { certificateView } from '../registry/certificates.ts';
import { companyView } from '../registry/companies.ts';
import { standingChanged } from '../registry/standing-changed.ts';
import { KnownWorld } from './known-world.ts';
import { planRow, type RowPlan } from './plan-row.ts';

type BatchPorts = Pick<Ports, 'ops' | 'clock' | 'lifetimes'>;

/**
 * Writes what becomes of a batch of rows in the transaction that is running: records with their history, the fate of each row, one audit
 * entry with the head of the tree over them, and the place up to which the import is done. All of it or nothing is there.
 */
export async function commitBatch(
  repositories: Repositories,
  ports: BatchPorts,
  job: ImportJob,
  items: readonly PreparedItem[],
): Promise<ImportJob> {
  const world = new KnownWorld();
  await world.learn(repositories, items);
  const work = new BatchWork(ports, job);
  for (const item of items) work.take(item, planRow(item, world, job.settings.policy, job.settings.medium), world);
  const { rows, conflicts, companies, certificates, history } = work;
  await repositories.imports.register({ companies, certificates, history });

  const first = items[0]?.number ?? 0;
  const last = items.at(-1)?.number ?? 0;
  const head = rowsDigest(rows, ports.ops);
  await repositories.imports.addRows(job.id, rows, conflicts, { first, last, rows: head });
  const counts = countFates(rows.map(({ fate }) => fate));
  const { actor, role, requestId } = starterOf(job);
  await appendAudit(repositories, ports, {
    ...{ actor, role, requestId, action: 'import.batch', target: job.id, outcome: 'done' },
    details: { first, last, rows: `sm3:${head}`, counts, companies: companies.length },
  });
  if (companies.length > 0) await repositories.events.publish('registry.changed', { registry: 'companies' });
  if (certificates.length > 0) await repositories.events.publish('registry.changed', { registry: 'certificates' });
  // Their companies may be watched, or closed.
  if (certificates.some(({ companyId }) => companyId !== null)) await standingChanged(repositories, job.id);
  return {
    ...{ ...job, position: last, counts: addCounts(job.counts, counts), updatedAt: ports.clock().toISOString() },
    newCompanies: job.newCompanies + companies.length,
    openConflicts: job.openConflicts + conflicts.length,
  };
}

/** Who answers for what an import writes. */
export function starterOf(job: ImportJob): NonNullable<ImportJob['starter']> {
  if (job.starter === null) throw new Error('an import that nobody started runs');
  return job.starter;
}

class BatchWork {
  readonly rows: ImportRow[] = [];
  readonly conflicts: ImportConflict[] = [];
  readonly companies: Company[] = [];
  readonly certificates: RegisteredCertificate[] = [];
  readonly history: Omit<HistoryEntry, 'version'>[] = [];
  readonly #ports: BatchPorts;
  readonly #job: ImportJob;
  readonly #now: string;

  constructor(ports: BatchPorts, job: ImportJob) {
    this.#ports = ports;
    this.#job = job;
    this.#now = ports.clock().toISOString();
  }

  take(item: PreparedItem, plan: RowPlan, world: KnownWorld): void {
    const companyId = plan.newCompany === null ? (plan.company?.id ?? null) : this.#addCompany(plan.newCompany, world);
    const bound = plan.fate === 'conflict' || plan.fate === 'skipped' ? null : companyId;
    const certificateId =
      plan.newCertificate === null
        ? plan.certificateId
        : this.#addCertificate(plan.newCertificate, item, companyId, world);
    this.rows.push({
      ...{ number: item.number, place: item.place, fate: plan.fate, outcome: null, findings: plan.findings },
      ...{ reason: item.trouble, certificateDigest: item.certificate?.digest ?? null, certificateId },
      ...{ companyId: bound, creditCode: plan.creditCode, companyName: plan.companyName },
      ...{ subject: item.certificate?.subject ?? null, decision: null, decidedBy: null, decidedAt: null },
    });
    if (plan.conflict !== null)
      this.conflicts.push({
        ...{ number: item.number, findings: plan.findings, payload: plan.conflict },
        der: item.certificate?.der ?? null,
      });
  }

  #addCompany({ creditCode, name, legalPerson }: NonNullable<RowPlan['newCompany']>, world: KnownWorld): string {
    const { clock, ops } = this.#ports;
    const id = newId('com', clock, ops);
    const now = this.#now;
    const company: Company = {
      ...{ id, creditCode, name, state: 'active', createdAt: now, updatedAt: now, version: 1, agents: [] },
      legalPerson: legalPerson === null ? null : { name: legalPerson, identifier: null, phone: null },
      names: [{ name, since: now, until: null }],
    };
    this.companies.push(company);
    this.#remember('companies', id, 'company.register', companyView(company));
    world.addCompany({ id, creditCode, name, names: [name] });
    return id;
  }

  #addCertificate(
    certificate: NonNullable<RowPlan['newCertificate']>,
    { said }: PreparedItem,
    companyId: string | null,
    world: KnownWorld,
  ): string {
    const { clock, ops } = this.#ports;
    const id = newId('crt', clock, ops);
    const record: RegisteredCertificate = {
      ...{ ...certificate, id, companyId, medium: said.medium ?? this.#job.settings.medium, state: 'active' },
      // Whoever holds it has shown nothing yet: the first login does.
      ...{ provenAt: null, proof: null, source: this.#job.id, createdAt: this.#now, updatedAt: this.#now, version: 1 },
    };
    this.certificates.push(record);
    this.#remember('certificates', id, 'certificate.register', certificateView(record));
    world.addCertificate(record);
    return id;
  }

  #remember(registry: 'companies' | 'certificates', recordId: string, action: string, record: object): void {
    const { actor } = starterOf(this.#job);
    this.history.push({
      registry,
      recordId,
      action,
      actor,
      at: this.#now,
      record: JSON.stringify(record),
      reason: null,
    });
  }
}

/**
 * Head of the tree over rows (RFC 6962 §2.1, SM3), hex. A leaf is the row's number, place, fate, findings, certificate and company, one line
 * of JSON: what the report shows, so that anyone can compute it again.
 */
export function rowsDigest(rows: readonly ImportRow[], ops: Ports['ops']): string {
  const hasher = treeHasher(ops, 'sm3');
  const tree = new Frontier(hasher);
  for (const row of rows) tree.append(hasher.leaf(utf8Encode(rowLeaf(row))));
  return toHex(tree.root());
}

/** As the import left it: a later decision changes none of it. */
export function rowLeaf({ number, place, fate, findings, certificateDigest, creditCode }: ImportRow): string {
  return JSON.stringify([number, place, fate, findings, certificateDigest, creditCode]);
}

export type Counts<Word extends string> = Readonly<Partial<Record<Word, number>>>;

export function countFates<Word extends string = ImportFate>(words: readonly Word[]): Counts<Word> {
  const counts: Partial<Record<Word, number>> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

export function addCounts<Word extends string>(a: Counts<Word>, b: Counts<Word>): Counts<Word> {
  const sum: Partial<Record<Word, number>> = { ...a };
  for (const [word, count] of Object.entries(b) as [Word, number][]) sum[word] = (sum[word] ?? 0) + count;
  return sum;
}
