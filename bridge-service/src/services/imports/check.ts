import type { PreparedItem } from '../../imports/index.ts';
import type {
  FateCounts,
  FindingCounts,
  ImportFinding,
  ImportPreview,
  ImportProblem,
  ImportSettings,
  ImportTable,
} from '../ports/import-records.ts';
import type { Readings } from '../ports/store.ts';
import { addCounts, countFates } from './commit-batch.ts';
import { KnownWorld } from './known-world.ts';
import { planRow } from './plan-row.ts';

const problemsOfAKind = 20;
const mostProblems = 200;
const mostTables = 20;
const placeholder = 'new';

/**
 * Goes through an upload as the import would, and writes nothing. What the rows before would have added is remembered by its digests: some
 * 300 bytes a row.
 */
export class ImportCheck {
  readonly #settings: ImportSettings;
  readonly #world = new KnownWorld();
  readonly #formats: string[] = [];
  readonly #tables: ImportTable[] = [];
  readonly #problems: ImportProblem[] = [];
  readonly #perKind = new Map<string, number>();
  #rows = 0;
  #newCompanies = 0;
  #counts: FateCounts = {};
  #findings: FindingCounts = {};

  constructor(settings: ImportSettings) {
    this.#settings = settings;
  }

  format(name: string): void {
    this.#formats.push(name);
  }

  table(table: ImportTable): void {
    if (this.#tables.length < mostTables) this.#tables.push(table);
  }

  async take(readings: Pick<Readings, 'imports'>, items: readonly PreparedItem[]): Promise<void> {
    await this.#world.learn(readings, items);
    for (const item of items) {
      const plan = planRow(item, this.#world, this.#settings.policy, this.#settings.medium);
      this.#rows += 1;
      this.#counts = addCounts(this.#counts, { [plan.fate]: 1 });
      this.#findings = addCounts(this.#findings, countFates<ImportFinding>(plan.findings));
      this.#note(item, plan);
      if (plan.newCompany !== null) {
        this.#newCompanies += 1;
        const { creditCode, name } = plan.newCompany;
        this.#world.addCompany({ id: `${placeholder} ${creditCode}`, creditCode, name, names: [] });
      }
      if (plan.newCertificate !== null) {
        const { digest, issuerKey, serialNumber } = plan.newCertificate;
        const companyId = plan.creditCode === null ? null : (this.#world.company(plan.creditCode)?.id ?? null);
        this.#world.addCertificate({ id: placeholder, digest, issuerKey, serialNumber, companyId });
      }
    }
  }

  preview(): ImportPreview {
    return {
      ...{ format: this.#formats.join('+'), rows: this.#rows, counts: this.#counts, findings: this.#findings },
      ...{ newCompanies: this.#newCompanies, tables: this.#tables, problems: this.#problems },
    };
  }

  get rows(): number {
    return this.#rows;
  }

  #note(item: PreparedItem, { fate, findings }: ReturnType<typeof planRow>): void {
    if (fate !== 'conflict' && fate !== 'unreadable') return;
    const kind = fate === 'conflict' ? findings.join(' ') : (item.trouble?.code ?? fate);
    const seen = this.#perKind.get(kind) ?? 0;
    if (seen >= problemsOfAKind || this.#problems.length >= mostProblems) return;
    this.#perKind.set(kind, seen + 1);
    this.#problems.push({ number: item.number, place: item.place, fate, findings, reason: item.trouble });
  }
}
