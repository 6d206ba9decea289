import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { listDrivers } from '../src/cli/list-drivers.ts';
import { buildSkfLibrary, skfCompiler, skfParts, writeSkfToken } from './skf-library.ts';
import { newSkfFolder, skfConfig } from './skf-under-test.ts';

const endings: (() => void)[] = [];
afterEach(() => {
  for (const end of endings.splice(0).reverse()) end();
});

requireReal(skfParts, skfCompiler())('a driver with a key that cannot be read', (compiler) => {
  it('runs, shows the others, and says of that one what is wrong', async () => {
    const { library, remove } = buildSkfLibrary(compiler);
    const place = newSkfFolder();
    endings.push(remove, place.remove);
    writeSkfToken(place.folder);
    const broken = writeSkfToken(place.folder, {
      device: 'Soft SKF 1',
      serialNumber: 'SKF-0002',
      applications: ['APP'],
    });
    rmSync(path.join(broken, 'APP', 'pin'));
    const [driver] = await listDrivers([skfConfig(library, place.folder)], 'en');
    expect(driver).toMatchObject({ health: 'running', cause: null });
    const rows = new Map(driver?.devices.map((device) => [device.serialNumber, device]));
    expect(rows.get('SKF-0001')).toMatchObject({ cause: null, pin: { locked: false } });
    expect(rows.get('SKF-0001')?.identities).toHaveLength(2);
    expect(rows.get('SKF-0002')).toMatchObject({ pin: null, identities: [] });
    expect(rows.get('SKF-0002')?.cause?.code).toMatch(/^ERR_TOKEN_/);
  });
});
