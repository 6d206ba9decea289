import { utf8Encode } from '@onelock/core/bytes';
import { sm2DefaultUserId } from '@onelock/core/crypto';
import { expect, it, onTestFinished } from 'vitest';
import { startHostedDriver } from '../src/host/index.ts';
import type { DeviceId } from '../src/port/index.ts';
import { pinOf } from './driver-suite.ts';
import { newTokenFolder, writeTestToken } from './soft-under-test.ts';
import { sm2Identity } from './test-keys.ts';

it('five hundred reads of a token that signs reach it once, so that the next call need not wait for them', async () => {
  const { folder, remove } = newTokenFolder();
  onTestFinished(remove);
  await writeTestToken(folder, { testSignDelayMs: 500 });
  const driver = await startHostedDriver({ id: 'soft', family: 'soft', folder });
  onTestFinished(() => driver.close());
  const demo = 'demo' as DeviceId;
  const session = await driver.openSession(demo, pinOf('123456'));
  const algorithm = { kind: 'sm2-sm3', userId: sm2DefaultUserId } as const;
  const signing = driver.sign(session, sm2Identity.id, algorithm, { kind: 'message', bytes: utf8Encode('bid') });
  const reads = Array.from({ length: 500 }, () => driver.pinStatus(demo));
  const random = driver.random(demo, 8);
  await signing;
  expect(new Set(await Promise.all(reads)).size).toBe(1);
  expect(await random).toHaveLength(8);
  // One that is asked for afterwards is a new one.
  expect(await driver.pinStatus(demo)).not.toBe(await reads[0]);
});
