import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { witnessFileName } from '../src/audit/witness-files.ts';
import { exportAudit } from '../src/commands/audit-export.ts';
import { verifyAuditOf } from '../src/commands/audit-verify.ts';
import { makeCheckpoint } from '../src/services/audit-checkpoints.ts';
import { createTestService, type TestService } from './support/service.ts';

let service: TestService;
let folder: string;
let log: string;
let checkpoint: string;
let key: string;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'onelock-audit-export-'));
  service = await createTestService();
  for (let index = 0; index < 3; index++) await service.caller('vendor');
  const body = { sequences: [3], reason: '当事人请求删除' };
  await service.call('POST', '/v1/audit/erasures', { token: service.administrator, body });
  await makeCheckpoint(service.ports);
  [log, checkpoint, key] = [path.join(folder, 'log.ndjson'), path.join(folder, 'kept.jsonl'), path.join(folder, 'key')];
  copyFileSync(path.join(service.folder, 'checkpoints', witnessFileName), checkpoint);
  const spki = Buffer.from(service.ports.key.publicKey.spki).toString('base64');
  writeFileSync(key, `-----BEGIN PUBLIC KEY-----\n${spki}\n-----END PUBLIC KEY-----\n`);
  await exportAudit({}, { database: database(), to: log, entriesOnly: false });
});
afterAll(async () => {
  await service.close();
  rmSync(folder, { recursive: true, force: true });
});

const database = (): string => {
  const { location } = service.database;
  return location.engine === 'sqlite' ? location.file : location.url;
};
const verify = (file: string, more: { checkpoints?: string[]; entriesOnly?: boolean } = {}) => {
  const { checkpoints = [checkpoint], entriesOnly = false } = more;
  return verifyAuditOf({}, { database: undefined, head: undefined, key, log: file, checkpoints, entriesOnly });
};
const changed = (change: (bytes: Buffer) => Buffer): string => {
  const file = path.join(folder, 'changed.ndjson');
  writeFileSync(file, change(readFileSync(log)));
  return file;
};

describe('an exported log', () => {
  it('is verified without the database, an erasure that it records included', async () => {
    expect(await verify(log)).toMatchObject({
      indication: 'passed',
      entries: 6,
      witnessedEntries: 6,
      detailsErased: 1,
    });
    expect(await verify(log, { checkpoints: [] })).toMatchObject({
      indication: 'indeterminate',
      reason: { code: 'ERR_SERVICE_AUDIT_UNWITNESSED' },
    });
    expect(statSync(log).mode & 0o077).toBe(0);
  });

  it('is each entry as the service shows it, so that what the console saves is verified too', async () => {
    const { body } = await service.call('GET', '/v1/audit?limit=200', { token: service.administrator });
    const lines = body.items.map((entry: object) => JSON.stringify(entry));
    expect(readFileSync(log, 'utf8')).toBe(`${lines.join('\n')}\n`);
  });

  it('fails with any one byte changed, wherever it is', async () => {
    const { length } = readFileSync(log);
    for (let at = 0; at < length - 1; at += 7) {
      const file = changed((bytes) => {
        bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 8));
        return bytes;
      });
      const found = await verify(file).catch((error: unknown) => error);
      // The first bytes say what kind of file it is.
      if (found instanceof Error) expect(found).toFailWith('ERR_CLI_FILE_UNREADABLE');
      else expect(found, `byte ${at}`).toMatchObject({ indication: 'failed' });
    }
  });

  it.each([
    ['without its last entry', (text: string) => text.split('\n').slice(0, -2).join('\n')],
    ['in the middle of its last entry', (text: string) => text.slice(0, -40)],
    ['without its first entry', (text: string) => text.split('\n').slice(1).join('\n')],
    ['without an entry in the middle', (text: string) => text.split('\n').toSpliced(2, 1).join('\n')],
    [
      'with an entry twice',
      (text: string) =>
        text
          .split('\n')
          .toSpliced(2, 0, text.split('\n')[1] ?? '')
          .join('\n'),
    ],
    ['with a line that is none', (text: string) => `${text}{"sequence":7}\n`],
    ['with an empty line', (text: string) => text.replace('\n', '\n\n')],
  ])('%s fails', async (_what, change) => {
    const file = changed((bytes) => Buffer.from(change(bytes.toString('utf8'))));
    expect(await verify(file)).toMatchObject({ indication: 'failed', reason: { code: 'ERR_SERVICE_AUDIT_BROKEN' } });
  });

  it('that somebody rewrote with every digest in it is found by the checkpoint alone', async () => {
    const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
    const forged = { ...JSON.parse(lines[1] ?? ''), actor: 'clr_somebody-else' };
    const file = changed(() => Buffer.from(`${lines.with(1, JSON.stringify(forged)).join('\n')}\n`));
    expect(await verify(file, { checkpoints: [] })).toMatchObject({ indication: 'indeterminate' });
    expect(await verify(file)).toMatchObject({ reason: { params: { rule: 'checkpoint' } } });
  });

  it('may leave the details behind, whose digests still count', async () => {
    const to = path.join(folder, 'entries.ndjson');
    await exportAudit({}, { database: database(), to, entriesOnly: true });
    expect(readFileSync(to, 'utf8')).not.toContain('当事人');
    expect(await verify(to, { entriesOnly: true })).toMatchObject({ indication: 'passed', entries: 6 });
    expect(await verify(to)).toMatchObject({ indication: 'failed', reason: { params: { rule: 'details-removed' } } });
  });

  it('is not made where there is no folder for it', async () => {
    const nowhere = exportAudit({}, { database: database(), to: '/nowhere/log.ndjson', entriesOnly: false });
    await expect(nowhere.catch((error: unknown) => error)).resolves.toFailWith('ERR_CLI_USAGE');
  });

  it('overwrites no file, and has its name only when the log is whole', async () => {
    const again = exportAudit({}, { database: database(), to: log, entriesOnly: false });
    await expect(again.catch((error: unknown) => error)).resolves.toFailWith('ERR_CLI_USAGE');
    await service.database.sql('delete from audit_details where sequence = 2');
    const to = path.join(folder, 'broken.ndjson');
    const broken = exportAudit({}, { database: database(), to, entriesOnly: false });
    await expect(broken.catch((error: unknown) => error)).resolves.toFailWith('ERR_SERVICE_AUDIT_BROKEN');
    expect(() => statSync(to)).toThrow();
    expect(() => statSync(`${to}.part`)).toThrow();
  });
});

it.each([
  ['no file', '/nowhere/log.ndjson'],
  ['another kind of file', import.meta.filename],
  ['a folder', path.dirname(import.meta.filename)],
])('%s is no exported log', async (_what, file) => {
  const found = verifyAuditOf(
    {},
    { database: undefined, head: undefined, key: undefined, log: file, checkpoints: [], entriesOnly: false },
  );
  await expect(found.catch((error: unknown) => error)).resolves.toFailWith('ERR_CLI_FILE_UNREADABLE');
});
