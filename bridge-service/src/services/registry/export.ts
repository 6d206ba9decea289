import type { Locale } from '@onelock/core/messages';
import { appendAudit } from '../append-audit.ts';
import { csvLine } from '../imports/report.ts';
import type { Act, Ports } from '../ports/ports.ts';
import type { Company, RegisteredCertificate } from '../ports/registry-records.ts';
import type { CertificateFilter, CompanyFilter } from '../ports/registry-store.ts';
import type { PageRequest } from '../ports/store.ts';
import { exportWords } from './export-words.ts';
import { authorOf } from './record-change.ts';

/** Records read at once: what is sent grows, what is held does not. */
const page = 1_000;

/** Notes in the audit log who takes a registry out, and how much of it was asked for. */
export async function noteExport(
  ports: Ports,
  act: Act,
  registry: 'companies' | 'certificates',
  filter: object,
): Promise<void> {
  await act.transaction((repositories) =>
    appendAudit(repositories, ports, {
      ...{ ...authorOf(act), action: 'registry.export', target: registry, outcome: 'done' },
      details: { filter },
    }),
  );
}

/**
 * Companies as a spreadsheet program opens them, and as an import takes them in again; people by their names alone. Each record is as it was
 * when its page was read.
 */
export async function* exportCompanies(
  { store }: Ports,
  filter: CompanyFilter,
  locale: Locale,
): AsyncGenerator<string> {
  const words = exportWords[locale];
  yield `\ufeff${csvLine(words.companies)}`;
  for await (const companies of pages((request) => store.companies.list(request, filter)))
    yield companies.map((company) => csvLine(companyCells(company, locale))).join('');
}

function companyCells(
  { creditCode, name, state, legalPerson, names, createdAt, updatedAt, id }: Company,
  locale: Locale,
) {
  const former = names.flatMap((one) => (one.until === null ? [] : [one.name])).join('；');
  const shown = exportWords[locale].states[state];
  return [creditCode, name, shown, legalPerson?.name ?? '', former, createdAt, updatedAt, id];
}

/** The same of certificates, each with its company. */
export async function* exportCertificates(
  { store }: Ports,
  filter: CertificateFilter,
  locale: Locale,
): AsyncGenerator<string> {
  const words = exportWords[locale];
  yield `\ufeff${csvLine(words.certificates)}`;
  for await (const certificates of pages((request) => store.certificates.list(request, filter))) {
    const companies = new Map<string, Company | null>();
    for (const { companyId } of certificates)
      if (companyId !== null && !companies.has(companyId))
        companies.set(companyId, await store.companies.byId(companyId));
    yield certificates
      .map((one) => csvLine(certificateCells(one, companies.get(one.companyId ?? '') ?? null, locale)))
      .join('');
  }
}

function certificateCells(certificate: RegisteredCertificate, company: Company | null, locale: Locale) {
  const { serialNumber, subject, issuer, usage, medium, state, notBefore, notAfter, provenAt } = certificate;
  const { usages, states } = exportWords[locale];
  return [
    ...[company?.name ?? '', company?.creditCode ?? '', serialNumber, subject, issuer, usages[usage], medium ?? ''],
    ...[states[state], notBefore, notAfter, provenAt ?? '', certificate.source, certificate.digest, certificate.id],
  ];
}

async function* pages<T extends { readonly id: string }>(
  read: (request: PageRequest<string>) => Promise<readonly T[]>,
): AsyncGenerator<readonly T[]> {
  for (let after: string | null = null; ; ) {
    const records: readonly T[] = await read({ after, limit: page });
    if (records.length > 0) yield records;
    after = records.at(-1)?.id ?? null;
    if (records.length < page) return;
  }
}
