import { renameSync } from 'node:fs';
import path from 'node:path';
import { startHostedDriver } from '../../src/host/index.ts';
import { buildSkfLibrary, skfAdminPin, skfCompiler, skfParts, skfPin, writeSkfToken } from '../skf-library.ts';
import { newSkfFolder, skfConfig } from '../skf-under-test.ts';
import type { MatrixFamily } from './matrix-family.ts';

export const skfFamily: MatrixFamily = {
  title: { 'zh-CN': '软 SKF 库', en: 'soft SKF library' },
  missing: () => (skfCompiler() === undefined ? skfParts : null),
  unsupported: ['sign-ec'],
  signatures: 500,
  async start() {
    const compiler = skfCompiler();
    if (compiler === undefined) throw new Error(skfParts);
    const built = buildSkfLibrary(compiler);
    const { folder, remove } = newSkfFolder();
    const device = writeSkfToken(folder);
    writeSkfToken(folder, { device: 'Soft SKF 1', serialNumber: 'SKF-0002', label: '第二个密钥' });
    const driver = await startHostedDriver(skfConfig(built.library, folder, { quirks: { events: 'native' } }));
    const aside = path.join(path.dirname(folder), 'pulled-out');
    return {
      driver,
      pin: skfPin,
      adminPin: skfAdminPin,
      serialNumber: 'SKF-0001',
      secondSerialNumber: 'SKF-0002',
      remove: () => renameSync(device, aside),
      restore: () => renameSync(aside, device),
      end: async () => {
        await driver.close();
        remove();
        built.remove();
      },
    };
  },
};
