import { call, type Page, send } from '../../api/call.ts';
import { Refusal } from '../../api/refusal.ts';
import { language } from '../../words/language.ts';

export type ImportState = 'receiving' | 'checking' | 'checked' | 'running' | 'paused' | 'done' | 'cancelled' | 'failed';
export const importFields = ['certificate', 'creditCode', 'companyName', 'legalPerson', 'medium'] as const;
export type ImportField = (typeof importFields)[number];
export const findings = [
  ...['other-bytes', 'other-company', 'company-name', 'code-differs', 'code-invalid', 'no-code'],
  ...['unknown-ca', 'signature-invalid', 'expired', 'not-yet-valid', 'weak-key'],
] as readonly Finding[];
export type Finding =
  | 'other-bytes'
  | 'other-company'
  | 'company-name'
  | 'code-differs'
  | 'code-invalid'
  | 'no-code'
  | 'unknown-ca'
  | 'signature-invalid'
  | 'expired'
  | 'not-yet-valid'
  | 'weak-key';
export const policyFindings = [
  'no-code',
  'code-invalid',
  'unknown-ca',
  'expired',
  'not-yet-valid',
  'weak-key',
] as const;
export type PolicyFinding = (typeof policyFindings)[number];
export type PolicyWord = 'ask' | 'accept' | 'skip';
export type Fate =
  | 'imported'
  | 'known'
  | 'company-added'
  | 'company-known'
  | 'conflict'
  | 'skipped'
  | 'ignored'
  | 'unreadable'
  | 'kept'
  | 'replaced';
export type Decision = 'keep' | 'replace' | 'skip' | 'assign' | 'accept';

export interface Reason {
  readonly code: string;
  readonly params: Readonly<Record<string, string | number | boolean | null>>;
}

export interface ImportTable {
  readonly place: string;
  readonly encoding: string;
  readonly headers: readonly string[];
  readonly fields: readonly (ImportField | null)[];
  readonly samples: readonly (readonly string[])[];
}

export interface Import {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly digest: string;
  readonly received: number;
  readonly state: ImportState;
  readonly settings: { readonly policy: Readonly<Partial<Record<PolicyFinding, PolicyWord>>> } & Readonly<
    Record<string, unknown>
  >;
  readonly position: number;
  readonly total: number | null;
  readonly counts: Readonly<Partial<Record<Fate, number>>>;
  readonly newCompanies: number;
  readonly openConflicts: number;
  readonly preview: {
    readonly format: string;
    readonly rows: number;
    readonly counts: Readonly<Partial<Record<Fate, number>>>;
    readonly findings: Readonly<Partial<Record<Finding, number>>>;
    readonly newCompanies: number;
    readonly tables: readonly ImportTable[];
    readonly problems: readonly {
      readonly number: number;
      readonly place: string;
      readonly fate: Fate;
      readonly findings: readonly Finding[];
      readonly reason: Reason | null;
    }[];
  } | null;
  readonly failure: Reason | null;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
}

export interface Conflict {
  readonly number: number;
  readonly place: string;
  readonly findings: readonly Finding[];
  readonly companyName: string | null;
  readonly creditCode: string | null;
  readonly subject: string | null;
  readonly registeredName: string | null;
  readonly registeredCompany: string | null;
  readonly registeredCertificate: string | null;
  readonly permitted: readonly Decision[];
}

const path = '/v1/imports';
/** As much as the service takes at once, less than its limit so that a slow line shows that it moves. */
const partBytes = 1024 * 1024;

export const imports = {
  list: (cursor?: string) => call<Page<Import>>('GET', path, { query: { cursor } }),
  find: (id: string) => call<Import>('GET', `${path}/${id}`),
  create: (body: object, key: string) => call<Import>('POST', path, { body, key }),
  settings: (id: string, body: object, key: string) => call<Import>('PATCH', `${path}/${id}/settings`, { body, key }),
  start: (id: string, body: object, key: string) => call<Import>('POST', `${path}/${id}/start`, { body, key }),
  act: (id: string, act: 'pause' | 'cancel', key: string) => call<Import>('POST', `${path}/${id}/${act}`, { key }),
  conflicts: (id: string, finding: string, cursor?: string) =>
    call<Page<Conflict>>('GET', `${path}/${id}/conflicts`, { query: { finding, cursor, limit: 20 } }),
  decide: (id: string, body: object, key: string) =>
    call<{ readonly decided: number; readonly openConflicts: number }>('POST', `${path}/${id}/decisions`, {
      body,
      key,
    }),
  report: async (id: string, format: 'csv' | 'json'): Promise<Blob> => {
    const answer = await send('GET', `${path}/${id}/report`, { query: { format, language: language.value } });
    if (!answer.ok) throw new Refusal({ code: null, params: {}, requestId: null, retriable: true }, answer.status);
    return answer.blob();
  },
};

/** Sends what has not arrived yet, piece by piece; `told` hears how much has. */
export async function sendContent(job: Import, file: Blob, told: (received: number) => void): Promise<Import> {
  let now = job;
  while (now.state === 'receiving' && now.received < now.size) {
    now = await sendPart(now, file.slice(now.received, now.received + partBytes));
    told(now.received);
  }
  return now;
}

async function sendPart({ id, received }: Import, part: Blob): Promise<Import> {
  let answer: Response;
  try {
    answer = await fetch(`${path}/${id}/content?offset=${received}`, {
      ...{ method: 'PUT', body: part, credentials: 'same-origin', redirect: 'error' },
      headers: { 'x-onelock-console': '1', 'content-type': 'application/octet-stream' },
    });
  } catch {
    throw new Refusal({ code: null, params: {}, requestId: null, retriable: true }, 0);
  }
  const told = (await answer.json()) as Import & { readonly error?: Reason & { readonly requestId: string } };
  if (answer.ok) return told;
  const { code = null, params = {}, requestId = null } = told.error ?? {};
  throw new Refusal({ code, params, requestId, retriable: false }, answer.status);
}

/** SHA-256 of a file, hex. */
export async function digestOf(file: Blob): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
