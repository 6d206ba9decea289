import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, readFileSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CodedError, isErrorCode } from '@onelock/core/errors';
import { largestPart } from '../services/imports/upload.ts';
import { importFields, policyFindings } from '../services/ports/import-records.ts';

export interface ImportOptions {
  /** Address of the service. */
  readonly service?: string | undefined;
  readonly tokenFile?: string | undefined;
  /** `field=column`, by number from 1 or by header. */
  readonly map?: readonly string[] | undefined;
  readonly encoding?: string | undefined;
  readonly sheet?: string | undefined;
  readonly medium?: string | undefined;
  /** `finding=accept` or `finding=skip`. */
  readonly policy?: readonly string[] | undefined;
  /** Check alone. */
  readonly dryRun?: boolean | undefined;
  /** A new import even of a file that this command has sent before. */
  readonly again?: boolean | undefined;
  /** Where the report goes. */
  readonly report?: string | undefined;
}

/** An import as the service tells it, as far as this command looks. */
export interface ToldImport {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly size: number;
  readonly received: number;
  readonly position: number;
  readonly total: number | null;
  readonly counts: Readonly<Record<string, number>>;
  readonly newCompanies: number;
  readonly openConflicts: number;
  readonly preview: {
    readonly rows: number;
    readonly counts: Readonly<Record<string, number>>;
    readonly newCompanies: number;
  } | null;
  readonly failure: { readonly code: string; readonly params: CodedError['params'] } | null;
}

type Tell = (told: ToldImport) => void;

const defaultService = 'http://127.0.0.1:18960';
const pollMs = 500;

/**
 * Brings a file into a running service: sends it, has it checked, starts it and follows it to its end. Run again after a break it goes on
 * where it was, as the service knows the file by its digest.
 *
 * @throws {CodedError} ERR_CLI_USAGE, ERR_CLI_FILE_UNREADABLE, and whatever the service refuses by
 */
export async function importFile(
  environment: Readonly<Record<string, string | undefined>>,
  file: string,
  options: ImportOptions,
  tell: Tell,
): Promise<ToldImport> {
  const size = sizeOf(file);
  const door = new Door(
    options.service ?? environment.ONELOCK_SERVICE_URL ?? defaultService,
    tokenOf(environment, options),
  );
  const sha256 = await digestOf(file);
  const settings = settingsOf(options);
  const name = path.basename(file).slice(0, 200);
  const key = createHash('sha256')
    .update(JSON.stringify([sha256, name, settings]))
    .digest('hex')
    .slice(0, 40);
  const { id } = await door.ask<ToldImport>('POST', '/v1/imports', {
    body: { name, size, sha256, settings },
    ...(options.again !== true && { headers: { 'idempotency-key': `import-${key}` } }),
  });
  let job = await door.ask<ToldImport>('GET', `/v1/imports/${id}`);
  if (job.state === 'receiving') job = await send(door, job, file, tell);
  job = await follow(door, job, ['checking'], tell);
  if (options.dryRun !== true && (job.state === 'checked' || job.state === 'paused')) {
    job = await door.ask<ToldImport>('POST', `/v1/imports/${id}/start`, { body: {} });
    job = await follow(door, job, ['running'], tell);
  }
  if (options.report !== undefined && job.state !== 'checked')
    await door.save(
      `/v1/imports/${id}/report?format=${options.report.endsWith('.json') ? 'json' : 'csv'}`,
      options.report,
    );
  return job;
}

async function send(door: Door, begun: ToldImport, file: string, tell: Tell): Promise<ToldImport> {
  let job = begun;
  const handle = await open(file, 'r');
  try {
    const buffer = Buffer.allocUnsafe(largestPart);
    while (job.received < job.size) {
      const { bytesRead } = await handle.read(buffer, 0, largestPart, job.received);
      if (bytesRead === 0) throw new CodedError('ERR_CLI_FILE_UNREADABLE', { file });
      job = await door.ask<ToldImport>('PUT', `/v1/imports/${job.id}/content?offset=${job.received}`, {
        bytes: buffer.subarray(0, bytesRead),
      });
      tell(job);
    }
  } finally {
    await handle.close();
  }
  return job;
}

