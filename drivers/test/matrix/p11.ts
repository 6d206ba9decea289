import { renameSync } from 'node:fs';
import path from 'node:path';
import { startHostedDriver } from '../../src/host/index.ts';
import {
  buildP11Library,
  newP11Folder,
  p11Compiler,
  p11Config,
  p11Parts,
  p11Pin,
  p11SoPin,
  writeP11Token,
} from '../p11-library.ts';
import type { MatrixFamily } from './matrix-family.ts';

export const p11Family: MatrixFamily = {
  title: { 'zh-CN': '软 PKCS#11 库（厂商 SM2）', en: "soft PKCS#11 library (vendor's SM2)" },
  missing: () => (p11Compiler() === undefined ? p11Parts : null),
  unsupported: ['sign-ec'],
  signatures: 500,
  async start() {
    const compiler = p11Compiler();
    if (compiler === undefined) throw new Error(p11Parts);
    const built = buildP11Library(compiler);
    const { folder, remove } = newP11Folder();
    const token = writeP11Token(folder);
    writeP11Token(folder, { name: 'token-1', serialNumber: 'P11-0002', label: '第二个密钥' });
    const driver = await startHostedDriver(p11Config(built.library, folder));
    const aside = path.join(path.dirname(folder), 'pulled-out');
    return {
      driver,
      pin: p11Pin,
      adminPin: p11SoPin,
      serialNumber: 'P11-0001',
      secondSerialNumber: 'P11-0002',
      remove: () => renameSync(token, aside),
      restore: () => renameSync(aside, token),
      end: async () => {
        await driver.close();
        remove();
        built.remove();
      },
    };
  },
};
