import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { utf8Encode } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Options } from '../src/cli/command.ts';
import { conformCommand } from '../src/cli/conform-command.ts';
import { type ConformanceReport, clauseOf, conformanceCases } from '../src/conformance/index.ts';
import type { DeviceId, Pin } from '../src/port/index.ts';
import { createSoftDriver } from '../src/soft/index.ts';
import { sampleManifest } from './driver-signing.ts';
import { newTokenFolder, writeTestToken } from './soft-under-test.ts';
import { sm2Identity } from './test-keys.ts';

const ops = createNodeCrypto();

describe('onelock driver conform', { timeout: 180_000 }, () => {
  let folder: string;
  let home: string;
  let remove: () => void;
  beforeAll(async () => {
    ({ folder, remove } = newTokenFolder());
    home = mkdtempSync(path.join(tmpdir(), 'onelock-conform-'));
    await writeTestToken(folder, { identities: [sm2Identity] });
    writeFileSync(path.join(home, 'drivers.json'), JSON.stringify([{ id: 'soft', family: 'soft', folder }]));
    writeFileSync(path.join(home, 'pin'), '123456\n');
    writeFileSync(path.join(home, 'wrong-pin'), '654321\n');
  });
  afterAll(() => {
    remove();
    rmSync(home, { recursive: true, force: true });
  });

  const conform = (options: Options, word?: string) =>
    conformCommand.run(
      word === undefined ? [] : [word],
      { config: path.join(home, 'drivers.json'), 'pin-file': path.join(home, 'pin'), signatures: '3', ...options },
      { locale: 'zh-CN', environment: { ONELOCK_AGENT_STATE_DIR: home }, ops, now: () => new Date(), trust: [] },
    );

  const retriesLeft = async (): Promise<number | null> => {
    const driver = await createSoftDriver({ id: 'soft', family: 'soft', folder });
    try {
      const [device] = await driver.listDevices();
      return device === undefined ? null : (await driver.pinStatus(device.id)).retriesLeft;
    } finally {
      await driver.close();
    }
  };

  it('tries every case with a device and prints what came of each', async () => {
    const out = path.join(home, 'report.json');
    const { text, json, status } = await conform({ out });
    const report = json as ConformanceReport;
    expect(report.cases.map(({ id }) => id)).toEqual(conformanceCases.map(({ id }) => id));
    expect(report.cases.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    expect(status).toBe(0);
    expect(text).toContain('✓ SM2 签名  通过');
    expect(text).toContain('– RSA 签名  不支持：该介质不支持 RSA');
    expect(JSON.parse(readFileSync(out, 'utf8'))).toEqual(JSON.parse(JSON.stringify(report)));
  });

  it('spends no try and changes nothing unless it may', async () => {
    const before = readFileSync(path.join(folder, 'demo.softtoken'), 'utf8');
    const { text } = await conform({});
    expect(text).toContain('未试错误 PIN（未获许可）');
    expect(text).toContain('未获许可在介质中生成密钥');
    expect(readFileSync(path.join(folder, 'demo.softtoken'), 'utf8')).toBe(before);
  });

  it('holds a driver to what its manifest declares', async () => {
    const manifest = (capabilities: readonly string[]) => {
      const file = path.join(home, 'manifest.json');
      const soft = { family: 'soft', libraries: [], quirks: undefined, capabilities };
      writeFileSync(file, JSON.stringify(sampleManifest(soft)));
      return file;
    };
    renameSync(folder, path.join(home, 'tokens'));
    const listing = async (...capabilities: string[]) => {
      const { json } = await conform({ config: undefined, manifest: manifest(capabilities) });
      return (json as ConformanceReport).cases.find(({ id }) => id === 'listing');
    };
    try {
      expect(await listing('decrypt', 'change-pin')).toMatchObject({ outcome: 'passed' });
      expect(await listing('unblock-pin')).toMatchObject({
        outcome: 'failed',
        problem: { found: { en: expect.stringContaining('declares unblock-pin') } },
      });
    } finally {
      renameSync(path.join(home, 'tokens'), folder);
    }
  });

  it('gives a PIN that was refused to the device no second time, and names the clause', async () => {
    const { text, json, status } = await conform({ 'pin-file': path.join(home, 'wrong-pin') });
    expect(status).toBe(1);
    const { cases, failed } = json as ConformanceReport;
    expect(failed).toBe(1);
    expect(cases.find(({ outcome }) => outcome === 'failed')).toMatchObject({ clause: clauseOf('soft', 'verify-pin') });
    expect(text).toContain('ERR_TOKEN_PIN_INCORRECT');
    expect(text).toContain('依据: OneLock drivers/src/port/token-driver.ts openSession');
    expect(text).toContain('– SM2 签名  不支持：未试：PIN 已被拒绝');
    expect(await retriesLeft()).toBe(9);
    await conform({});
    expect(await retriesLeft()).toBe(10);
  });

  it('does not spend the last try of a PIN', async () => {
    const driver = await createSoftDriver({ id: 'soft', family: 'soft', folder });
    try {
      const [device] = await driver.listDevices();
      for (let left = 10; left > 1; left -= 1)
        await driver.openSession(device?.id ?? ('' as DeviceId), utf8Encode('654321') as Pin).catch(() => undefined);
    } finally {
      await driver.close();
    }
    expect(await retriesLeft()).toBe(1);
    const { text } = await conform({ 'pin-file': path.join(home, 'wrong-pin') });
    expect(text).toContain('未试：PIN 只剩最后一次机会');
    expect(await retriesLeft()).toBe(1);
  });

  it('refuses wrong use before any device is asked', async () => {
    const failure = (act: Promise<unknown>): Promise<unknown> => act.catch((error: unknown) => error);
    await expect(failure(conform({}, 'nobody'))).resolves.toFailWith('ERR_DRIVER_UNKNOWN');
    await expect(failure(conform({ device: 'nothing' }))).resolves.toFailWith('ERR_TOKEN_NOT_FOUND');
    const none = { device: 'nothing' };
    await expect(failure(conform({ ...none, signatures: '0' }))).resolves.toFailWith('ERR_CLI_USAGE');
    await expect(failure(conform({ ...none, may: 'everything' }))).resolves.toFailWith('ERR_CLI_USAGE');
    await expect(failure(conform({ ...none, out: '/nowhere/report.json' }))).resolves.toFailWith('ERR_FILE_UNWRITABLE');
    await expect(failure(conform({ 'pin-file': '/nowhere' }))).resolves.toFailWith('ERR_CLI_FILE_UNREADABLE');
  });
});
