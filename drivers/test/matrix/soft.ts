import { renameSync } from 'node:fs';
import path from 'node:path';
import { startHostedDriver } from '../../src/host/index.ts';
import { createSoftToken } from '../../src/soft/index.ts';
import { newTokenFolder, writeTestToken } from '../soft-under-test.ts';
import { sm2Identity } from '../test-keys.ts';
import type { MatrixFamily } from './matrix-family.ts';

export const softFamily: MatrixFamily = {
  title: { 'zh-CN': '软件介质', en: 'soft token' },
  missing: () => null,
  unsupported: [],
  signatures: 500,
  async start() {
    const { folder, remove } = newTokenFolder();
    const administratorPin = '86427531';
    const file = await writeTestToken(folder, { administratorPin });
    await createSoftToken({
      file: path.join(folder, 'second.softtoken'),
      label: '第二个密钥',
      serialNumber: 'SOFT-0002',
      pin: '123456',
      pinRetries: 10,
      identities: [sm2Identity],
    });
    const driver = await startHostedDriver({ id: 'soft', family: 'soft', folder });
    const aside = path.join(path.dirname(folder), 'pulled-out');
    return {
      driver,
      pin: '123456',
      adminPin: administratorPin,
      serialNumber: 'SOFT-0001',
      secondSerialNumber: 'SOFT-0002',
      remove: () => renameSync(file, aside),
      restore: () => renameSync(aside, file),
      end: async () => {
        await driver.close();
        remove();
      },
    };
  },
};
