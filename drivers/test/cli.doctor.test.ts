import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DriverStore } from '../src/catalogue/driver-store.ts';
import { readDriverTrust } from '../src/catalogue/index.ts';
import { type DriverFinding, doctorCommand } from '../src/cli/doctor-command.ts';
import { sampleCatalogue, sampleManifest, signJson } from './driver-signing.ts';

const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url));
const pki = fileURLToPath(new URL('../../vectors/pki/', import.meta.url));
const trust = [`${pki}sm2/root.pem`, `${pki}sm2/intermediate.pem`];

describe('onelock driver doctor', { timeout: 180_000 }, () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(path.join(tmpdir(), 'onelock-driver-doctor-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  const take = (value: unknown) =>
    new DriverStore({
      folder: path.join(home, 'drivers'),
      trust: () => readDriverTrust(trust),
      ops: createNodeCrypto(),
      now: () => new Date(),
    }).accept(signJson(value));

  async function examine(now = new Date('2026-12-01T00:00:00Z')): Promise<Map<string, DriverFinding>> {
    const answer = await doctorCommand.run(
      [],
      {},
      {
        locale: 'en',
        environment: { ONELOCK_AGENT_STATE_DIR: home },
        ops: createNodeCrypto(),
        now: () => now,
        trust,
      },
    );
    const { findings } = answer.json as { findings: readonly DriverFinding[] };
    return new Map(findings.map((finding) => [finding.id, finding]));
  }

  it('finds nothing wrong where nothing is installed, and changes nothing', async () => {
    const findings = await examine();
    expect([...findings.values()].filter(({ state }) => state === 'problem')).toEqual([]);
    expect(findings.get('driver-soft')?.state).toBe('ok');
    expect(readdirSync(home)).toEqual([]);
  });

  it.skipIf(process.getuid?.() !== 0)(
    'says when hosts are not cut off from the network (skipped for who may not mount)',
    () => {
      // A system without a working `unshare`, for this one command.
      const command = 'mount --bind /dev/null /usr/bin/unshare && exec "$@"';
      const doctor = [process.execPath, '--conditions=onelock-source', cli, 'driver', 'doctor', '--json'];
      const { stdout } = spawnSync('unshare', ['--mount', 'sh', '-c', command, 'sh', ...doctor], {
        encoding: 'utf8',
        env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent', ONELOCK_AGENT_STATE_DIR: home },
      });
      const { findings } = JSON.parse(stdout) as { findings: readonly DriverFinding[] };
      expect(findings.find(({ id }) => id === 'driver-isolation')).toMatchObject({ state: 'missing' });
    },
  );

  it('names a recalled driver, a library that is no publisher’s, and a catalogue that is out of date', async () => {
    const architecture = process.arch === 'arm64' ? 'arm64' : 'x64';
    const builds = [{ version: '1', sha256: 'ab'.repeat(32) }];
    const libraries = [{ system: 'linux', architecture, paths: ['/bin/sh'], builds }];
    const reason = { 'zh-CN': '签名错误', en: 'wrong signatures' };
    const drivers = [sampleManifest({ libraries }), sampleManifest({ id: 'other', libraries })];
    await take(sampleCatalogue({ drivers, recalls: [{ driver: 'other', reason, at: '2026-11-21T00:00:00Z' }] }));
    const findings = await examine();
    expect(findings.get('driver-other')).toMatchObject({
      state: 'problem',
      en: { found: expect.stringContaining('wrong signatures') },
    });
    expect(findings.get('driver-vendor-skf')).toMatchObject({
      state: 'problem',
      en: { found: expect.stringContaining('_ALTERED]') },
    });
    expect(findings.get('driver-catalogue')?.state).toBe('ok');
    expect((await examine(new Date('2027-06-01T00:00:00Z'))).get('driver-catalogue')?.state).toBe('missing');
  });
});
