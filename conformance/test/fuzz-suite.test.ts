import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { decodePem } from '@onelock/core/bytes';
import { afterAll, describe, expect, it } from 'vitest';
import { fuzzSuite, tryOne } from '../src/suites/fuzz/fuzz-suite.ts';
import { readZipEntries } from '../src/suites/fuzz/zip-entries.ts';
import { runSuite } from '../src/suites/run-suite.ts';

// Each test starts programs or threads, and the machine may be busy with others.

const work = mkdtempSync(path.join(tmpdir(), 'onelock-fuzz-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const [block] = decodePem(readFileSync(new URL('../../vectors/pki/rsa/leaf.pem', import.meta.url), 'utf8'));
const certificate = block?.bytes ?? new Uint8Array();

function folderOf(name: string, files: Readonly<Record<string, Uint8Array>>): string {
  const folder = path.join(work, name, 'x509');
  mkdirSync(folder, { recursive: true });
  for (const [file, bytes] of Object.entries(files)) writeFileSync(path.join(folder, file), bytes);
  return path.join(work, name);
}

describe('the fuzz suite', () => {
  it('counts what was read and what was refused, by folder', async () => {
    const folder = folderOf('both', { good: certificate, bad: certificate.subarray(0, 100) });
    const { cases, failed } = await runSuite('fuzz', folder);
    expect(failed).toBe(0);
    expect(cases.find(({ id }) => id === 'x509/*')?.reason).toBe('1 parsed, 1 refused');
    expect(cases.find(({ id }) => id === path.join('x509', 'bad'))).toMatchObject({
      got: 'refused',
      reason: 'certificate: ERR_DER_TRUNCATED',
    });
  });

  it('fails when everything is refused', async () => {
    const { cases } = await runSuite('fuzz', folderOf('nothing', { bad: Uint8Array.of(0x30) }));
    expect(cases.find(({ id }) => id === '*')).toMatchObject({ got: 'all refused', outcome: 'failed' });
  });

  it('fails a parser that throws something else than a coded error, or takes longer than a second', () => {
    const thrower = { name: 'thrower', parse: () => void JSON.parse('{') };
    expect(() => tryOne(thrower, certificate)).toThrow(SyntaxError);
    const sleeper = {
      name: 'sleeper',
      parse: () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1050),
    };
    expect(tryOne(sleeper, certificate)).toMatchObject({ got: 'slow' });
  });

  it('refuses an archive that is none, a folder that is empty and one that is not there', async () => {
    const file = path.join(work, 'no.zip');
    writeFileSync(file, 'PK');
    await expect(runSuite('fuzz', file).catch((error: unknown) => error)).resolves.toFailWith('ERR_SUITE_FORMAT');
    expect(() => fuzzSuite.open(folderOf('empty', {}))).toFailWith('ERR_SUITE_FORMAT');
    expect(() => fuzzSuite.open(path.join(work, 'nowhere'))).toFailWith('ERR_CLI_FILE_UNREADABLE');
  });

  it('refuses an archive whose directory points outside of it', () => {
    const end = Buffer.alloc(22);
    end.writeUInt32LE(0x06054b50, 0);
    end.writeUInt16LE(1, 10);
    end.writeUInt32LE(0xffffff00, 16);
    expect(() => readZipEntries(end, 'broken.zip')).toFailWith('ERR_SUITE_FORMAT');
  });
});
