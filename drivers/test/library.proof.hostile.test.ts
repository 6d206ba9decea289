import { createHash } from 'node:crypto';
import { appendFileSync, chmodSync, copyFileSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { startHostedDriver } from '../src/host/index.ts';
import type { SoftHsmStore } from '../src/pkcs11/index.ts';
import type { Pkcs11DriverConfig } from '../src/port/index.ts';
import { pkcs11Library, pkcs11Parts } from './pkcs11-parts.ts';
import { newStore, writeTestToken } from './pkcs11-under-test.ts';

const sha256 = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

requireReal(pkcs11Parts, pkcs11Library())('a library whose publisher signed for its builds', (softhsm) => {
  let store: SoftHsmStore;
  let copies: string;
  let remove: () => void;
  beforeAll(async () => {
    copies = mkdtempSync(path.join(tmpdir(), 'onelock-library-proof-'));
    chmodSync(copies, 0o755);
    const made = newStore(softhsm);
    remove = () => {
      made.remove();
      rmSync(copies, { recursive: true, force: true });
    };
    store = made.store;
    await writeTestToken(store);
  });
  afterAll(() => remove());

  const copyOf = (name: string): string => {
    const file = path.join(copies, name);
    copyFileSync(realpathSync(softhsm), file);
    return file;
  };
  const configOf = (library: string, digest: string): Pkcs11DriverConfig => ({
    ...store,
    id: 'proof',
    family: 'pkcs11',
    library,
    digests: [{ sha256: digest }],
  });

  it('is loaded in its host by the file that was hashed, and works', { timeout: 180_000 }, async () => {
    const driver = await startHostedDriver(configOf(softhsm, sha256(softhsm)));
    try {
      expect((await driver.listDevices()).map(({ label }) => label)).toEqual(['演示 HSM']);
      const maps = readFileSync(`/proc/${driver.status().pid}/maps`, 'utf8');
      expect(maps).toContain(realpathSync(softhsm));
    } finally {
      await driver.close();
    }
  });

  it('is not loaded when one byte was added, and no process is left', { timeout: 180_000 }, async () => {
    const library = copyOf('altered.so');
    const config = configOf(library, sha256(library));
    appendFileSync(library, '\n');
    await expect(startHostedDriver(config).catch((error: unknown) => error)).resolves.toFailWith(
      'ERR_DRIVER_LIBRARY_ALTERED',
    );
  });

  it('is checked again whenever its host starts anew', { timeout: 180_000 }, async () => {
    const library = copyOf('replaced.so');
    const driver = await startHostedDriver(configOf(library, sha256(library)), { restartDelayMs: 20 });
    try {
      const { pid } = driver.status();
      rmSync(library);
      copyFileSync(realpathSync(softhsm), library);
      appendFileSync(library, '\n');
      if (pid !== null) process.kill(pid, 'SIGKILL');
      await expect(waitForRefusal(() => driver.status().lastFailure?.code)).resolves.toBe('ERR_DRIVER_LIBRARY_ALTERED');
    } finally {
      await driver.close();
    }
  });
});

async function waitForRefusal(lastFailure: () => string | undefined): Promise<string | undefined> {
  const end = performance.now() + 30_000;
  while (lastFailure() !== 'ERR_DRIVER_LIBRARY_ALTERED' && performance.now() < end)
    await new Promise((resolve) => setTimeout(resolve, 25));
  return lastFailure();
}
