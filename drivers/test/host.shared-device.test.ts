import { afterEach, describe, expect, it } from 'vitest';
import { startHostedDriver } from '../src/host/index.ts';
import type { DeviceId } from '../src/port/index.ts';
import { pinOf } from './driver-suite.ts';
import { newTokenFolder, writeTestToken } from './soft-under-test.ts';

const endings: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

const demo = 'demo' as DeviceId;
const signMs = 400;

/** One key as one driver shows it. */
async function show(id: string, serialNumber: string) {
  const { folder, remove } = newTokenFolder();
  endings.push(remove);
  await writeTestToken(folder, { serialNumber, testSignDelayMs: signMs });
  const driver = await startHostedDriver({ id, family: 'soft', folder });
  endings.push(() => driver.close());
  await driver.listDevices();
  const session = await driver.openSession(demo, pinOf('123456'));
  const sign = async (): Promise<readonly [number, number]> => {
    const input = { kind: 'message', bytes: new Uint8Array(1) } as const;
    const beganAt = performance.now();
    await driver.sign(session, 'a1', { kind: 'rsa-pkcs1v15', digest: 'sha256' }, input);
    return [beganAt, performance.now()];
  };
  return { driver, sign };
}

async function tookTogether(serials: readonly [string, string]): Promise<number> {
  const one = await show('vendor-skf', serials[0]);
  const other = await show('vendor-pkcs11', serials[1]);
  const times = await Promise.all([one.sign(), other.sign()]);
  return Math.max(...times.map(([, end]) => end)) - Math.min(...times.map(([begin]) => begin));
}

describe('a key that two drivers show', () => {
  it('is used by one host at a time, however each writes its number', async () => {
    expect(await tookTogether(['ab-0017', 'AB0017'])).toBeGreaterThan(2 * signMs - 20);
  });

  it('is let go when one of them does not show it any more', async () => {
    const one = await show('vendor-skf', 'AB0018');
    const other = await show('vendor-pkcs11', 'AB0018');
    await one.driver.close();
    const [begin, end] = await other.sign();
    expect(end - begin).toBeGreaterThan(signMs - 20);
  });
});

describe('two keys', () => {
  it('are used at the same time', async () => {
    // Twice one after the other would be 2 × signMs; a machine that is busy makes both late.
    const [one, other] = [await show('vendor-skf', 'AB0019'), await show('vendor-pkcs11', 'AB0020')];
    const [a, b] = await Promise.all([one.sign(), other.sign()]);
    // Each began before the other had ended.
    expect(Math.max(a[0], b[0])).toBeLessThan(Math.min(a[1], b[1]));
  });
});
