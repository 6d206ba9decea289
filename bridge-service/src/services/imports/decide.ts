import { toHex } from '@onelock/core/bytes';
import { CodedError } from '@onelock/core/errors';
import { type Certificate, formatName, parseCertificate } from '@onelock/core/x509';
import { appendAudit } from '../append-audit.ts';
import { maskPersonalNumbers } from '../mask-personal-numbers.ts';
import type {
  ConflictPayload,
  ImportConflict,
  ImportDecision,
  ImportFate,
  ImportFinding,
  ImportRow,
} from '../ports/import-records.ts';
import type { Act, Ports } from '../ports/ports.ts';
import type { RegisteredCertificate } from '../ports/registry-records.ts';
import type { Repositories } from '../ports/store.ts';
import { addCertificate, recordCertificate, updateCertificate, usageOf } from '../registry/certificates.ts';
import { addCompany, updateCompany } from '../registry/companies.ts';
import { authorOf } from '../registry/record-change.ts';
import { standingChanged } from '../registry/standing-changed.ts';
import { requireJob } from './job.ts';
import { validCode } from './known-world.ts';

/** Rows that one decision may be about. */
export const mostDecided = 200;

export interface DecisionInput {
  readonly decision: ImportDecision;
  /** These rows, or as many as go at once of those that have this finding. */
  readonly rows?: readonly number[] | undefined;
  readonly finding?: ImportFinding | undefined;
  /** For `assign`: one that is registered, or one to be found by its code and taken in when it is new. */
  readonly companyId?: string | undefined;
  readonly company?: { readonly creditCode: string; readonly name: string } | undefined;
  readonly reason?: string | undefined;
}

export interface Decided {
  readonly decided: number;
  /** Conflicts of the import that are still open. */
  readonly openConflicts: number;
}

const clashes: readonly ImportFinding[] = ['other-bytes', 'other-company', 'company-name', 'code-differs'];

/**
 * What a person may decide about a row with these findings. A signature that its CA did not make cannot be decided away.
 */
export function permittedDecisions(
  findings: readonly ImportFinding[],
  isCertificate: boolean,
): readonly ImportDecision[] {
  const has = (finding: ImportFinding): boolean => findings.includes(finding);
  if (has('signature-invalid')) return has('other-bytes') ? ['keep', 'skip'] : ['skip'];
  const clash = clashes.some(has);
  const permitted: ImportDecision[] = [];
  if (clash) permitted.push('keep');
  if (has('other-bytes') || has('other-company') || has('company-name')) permitted.push('replace');
  if (isCertificate && !clash && (has('no-code') || has('code-invalid'))) permitted.push('assign');
  if (isCertificate && !clash) permitted.push('accept');
  return [...permitted, 'skip'];
}

/**
 * Decides about rows that wait, in one transaction: all of them or none.
 *
 * @throws {CodedError} ERR_IMPORT_DECISION, ERR_REQUEST_NOT_FOUND, ERR_REQUEST_INVALID, and those of the registries
 */
export async function decideConflicts(ports: Ports, act: Act, id: string, input: DecisionInput): Promise<Decided> {
  requireOneChoice(input);
  return act.transaction(async (repositories) => {
    const job = await requireJob(repositories, id);
    const conflicts = await conflictsOf(repositories, id, input);
    const decider = new Decider(ports, act, repositories, id, input);
    for (const conflict of conflicts) await decider.decide(conflict);
    const openConflicts = job.openConflicts - conflicts.length;
    const now = ports.clock().toISOString();
    await repositories.imports.update({ ...job, openConflicts, updatedAt: now });
    await appendAudit(repositories, ports, {
      ...{ ...authorOf(act), action: 'import.decide', target: id, outcome: 'done' },
      details: {
        ...{ decision: input.decision, rows: conflicts.map(({ number }) => number), reason: input.reason ?? '' },
        ...{ finding: input.finding ?? '', company: input.companyId ?? input.company?.creditCode ?? '' },
      },
    });
    await repositories.events.publish('import.changed', { id });
    return { decided: conflicts.length, openConflicts };
  });
}

function requireOneChoice({ rows, finding, decision, companyId, company }: DecisionInput): void {
  const invalid = (field: string, rule: string): CodedError => new CodedError('ERR_REQUEST_INVALID', { field, rule });
  if ((rows === undefined) === (finding === undefined)) throw invalid('/rows', 'rows | finding');
  const companies = (companyId === undefined ? 0 : 1) + (company === undefined ? 0 : 1);
  if (companies !== (decision === 'assign' ? 1 : 0)) throw invalid('/companyId', 'companyId | company');
}

