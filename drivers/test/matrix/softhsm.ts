import { readdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { startHostedDriver } from '../../src/host/index.ts';
import { type Pkcs11IdentityContents, provisionPkcs11Token } from '../../src/pkcs11/index.ts';
import { CaSide } from '../ca-side.ts';
import { pkcs11Library, pkcs11Parts } from '../pkcs11-parts.ts';
import { newStore, writeTestToken } from '../pkcs11-under-test.ts';
import { rsaIdentity } from '../test-keys.ts';
import type { MatrixFamily } from './matrix-family.ts';

/** Two RSA keys with dual certificates: SoftHSM2 has no SM2. */
function dualRsa(): readonly Pkcs11IdentityContents[] {
  const ops = createNodeCrypto();
  const ca = new CaSide(ops);
  return (['signing', 'encryption'] as const).map((use, index) => {
    const { privateKey, publicKey } = ops.generateKeyPair({ kind: 'rsa', bits: 2048 });
    const certificate = ca.certify(publicKey, use, '双证书测试');
    return { id: `d${index + 1}`, label: `RSA ${use}`, pkcs8: privateKey.pkcs8, certificate };
  });
}

export const softHsmFamily: MatrixFamily = {
  title: { 'zh-CN': 'SoftHSM2', en: 'SoftHSM2' },
  missing: () => (pkcs11Library() === undefined ? pkcs11Parts : null),
  unsupported: ['sign-sm2', 'renewal'],
  signatures: 500,
  async start() {
    const library = pkcs11Library();
    if (library === undefined) throw new Error(pkcs11Parts);
    const { store, remove } = newStore(library);
    const tokens = path.join(store.stateFolder, 'tokens');
    const first = await writeTestToken(store, dualRsa());
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
