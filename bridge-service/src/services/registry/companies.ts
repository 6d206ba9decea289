import { CodedError } from '@onelock/core/errors';
import { creditCodeCheckDigitValid, normaliseCreditCode } from '@onelock/core/identity';
import { newId } from '../identifiers.ts';
import { maskPersonalNumbers } from '../mask-personal-numbers.ts';
import { type Page, pageOf } from '../page.ts';
import type { Act, Ports } from '../ports/ports.ts';
import type { Company, PersonRecord } from '../ports/registry-records.ts';
import type { CompanyFilter } from '../ports/registry-store.ts';
import type { PageRequest, Repositories } from '../ports/store.ts';
import { type Author, authorOf, recordChange } from './record-change.ts';
import { standingChanged } from './standing-changed.ts';

/** A person as a caller states them. */
export interface PersonInput {
  readonly name: string;
  /** Of an identity document. */
  readonly identifier?: string | undefined;
  readonly phone?: string | undefined;
}

export interface CompanyInput {
  readonly creditCode: string;
  readonly name: string;
  readonly legalPerson?: PersonInput | undefined;
  readonly agents?: readonly PersonInput[] | undefined;
}

export interface CompanyChange {
  readonly name?: string | undefined;
  readonly state?: Company['state'] | undefined;
  readonly legalPerson?: PersonInput | null | undefined;
  readonly agents?: readonly PersonInput[] | undefined;
}

/** What identifies a person is shown by its ends. */
export interface PersonView {
  readonly name: string;
  readonly identifier: string | null;
  readonly phone: string | null;
}

export type CompanyView = Omit<Company, 'legalPerson' | 'agents'> & {
  readonly legalPerson: PersonView | null;
  readonly agents: readonly PersonView[];
};

/**
 * Takes a company in.
 *
 * @throws {CodedError} ERR_REQUEST_INVALID for a code whose check digit is wrong (GB 32100-2015 §5); ERR_REQUEST_CONFLICT for one
 *   that is there already
 */
export async function registerCompany(ports: Ports, act: Act, input: CompanyInput): Promise<CompanyView> {
  return act.transaction(async (repositories) =>
    companyView(await addCompany(repositories, ports, authorOf(act), input)),
  );
}

/** The same inside a transaction that is running; the import of certificates uses it too. */
export async function addCompany(
  repositories: Repositories,
  ports: Pick<Ports, 'ops' | 'clock' | 'lifetimes' | 'personal'>,
  author: Author,
  input: CompanyInput,
): Promise<Company> {
  const { clock, ops, personal } = ports;
  const creditCode = readCreditCode(input.creditCode);
  if ((await repositories.companies.byCreditCode(creditCode)) !== null)
    throw new CodedError('ERR_REQUEST_CONFLICT', { field: '/creditCode' });
  const now = clock().toISOString();
  const id = newId('com', clock, ops);
  const company: Company = {
    ...{ id, creditCode, name: input.name, state: 'active', createdAt: now, updatedAt: now, version: 1 },
    legalPerson: input.legalPerson === undefined ? null : sealPerson(personal, id, input.legalPerson),
    agents: (input.agents ?? []).map((agent) => sealPerson(personal, id, agent)),
    names: [{ name: input.name, since: now, until: null }],
  };
  await repositories.companies.add(company);
  await recordCompany(repositories, ports, author, company, 'company.register');
  return company;
}

/**
 * Changes a company. A new name ends the old one, which stays in the history of names.
 *
 * @throws {CodedError} ERR_REQUEST_NOT_FOUND
 */