async function conflictsOf(
  { imports }: Repositories,
  id: string,
  { rows, finding, decision }: DecisionInput,
): Promise<readonly ImportConflict[]> {
  const found: ImportConflict[] = [];
  if (rows === undefined) {
    for (const { conflict } of await imports.conflicts(id, { after: null, limit: mostDecided }, finding))
      if (permittedDecisions(conflict.findings, conflict.der !== null).includes(decision)) found.push(conflict);
    return found;
  }
  for (const number of new Set(rows)) {
    const conflict = await imports.conflict(id, number);
    if (conflict === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
    if (!permittedDecisions(conflict.findings, conflict.der !== null).includes(decision))
      throw new CodedError('ERR_IMPORT_DECISION', { decision, findings: conflict.findings.join(', ') });
    found.push(conflict);
  }
  return found;
}

interface Outcome {
  readonly outcome: ImportFate;
  readonly certificateId?: string | null;
  readonly companyId?: string | null;
}

class Decider {
  readonly #ports: Ports;
  readonly #act: Act;
  readonly #repositories: Repositories;
  readonly #importId: string;
  readonly #input: DecisionInput;

  constructor(ports: Ports, act: Act, repositories: Repositories, importId: string, input: DecisionInput) {
    this.#ports = ports;
    // What is done for a decision belongs to its transaction.
    this.#act = { ...act, transaction: (work) => work(repositories) };
    this.#repositories = repositories;
    this.#importId = importId;
    this.#input = input;
  }

  async decide(conflict: ImportConflict): Promise<void> {
    const { imports } = this.#repositories;
    const row = await imports.row(this.#importId, conflict.number);
    if (row === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
    const { outcome, certificateId, companyId } = await this.#outcome(conflict);
    const decided: ImportRow = {
      ...{ ...row, outcome, decision: this.#input.decision, decidedBy: this.#act.caller.id },
      ...{ certificateId: certificateId ?? row.certificateId, companyId: companyId ?? row.companyId },
      decidedAt: this.#ports.clock().toISOString(),
    };
    await imports.decided(this.#importId, decided);
  }

  async #outcome({ findings, payload, der }: ImportConflict): Promise<Outcome> {
    const otherBytes = findings.includes('other-bytes');
    const otherCompany = findings.includes('other-company');
    switch (this.#input.decision) {
      case 'skip':
        return { outcome: 'skipped' };
      case 'keep':
        if (otherBytes || otherCompany) return { outcome: 'kept', certificateId: payload.registeredCertificate };
        return this.#register(der, payload);
      case 'replace': {
        if (otherCompany) return this.#rebind(payload);
        if (findings.includes('company-name') && payload.registeredCompany !== null && payload.companyName !== null)
          await updateCompany(this.#ports, this.#act, payload.registeredCompany, { name: payload.companyName });
        if (!otherBytes || der === null || payload.registeredCertificate === null) return this.#register(der, payload);
        return this.#replace(payload.registeredCertificate, parseCertificate(der), payload);
      }
      default:
        return this.#register(der, payload);
    }
  }

  async #register(der: Uint8Array | null, payload: ConflictPayload): Promise<Outcome> {
    const companyId = await this.#company(payload);
    if (der === null) return { outcome: 'company-known', companyId: companyId ?? null };
    const certificate = parseCertificate(der);
    const known = await this.#repositories.certificates.byDigest(toHex(this.#ports.ops.digest('sm3', der)));
    if (known !== null) return { outcome: 'known', certificateId: known.id, companyId: known.companyId };
    const record = await addCertificate(this.#repositories, this.#ports, authorOf(this.#act), certificate, {
      ...{ companyId, medium: payload.medium ?? undefined, source: this.#importId },
    });
    return { outcome: 'imported', certificateId: record.id, companyId: record.companyId };
  }

  /** The one that was assigned, else that of the row's code. */
  async #company({ creditCode, companyName, legalPerson }: ConflictPayload): Promise<string | undefined> {
    const { companies } = this.#repositories;
    const { companyId, company } = this.#input;
    if (companyId !== undefined) {
      if ((await companies.byId(companyId)) === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
      return companyId;
    }
    const code = validCode(company?.creditCode ?? creditCode ?? undefined);
    if (company !== undefined && code === undefined)
      throw new CodedError('ERR_REQUEST_INVALID', { field: '/company/creditCode', rule: 'GB 32100-2015' });
    if (code === undefined) return undefined;
    const known = await companies.byCreditCode(code);
    if (known !== null) return known.id;
    const person = company === undefined && legalPerson !== null ? { legalPerson: { name: legalPerson } } : {};
    const added = await addCompany(this.#repositories, this.#ports, authorOf(this.#act), {
      ...{ creditCode: code, name: company?.name ?? companyName ?? code },
      ...person,
    });
    return added.id;
  }

  /** The certificate stays and becomes the row's company's. @throws {CodedError} ERR_REQUEST_CONFLICT where it carries another code */
  async #rebind(payload: ConflictPayload): Promise<Outcome> {
    const companyId = await this.#company(payload);
    if (companyId === undefined || payload.registeredCertificate === null)
      throw new CodedError('ERR_REQUEST_NOT_FOUND');
    const { id } = await updateCertificate(this.#ports, this.#act, payload.registeredCertificate, { companyId });
    return { outcome: 'replaced', certificateId: id, companyId };
  }

  /**
   * The record stays and its certificate becomes another, of the company that the row says: what it carries, else what stands beside it. Whether its
   * holder has the key is to be shown anew.
   */
  async #replace(id: string, certificate: Certificate, payload: ConflictPayload): Promise<Outcome> {
    const { ops, clock } = this.#ports;
    const known = await this.#repositories.certificates.byId(id);
    if (known === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
    const changed: RegisteredCertificate = {
      ...known,
      companyId: (await this.#company(payload)) ?? known.companyId,
      digest: toHex(ops.digest('sm3', certificate.der)),
      subject: maskPersonalNumbers(formatName(certificate.subject)),
      issuer: maskPersonalNumbers(formatName(certificate.issuer)),
      notBefore: certificate.notBefore.toISOString(),
      notAfter: certificate.notAfter.toISOString(),
      keyDigest: toHex(ops.digest('sm3', certificate.spki)),
      ...{ usage: usageOf(certificate), provenAt: null, proof: null, source: this.#importId, der: certificate.der },
      ...{ updatedAt: clock().toISOString(), version: known.version + 1 },
    };
    await this.#repositories.certificates.update(changed);
    const author = authorOf(this.#act);
    await recordCertificate(this.#repositories, this.#ports, author, changed, 'certificate.replace');
    // What is suspended has another digest now, and perhaps another company.
    await standingChanged(this.#repositories, id);
    return { outcome: 'replaced', certificateId: id, companyId: changed.companyId };
  }
}
