import { readdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { startHostedDriver } from '../../src/host/index.ts';
import { provisionPkcs11Token } from '../../src/pkcs11/index.ts';
import { pkcs11Library, pkcs11Parts } from '../pkcs11-parts.ts';
import { newStore, writeTestToken } from '../pkcs11-under-test.ts';
import { rsaIdentity } from '../test-keys.ts';
import type { MatrixFamily } from './matrix-family.ts';

export const softHsmFamily: MatrixFamily = {
  title: { 'zh-CN': 'SoftHSM2', en: 'SoftHSM2' },
  missing: () => (pkcs11Library() === undefined ? pkcs11Parts : null),
  signatures: 500,
  async start() {
    const library = pkcs11Library();
    if (library === undefined) throw new Error(pkcs11Parts);
    const { store, remove } = newStore(library);
    const tokens = path.join(store.stateFolder, 'tokens');
    const first = await writeTestToken(store);
    const [folder = ''] = readdirSync(tokens);
    const { id, label, signing } = rsaIdentity;
    const second = await provisionPkcs11Token({
      ...store,
      label: '第二个密钥',
      userPin: '123456',
      soPin: '87654321',
      identities: [{ id, label, ...signing }],
    });
    const driver = await startHostedDriver({ id: 'softhsm2', family: 'pkcs11', ...store });
    const aside = path.join(path.dirname(store.stateFolder), 'pulled-out');
    return {
      driver,
      pin: '123456',
      adminPin: '87654321',
      serialNumber: first.serialNumber,
      secondSerialNumber: second.serialNumber,
      remove: () => renameSync(path.join(tokens, folder), aside),
      restore: () => renameSync(aside, path.join(tokens, folder)),
      end: async () => {
        await driver.close();
        remove();
      },
    };
  },
};
