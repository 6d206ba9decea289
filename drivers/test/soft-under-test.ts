import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sm2DefaultUserId } from '@onelock/core/crypto';
import { startHostedDriver } from '../src/host/index.ts';
import { createSoftDriver, createSoftToken, type SoftTokenContents } from '../src/soft/index.ts';
import type { DriverUnderTest } from './driver-suite.ts';
import { ecIdentity, rsaIdentity, sm2Identity } from './test-keys.ts';

/** A new folder for tokens, in a folder that others may not enter, like a person's home. */
export function newTokenFolder(): { readonly folder: string; remove(): void } {
  const home = mkdtempSync(path.join(tmpdir(), 'onelock-soft-'));
  return {
    folder: path.join(home, 'tokens'),
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}

export async function writeTestToken(folder: string, changes: Partial<SoftTokenContents> = {}): Promise<string> {
  const file = path.join(folder, 'demo.softtoken');
  await createSoftToken({
    file,
    label: '演示密钥',
    serialNumber: 'SOFT-0001',
    pin: '123456',
    pinRetries: 10,
    identities: [rsaIdentity, ecIdentity, sm2Identity],
    ...changes,
  });
  return file;
}

export async function startSoft(place: 'in-process' | 'hosted'): Promise<DriverUnderTest> {
  const { folder, remove } = newTokenFolder();
  const file = await writeTestToken(folder);
  const config = { id: 'soft', family: 'soft', folder } as const;
  const driver = place === 'hosted' ? await startHostedDriver(config) : await createSoftDriver(config);
  const aside = path.join(path.dirname(folder), 'pulled-out');
  return {
    driver,
    pin: '123456',
    serialNumber: 'SOFT-0001',
    label: '演示密钥',
    identities: [
      { id: rsaIdentity.id, algorithm: { kind: 'rsa-pkcs1v15', digest: 'sha256' } },
      { id: ecIdentity.id, algorithm: { kind: 'ecdsa', digest: 'sha256' } },
      { id: sm2Identity.id, algorithm: { kind: 'sm2-sm3', userId: sm2DefaultUserId } },
    ],
    remove: () => renameSync(file, aside),
    restore: () => renameSync(aside, file),
    end: async () => {
      await driver.close();
      remove();
    },
  };
}