export async function updateCompany(ports: Ports, act: Act, id: string, change: CompanyChange): Promise<CompanyView> {
  const { clock, personal } = ports;
  const updated = await act.transaction(async (repositories) => {
    const company = await repositories.companies.byId(id);
    if (company === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
    const now = clock().toISOString();
    const changed: Company = {
      ...company,
      ...(change.name !== undefined && change.name !== company.name && renamed(company, change.name, now)),
      state: change.state ?? company.state,
      legalPerson:
        change.legalPerson === undefined
          ? company.legalPerson
          : change.legalPerson && sealPerson(personal, id, change.legalPerson),
      agents: change.agents?.map((agent) => sealPerson(personal, id, agent)) ?? company.agents,
      updatedAt: now,
      version: company.version + 1,
    };
    await repositories.companies.update(changed);
    await recordCompany(repositories, ports, authorOf(act), changed, 'company.update');
    if (changed.state !== company.state) await standingChanged(repositories, id);
    return companyView(changed);
  });
  ports.watched.refresh();
  return updated;
}

/**
 * Erases what identifies the people of a company; their names and everything about the company stay.
 *
 * @throws {CodedError} ERR_REQUEST_NOT_FOUND
 */
export async function eraseCompanyPeople(ports: Ports, act: Act, id: string, reason: string): Promise<CompanyView> {
  return act.transaction(async (repositories) => {
    const company = await repositories.companies.byId(id);
    if (company === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
    const erased = (person: PersonRecord): PersonRecord => ({ ...person, identifier: null, phone: null });
    const changed: Company = {
      ...company,
      legalPerson: company.legalPerson && erased(company.legalPerson),
      agents: company.agents.map(erased),
      updatedAt: ports.clock().toISOString(),
      version: company.version + 1,
    };
    await repositories.companies.update(changed);
    await recordCompany(repositories, ports, { ...authorOf(act), why: reason }, changed, 'company.erase-people', {
      reason,
    });
    return companyView(changed);
  });
}

/** @throws {CodedError} ERR_REQUEST_NOT_FOUND */
export async function findCompany({ store }: Ports, id: string): Promise<CompanyView> {
  const company = await store.companies.byId(id);
  if (company === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
  return companyView(company);
}

export async function listCompanies(
  { store }: Ports,
  page: PageRequest<string>,
  filter: CompanyFilter,
): Promise<Page<CompanyView>> {
  const creditCode = filter.creditCode === undefined ? undefined : readCreditCode(filter.creditCode, '?creditCode');
  const { items, nextCursor } = await pageOf(
    page,
    (request) => store.companies.list(request, { ...filter, creditCode }),
    ({ id }) => id,
  );
  return { items: items.map(companyView), nextCursor };
}

export function companyView(company: Company): CompanyView {
  return {
    ...company,
    legalPerson: company.legalPerson && personView(company.legalPerson),
    agents: company.agents.map(personView),
  };
}

/** @throws {CodedError} ERR_REQUEST_INVALID */
export function readCreditCode(text: string, field = '/creditCode'): string {
  const code = normaliseCreditCode(text);
  if (code === undefined || !creditCodeCheckDigitValid(code))
    throw new CodedError('ERR_REQUEST_INVALID', { field, rule: 'GB 32100-2015' });
  return code;
}

function renamed(company: Company, name: string, now: string): Pick<Company, 'name' | 'names'> {
  const since = afterAll(company.names, now);
  const past = company.names.map((one) => (one.until === null ? { ...one, until: since } : one));
  return { name, names: [...past, { name, since, until: null }] };
}

/** Names follow one another even when they come within one millisecond, or the clock went back. */
function afterAll(names: Company['names'], now: string): string {
  const last = Math.max(...names.map(({ since }) => Date.parse(since)), Number.NEGATIVE_INFINITY);
  return new Date(Math.max(Date.parse(now), last + 1)).toISOString();
}

function sealPerson(personal: Ports['personal'], companyId: string, person: PersonInput): PersonRecord {
  const { name, identifier, phone } = person;
  return {
    // Lists have numbers behind names now and then.
    name: maskPersonalNumbers(name),
    identifier: identifier === undefined ? null : personal.seal(identifier, `${companyId} identifier`),
    phone: phone === undefined ? null : personal.seal(phone, `${companyId} phone`),
  };
}

const personView = ({ name, identifier, phone }: PersonRecord): PersonView => ({
  name,
  identifier: identifier?.masked ?? null,
  phone: phone?.masked ?? null,
});

function recordCompany(
  repositories: Repositories,
  ports: Pick<Ports, 'ops' | 'clock' | 'lifetimes'>,
  author: Author,
  company: Company,
  action: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const { creditCode, name, state } = company;
  return recordChange(repositories, ports, author, {
    ...{ registry: 'companies', recordId: company.id, action, record: companyView(company) },
    details: { creditCode, name, state, ...more },
  });
}
