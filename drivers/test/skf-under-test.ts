import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sm2DefaultUserId } from '@onelock/core/crypto';
import { startHostedDriver } from '../src/host/index.ts';
import type { SkfDriverConfig } from '../src/port/index.ts';
import { createSkfDriver } from '../src/skf/index.ts';
import type { DriverUnderTest } from './driver-suite.ts';
import { type SkfTokenChanges, skfPin, writeSkfToken } from './skf-library.ts';
import { rsaIdentity, sm2Identity } from './test-keys.ts';

/** A token folder of its own, in a folder that others may not enter, like a person's home. */
export function newSkfFolder(): { readonly folder: string; remove(): void } {
  const home = mkdtempSync(path.join(tmpdir(), 'onelock-skf-'));
  return { folder: path.join(home, 'devices'), remove: () => rmSync(home, { recursive: true, force: true }) };
}

export function skfConfig(
  library: string,
  folder: string,
  changes: { readonly quirks?: SkfDriverConfig['quirks']; readonly environment?: Record<string, string> } = {},
): SkfDriverConfig {
  return {
    id: 'soft-skf',
    family: 'skf',
    library,
    stateFolder: folder,
    environment: { ONELOCK_SKF_FOLDER: '.', ONELOCK_SKF_TRAITS: '', ONELOCK_SKF_FAULTS: '', ...changes.environment },
    quirks: { packing: 'pack1', ...changes.quirks },
  };
}

export async function startSkf(
  library: string,
  place: 'in-process' | 'hosted',
  changes: Parameters<typeof skfConfig>[2] & { readonly token?: SkfTokenChanges } = {},
): Promise<DriverUnderTest> {
  const { folder, remove } = newSkfFolder();
  const device = writeSkfToken(folder, changes.token);
  const config = skfConfig(library, folder, changes);
  const before = process.cwd();
  if (place === 'in-process') process.chdir(folder);
  const driver = place === 'hosted' ? await startHostedDriver(config) : await createSkfDriver(config);
  const aside = path.join(path.dirname(folder), 'pulled-out');
  return {
    driver,
    pin: skfPin,
    serialNumber: 'SKF-0001',
    label: '演示密钥',
    identities: [
      { id: rsaIdentity.id, algorithm: { kind: 'rsa-pkcs1v15', digest: 'sha256' } },
      { id: sm2Identity.id, algorithm: { kind: 'sm2-sm3', userId: sm2DefaultUserId } },
    ],
    remove: () => renameSync(device, aside),
    restore: () => renameSync(aside, device),
    end: async () => {
      await driver.close();
      process.chdir(before);
      remove();
    },
  };
}