async function follow(door: Door, begun: ToldImport, states: readonly string[], tell: Tell): Promise<ToldImport> {
  let job = begun;
  while (states.includes(job.state)) {
    await new Promise((resolve) => setTimeout(resolve, pollMs));
    job = await door.ask<ToldImport>('GET', `/v1/imports/${job.id}`);
    tell(job);
  }
  return job;
}

interface Asked {
  readonly body?: object;
  readonly bytes?: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The service, as a caller with a token sees it. */
class Door {
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    if (!URL.canParse(url)) throw new CodedError('ERR_CLI_USAGE', { detail: '--service' });
    this.#url = url;
    this.#token = token;
  }

  async ask<T>(method: string, where: string, { body, bytes, headers }: Asked = {}): Promise<T> {
    const type = bytes === undefined ? 'application/json' : 'application/octet-stream';
    const answer = await this.#fetch(where, {
      method,
      headers: { ...headers, ...((body ?? bytes) !== undefined && { 'content-type': type }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(bytes !== undefined && { body: new Uint8Array(bytes) }),
    });
    return (await answer.json()) as T;
  }

  async save(where: string, file: string): Promise<void> {
    const { body } = await this.#fetch(where, {});
    if (body !== null) await pipeline(Readable.fromWeb(body), createWriteStream(file));
  }

  async #fetch(where: string, init: RequestInit): Promise<Response> {
    let answer: Response;
    try {
      answer = await fetch(new URL(where, this.#url), {
        ...init,
        headers: { ...(init.headers as Record<string, string>), authorization: `Bearer ${this.#token}` },
      });
    } catch (error) {
      throw new CodedError('ERR_SERVICE_UNAVAILABLE', {}, { cause: error });
    }
    if (answer.ok) return answer;
    const told = (await answer.json().catch(() => ({}))) as {
      error?: { code?: string; params?: CodedError['params'] };
    };
    const code = told.error?.code;
    throw new CodedError(isErrorCode(code) ? code : 'ERR_SERVICE_INTERNAL', told.error?.params ?? {});
  }
}

function sizeOf(file: string): number {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat?.isFile() !== true || stat.size === 0) throw new CodedError('ERR_CLI_FILE_UNREADABLE', { file });
  return stat.size;
}

/** From a file, or the variable; on a command line everybody could read it. */
function tokenOf(environment: Readonly<Record<string, string | undefined>>, { tokenFile }: ImportOptions): string {
  if (tokenFile !== undefined)
    try {
      return readFileSync(tokenFile, 'utf8').trim();
    } catch (error) {
      throw new CodedError('ERR_CLI_FILE_UNREADABLE', { file: tokenFile }, { cause: error });
    }
  const token = environment.ONELOCK_SERVICE_TOKEN;
  if (token === undefined || token === '')
    throw new CodedError('ERR_CLI_USAGE', { detail: '--token-file | ONELOCK_SERVICE_TOKEN' });
  return token;
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
  return hash.digest('hex');
}

function settingsOf({ map, encoding, sheet, medium, policy }: ImportOptions): object {
  return {
    ...(encoding !== undefined && { encoding }),
    ...(sheet !== undefined && { sheet }),
    ...(medium !== undefined && { medium }),
    ...(map !== undefined && {
      columns: map.map((text) => {
        const [field, column] = pair(text, '--map', importFields);
        return { field, column: /^\d+$/.test(column) ? Number(column) - 1 : column };
      }),
    }),
    ...(policy !== undefined && {
      policy: Object.fromEntries(policy.map((text) => pair(text, '--policy', policyFindings))),
    }),
  };
}

function pair(text: string, option: string, names: readonly string[]): readonly [string, string] {
  const at = text.indexOf('=');
  const name = text.slice(0, Math.max(at, 0));
  if (!names.includes(name) || at === text.length - 1)
    throw new CodedError('ERR_CLI_USAGE', { detail: `${option} ${names.join('|')}=…` });
  return [name, text.slice(at + 1)];
}
