import type { PreparedCertificate, PreparedItem } from '../../imports/index.ts';
import {
  type ConflictPayload,
  type ImportFate,
  type ImportFinding,
  type ImportPolicy,
  type PolicyFinding,
  policyFindings,
} from '../ports/import-records.ts';
import type { KnownCertificate, KnownCompany } from '../ports/import-store.ts';
import { type KnownWorld, validCode } from './known-world.ts';

/** What is to become of a row. */
export interface RowPlan {
  readonly fate: ImportFate;
  readonly findings: readonly ImportFinding[];
  readonly creditCode: string | null;
  readonly companyName: string | null;
  /** To be registered. */
  readonly newCompany: {
    readonly creditCode: string;
    readonly name: string;
    readonly legalPerson: string | null;
  } | null;
  readonly newCertificate: PreparedCertificate | null;
  /** Of what is there already. */
  readonly certificateId: string | null;
  readonly company: KnownCompany | null;
  /** What a person needs to decide. */
  readonly conflict: ConflictPayload | null;
}

/** Pure: the same item in the same world with the same policy has the same fate, in a check as in the import. */
export function planRow(
  item: PreparedItem,
  world: KnownWorld,
  policy: ImportPolicy,
  defaultMedium: string | null,
): RowPlan {
  const none = {
    ...{ findings: [], creditCode: null, companyName: null, newCompany: null, newCertificate: null },
    ...{ certificateId: null, company: null, conflict: null },
  };
  if (item.trouble !== null) return { ...none, fate: 'unreadable' };
  if (item.ignored) return { ...none, fate: 'ignored' };
  const { certificate } = item;
  const { code, findings: codeFindings } = readCodes(item);
  const company = code === null ? null : (world.company(code) ?? null);
  const saidName = item.said.companyName ?? (certificate === null ? null : item.organization);
  const companyName = saidName ?? (certificate === null ? null : item.commonName);
  const base = { ...none, creditCode: code, companyName, company };

  const known = certificate === null ? undefined : world.certificate(certificate.digest);
  if (known !== undefined) return planKnown(known, base, item, defaultMedium);

  const sameNumber =
    certificate === null ? undefined : world.sameNumber(certificate.issuerKey, certificate.serialNumber);
  const findings: ImportFinding[] = [
    ...(sameNumber === undefined ? [] : (['other-bytes'] as const)),
    ...(company !== null && saidName !== null && !isNameOf(company, saidName) ? (['company-name'] as const) : []),
    ...codeFindings,
    ...item.findings,
  ];
  const asked = findings.filter((finding) => !isPolicyFinding(finding) || (policy[finding] ?? 'ask') === 'ask');
  if (findings.some((finding) => isPolicyFinding(finding) && policy[finding] === 'skip'))
    return { ...base, findings, fate: 'skipped' };
  const legalPerson = item.said.legalPerson ?? null;
  // A company without a code is nobody's: no policy makes one.
  if (asked.length > 0 || (certificate === null && code === null))
    return {
      ...{ ...base, findings, fate: 'conflict' },
      conflict: {
        ...{ creditCode: code ?? item.said.creditCode ?? item.carried?.value ?? null, companyName, legalPerson },
        medium: item.said.medium ?? defaultMedium,
        registeredCertificate: sameNumber?.id ?? null,
        registeredCompany: company?.id ?? null,
        registeredName: company?.name ?? null,
      },
    };
  const newCompany =
    code === null || company !== null ? null : { creditCode: code, name: companyName ?? code, legalPerson };
  if (certificate === null)
    return { ...base, findings, newCompany, fate: newCompany === null ? 'company-known' : 'company-added' };
  return { ...base, findings, newCompany, newCertificate: certificate, fate: 'imported' };
}

/** What is there already is not imported twice. But what a row knows of whose it is, and the registry does not, waits for a person. */
function planKnown(
  known: KnownCertificate,
  base: Omit<RowPlan, 'fate'>,
  { said }: PreparedItem,
  defaultMedium: string | null,
): RowPlan {
  const { creditCode, companyName, company } = base;
  const { id } = known;
  const itsOwn = creditCode === null || (company !== null && company.id === known.companyId);
  if (itsOwn) return { ...base, fate: 'known', certificateId: id };
  return {
    ...{ ...base, certificateId: id, findings: ['other-company'], fate: 'conflict' },
    conflict: {
      ...{ creditCode, companyName, legalPerson: said.legalPerson ?? null, medium: said.medium ?? defaultMedium },
      ...{ registeredCertificate: id, registeredCompany: known.companyId, registeredName: null },
    },
  };
}

const isPolicyFinding = (finding: ImportFinding): finding is PolicyFinding =>
  policyFindings.some((one) => one === finding);

/** The code that counts: what the certificate carries, else what the row says; and what is the matter with them. */
function readCodes({ said, carried, certificate }: PreparedItem): {
  readonly code: string | null;
  readonly findings: readonly ImportFinding[];
} {
  const stated = validCode(said.creditCode);
  const borne = carried?.valid === true ? carried.value : undefined;
  if (borne !== undefined)
    return {
      code: borne,
      findings: said.creditCode !== undefined && stated !== borne ? ['code-differs'] : [],
    };
  if (stated !== undefined) return { code: stated, findings: [] };
  if (said.creditCode !== undefined || carried !== null) return { code: null, findings: ['code-invalid'] };
  return { code: null, findings: certificate === null ? ['code-invalid'] : ['no-code'] };
}

/** Now or formerly, however it is typed: full-width letters, spaces and the kind of brackets do not count. */
function isNameOf(company: KnownCompany, name: string): boolean {
  const wanted = comparableName(name);
  return [company.name, ...company.names].some((one) => comparableName(one) === wanted);
}

export function comparableName(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\s·.,、，。'"“”‘’]/g, '')
    .replaceAll(/[[【〔{]/g, '(')
    .replaceAll(/[\]】〕}]/g, ')');
}
