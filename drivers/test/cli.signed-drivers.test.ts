import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import type { Options } from '../src/cli/command.ts';
import { commands } from '../src/cli/commands.ts';
import { sampleCatalogue, sampleManifest } from './driver-signing.ts';
import { pkcs11Library, pkcs11Parts } from './pkcs11-parts.ts';

const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url));
const pki = fileURLToPath(new URL('../../vectors/pki/', import.meta.url));
const trust = [`${pki}sm2/root.pem`, `${pki}sm2/intermediate.pem`];
const signer = { certificate: `${pki}sm2/driver-signer.pem`, key: `${pki}sm2/driver-signer.test-key.pem` };

let home: string;
beforeAll(() => {
  home = mkdtempSync(path.join(tmpdir(), 'onelock-driver-cli-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** The command as a person gives it. */
function run(...args: string[]) {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--conditions=onelock-source', cli, 'driver', ...args],
    { encoding: 'utf8', env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent', ONELOCK_AGENT_STATE_DIR: home } },
  );
  return { stdout, stderr, status };
}

/** The same without a process of its own. */
async function call(name: string, word: string | null, options: Options = {}, believed = trust) {
  const command = await commands[name]?.();
  if (command === undefined) throw new Error(name);
  return command.run(word === null ? [] : [word], options, {
    locale: 'zh-CN',
    environment: { ONELOCK_AGENT_STATE_DIR: home },
    ops: createNodeCrypto(),
    now: () => new Date(),
    trust: believed,
  });
}

const refusal = (act: Promise<unknown>): Promise<unknown> => act.catch((error: unknown) => error);

async function sign(name: string, value: unknown): Promise<string> {
  const file = path.join(home, `${name}.json`);
  writeFileSync(file, JSON.stringify(value, null, 2));
  await call('sign', file, signer);
  return path.join(home, `${name}.p7m`);
}

/** Programs that start one after another take their time on a machine that has other things to do. */
const patience = { timeout: 180_000 };

describe('onelock driver', patience, () => {
  it('signs a manifest as its keeper, takes it, lists it and removes it', async () => {
    const file = path.join(home, 'vendor.json');
    writeFileSync(file, JSON.stringify(sampleManifest()));
    expect(run('sign', file, '--certificate', signer.certificate, '--key', signer.key)).toMatchObject({ status: 0 });
    const believed = trust.flatMap((each) => ['--trust', each]);
    const added = run('add', path.join(home, 'vendor.p7m'), ...believed);
    expect(added.stdout).toContain('已采用驱动 vendor-skf v3 测试厂商密钥：本机没有其驱动库');
    const { known } = (await call('list', null)).json as { known: readonly { id: string }[] };
    expect(known.map(({ id }) => id)).toEqual(['gmt0017', 'openpgp', 'piv', 'vendor-skf']);
    expect(known.at(-1)).toMatchObject({ version: 3, origin: 'added', state: 'absent' });
    expect(run('remove', 'vendor-skf', '--lang', 'en', ...believed).stdout).toContain('driver removed: vendor-skf');
    await expect(refusal(call('remove', 'vendor-skf'))).resolves.toFailWith('ERR_DRIVER_UNKNOWN');
  });

  it('takes a catalogue from a file, and none that is older', async () => {
    const taken = await call('add', await sign('catalogue-10', sampleCatalogue()));
    expect(taken.text).toContain('已采用驱动目录，版本 10');
    const older = await sign('catalogue-9', sampleCatalogue({ version: 9 }));
    const refused = run('add', older, '--json', ...trust.flatMap((each) => ['--trust', each]));
    expect(refused.status).toBe(1);
    expect(JSON.parse(refused.stdout).error).toMatchObject({
      code: 'ERR_DRIVER_VERSION_ROLLBACK',
      params: { version: 9, known: 10 },
    });
    const late = await call(
      'add',
      await sign('late', sampleCatalogue({ version: 11, nextUpdate: '2026-01-01T00:00:00Z' })),
    );
    expect(late.text).toContain('该目录已过期');
    expect(late.json).toMatchObject({ catalogue: { version: 11, outOfDate: true } });
    expect((await call('add', 'vendor-skf')).json).toEqual({
      driver: { id: 'vendor-skf', version: 3, state: 'absent' },
    });
  });

  it('tells at once of a library that is none of those signed for', async () => {
    const library = path.join(home, 'libskf.so');
    writeFileSync(library, 'what the publisher wrote', { mode: 0o644 });
    const manifest = (version: number, bytes: string) => {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const builds = [{ version: '1.0', sha256 }];
      const places = ['x64', 'arm64'].map((architecture) => ({
        system: 'linux',
        architecture,
        paths: [library],
        builds,
      }));
      return sampleManifest({ id: 'vendor-other', version, libraries: places });
    };
    const altered = await call('add', await sign('other-1', manifest(1, 'something else')));
    expect(altered).toMatchObject({ status: 1, json: { driver: { cause: { code: 'ERR_DRIVER_LIBRARY_ALTERED' } } } });
    expect(altered.text).toContain('[ERR_DRIVER_LIBRARY_ALTERED]');
    const right = await call('add', await sign('other-2', manifest(2, 'what the publisher wrote')));
    expect(right).toMatchObject({ status: 0, json: { driver: { version: 2, state: 'ready' } } });
    await call('remove', 'vendor-other');
  });

  it('refuses what nobody signed, and what nobody signed whom it was told to believe', async () => {
    const file = path.join(home, 'unsigned.json');
    writeFileSync(file, JSON.stringify(sampleManifest()));
    await expect(refusal(call('add', file))).resolves.toFailWith('ERR_DRIVER_MANIFEST_UNSIGNED');
    const signed = path.join(home, 'vendor.p7m');
    await expect(refusal(call('add', signed, {}, []))).resolves.toFailWith('ERR_DRIVER_MANIFEST_UNTRUSTED');
    await expect(refusal(call('list', null, {}, ['/nowhere']))).resolves.toFailWith('ERR_CLI_FILE_UNREADABLE');
  });

  it('refuses to sign what would be refused, and says what is missing', async () => {
    const file = path.join(home, 'wrong.json');
    writeFileSync(file, JSON.stringify(sampleManifest({ libraries: [] })));
    await expect(refusal(call('sign', file, signer))).resolves.toFailWith('ERR_DRIVER_MANIFEST_MALFORMED');
    writeFileSync(file, JSON.stringify(sampleManifest()));
    await expect(refusal(call('sign', file))).resolves.toFailWith('ERR_CLI_USAGE');
    const other = { ...signer, key: `${pki}sm2/leaf.test-key.pem` };
    await expect(refusal(call('sign', file, other))).resolves.toFailWith('ERR_SIGNATURE_INVALID');
    const bidder = { certificate: `${pki}sm2/leaf.pem`, key: `${pki}sm2/leaf.test-key.pem` };
    expect(await refusal(call('sign', file, bidder))).toMatchObject({
      code: 'ERR_DRIVER_MANIFEST_UNTRUSTED',
      params: { reason: 'ERR_PATH_EXTENDED_KEY_USAGE' },
    });
    await expect(refusal(call('add', '/dev/zero'))).resolves.toFailWith('ERR_CLI_FILE_UNREADABLE');
    expect(run('add')).toMatchObject({ status: 2 });
  });
});

requireReal(pkcs11Parts, pkcs11Library())('a signed manifest of SoftHSM2', (softhsm) => {
  it('is run by its digest, and by no other', patience, async () => {
    const library = realpathSync(softhsm);
    const sha256 = createHash('sha256').update(readFileSync(library)).digest('hex');
    const state = path.join(home, 'drivers', 'softhsm2');
    mkdirSync(path.join(state, 'tokens'), { recursive: true });
    writeFileSync(path.join(state, 'softhsm2.conf'), 'directories.tokendir = tokens\nobjectstore.backend = file\n');
    const manifest = (version: number, digest: string) =>
      sampleManifest({
        ...{ id: 'softhsm2', version, family: 'pkcs11', quirks: {}, seal: { place: 'none' }, stateFolder: true },
        environment: { SOFTHSM2_CONF: 'softhsm2.conf' },
        libraries: [
          { system: 'linux', architecture: 'x64', paths: [library], builds: [{ version: '2', sha256: digest }] },
        ],
      });
    const rowOf = async (version: number, digest: string) => {
      await call('add', await sign(`softhsm-${version}`, manifest(version, digest)));
      const { drivers } = (await call('list', null)).json as { drivers: readonly { id: string }[] };
      return drivers.find(({ id }) => id === 'softhsm2');
    };
    expect(await rowOf(1, sha256)).toMatchObject({ health: 'running', cause: null });
    expect(await rowOf(2, 'ab'.repeat(32))).toMatchObject({ cause: { code: 'ERR_DRIVER_LIBRARY_ALTERED' } });
  });
});
