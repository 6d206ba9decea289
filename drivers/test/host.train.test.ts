import { createNodeCrypto } from '@onelock/core/crypto/node';
import { parseCertificate } from '@onelock/core/x509';
import { afterEach, describe, expect, it } from 'vitest';
import { startHostedDriver } from '../src/host/index.ts';
import type { DeviceId, SessionId } from '../src/port/index.ts';
import { pinOf } from './driver-suite.ts';
import { newTokenFolder, writeTestToken } from './soft-under-test.ts';
import { ecIdentity, rsaIdentity } from './test-keys.ts';

const endings: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

const demo = 'demo' as DeviceId;
const ops = createNodeCrypto();
const p256 = { kind: 'ecdsa', digest: 'sha256' } as const;
const key = parseCertificate(ecIdentity.signing.certificate).publicKey;
const failure = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error) => error);
const message = (index: number): Uint8Array => new Uint8Array(4).fill(index);

async function start(changes: Parameters<typeof writeTestToken>[1] = {}, timeouts = {}) {
  const { folder, remove } = newTokenFolder();
  endings.push(remove);
  await writeTestToken(folder, changes);
  const driver = await startHostedDriver({ id: 'soft', family: 'soft', folder }, { timeouts });
  endings.push(() => driver.close());
  const session = await driver.openSession(demo, pinOf('123456'));
  const sign = (index: number, id: SessionId = session): Promise<Uint8Array> =>
    driver.sign(id, ecIdentity.id, p256, { kind: 'message', bytes: message(index % 256) });
  return { driver, session, sign };
}

describe('many signatures at once', () => {
  it('are each of their own message, however they travelled', async () => {
    const { sign } = await start();
    const signatures = await Promise.all(Array.from({ length: 300 }, (_, index) => sign(index)));
    for (const [index, signature] of signatures.entries())
      expect(ops.verify(key, p256, message(index % 256), signature), String(index)).toBe(true);
  });

  it('fail one by one: a wrong one among right ones costs itself', async () => {
    const { driver, session, sign } = await start();
    await Promise.all(Array.from({ length: 40 }, (_, index) => sign(index)));
    const wrong = () => driver.sign(session, 'no such key', p256, { kind: 'message', bytes: message(0) });
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, (_, index) => failure(index % 7 === 3 ? wrong() : sign(index))),
    );
    for (const [index, outcome] of outcomes.entries())
      if (index % 7 === 3) expect(outcome).toFailWith('ERR_TOKEN_KEY_NOT_FOUND');
      else expect(outcome).toBeInstanceOf(Uint8Array);
  });

  it('of several keys, sessions and ways are each made as they were asked', async () => {
    const { driver, session, sign } = await start();
    const other = await driver.openSession(demo, pinOf('123456'));
    const rsa = { kind: 'rsa-pkcs1v15', digest: 'sha256' } as const;
    const p384 = { kind: 'ecdsa', digest: 'sha384' } as const;
    const rsaKey = parseCertificate(rsaIdentity.signing.certificate).publicKey;
    await Promise.all(Array.from({ length: 40 }, (_, index) => sign(index)));
    const ways = [
      { id: session, identity: ecIdentity, algorithm: p256, publicKey: key },
      { id: session, identity: ecIdentity, algorithm: { ...p256 }, publicKey: key },
      { id: other, identity: ecIdentity, algorithm: p384, publicKey: key },
      { id: session, identity: rsaIdentity, algorithm: rsa, publicKey: rsaKey },
    ];
    await Promise.all(
      Array.from({ length: 64 }, async (_, index) => {
        const { id, identity, algorithm, publicKey } = ways[(index * 7) % 4] as (typeof ways)[number];
        const signature = await driver.sign(id, identity.id, algorithm, { kind: 'message', bytes: message(index) });
        expect(ops.verify(publicKey, algorithm, message(index), signature), String(index)).toBe(true);
      }),
    );
  });

  it('let another call to the same token through before they are all done', async () => {
    const { driver, sign } = await start({ testSignDelayMs: 30 });
    let signed = 0;
    const signing = Array.from({ length: 60 }, async (_, index) => {
      await sign(index);
      signed += 1;
    });
    await driver.pinStatus(demo);
    expect(signed).toBeLessThan(60);
    await Promise.all(signing);
  });

  it('behind one that takes too long fail with it, and the token is back for the next', async () => {
    const { driver, sign } = await start({ testSignDelayMs: 4000 }, { signMs: 1500 });
    const outcomes = await Promise.all([0, 1, 2].map((index) => failure(sign(index))));
    expect(outcomes[0]).toFailWith('ERR_DRIVER_TIMEOUT');
    for (const outcome of outcomes.slice(1)) expect(outcome).toFailWith('ERR_TOKEN_SESSION_CLOSED');
    expect((await driver.listDevices()).length).toBe(1);
  });

  it('give up when their turn does not come', async () => {
    const { sign } = await start({ testSignDelayMs: 2500 }, { queueMs: 300 });
    const first = sign(0);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await expect(failure(sign(1))).resolves.toFailWith('ERR_TOKEN_BUSY');
    expect(await first).toBeInstanceOf(Uint8Array);
  });
});
