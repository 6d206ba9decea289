import { mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startHostedDriver } from '../src/host/index.ts';
import {
  createPkcs11Driver,
  type Pkcs11IdentityContents,
  type ProvisionedPkcs11Token,
  prepareSoftHsmStore,
  provisionPkcs11Token,
  type SoftHsmStore,
} from '../src/pkcs11/index.ts';
import type { DriverUnderTest } from './driver-suite.ts';
import { ecIdentity, rsaIdentity } from './test-keys.ts';

/** A SoftHSM2 store of its own, in a folder that others may not enter, like a person's home. */
export function newStore(library: string): { readonly store: SoftHsmStore; remove(): void } {
  const home = mkdtempSync(path.join(tmpdir(), 'onelock-hsm-'));
  return {
    store: prepareSoftHsmStore(path.join(home, 'softhsm'), library),
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}

export function writeTestToken(
  store: SoftHsmStore,
  more: readonly Pkcs11IdentityContents[] = [],
): Promise<ProvisionedPkcs11Token> {
  return provisionPkcs11Token({
    ...store,
    label: '演示 HSM',
    userPin: '123456',
    soPin: '87654321',
    identities: [...[rsaIdentity, ecIdentity].map(({ id, label, signing }) => ({ id, label, ...signing })), ...more],
  });
}

export async function startPkcs11(library: string, place: 'in-process' | 'hosted'): Promise<DriverUnderTest> {
  const { store, remove } = newStore(library);
  const { serialNumber, label } = await writeTestToken(store);
  const config = { id: 'softhsm2', family: 'pkcs11', ...store } as const;
  const before = process.cwd();
  if (place === 'in-process') process.chdir(store.stateFolder);
  const driver = place === 'hosted' ? await startHostedDriver(config) : await createPkcs11Driver(config);
  const tokens = path.join(store.stateFolder, 'tokens');
  const [token] = readdirSync(tokens);
  if (token === undefined) throw new Error('SoftHSM2 wrote no token');
  const aside = path.join(path.dirname(store.stateFolder), 'pulled-out');
  return {
    driver,
    pin: '123456',
    serialNumber,
    label,
    identities: [
      { id: rsaIdentity.id, algorithm: { kind: 'rsa-pkcs1v15', digest: 'sha256' } },
      { id: ecIdentity.id, algorithm: { kind: 'ecdsa', digest: 'sha256' } },
    ],
    remove: () => renameSync(path.join(tokens, token), aside),
    restore: () => renameSync(aside, path.join(tokens, token)),
    end: async () => {
      await driver.close();
      process.chdir(before);
      remove();
    },
  };
}
