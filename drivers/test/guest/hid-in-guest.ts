// Runs inside a guest whose kernel has /dev/uhid, as root: a HID key that the kernel believes in, and the product's own driver
// on it, in its host process. Prints one JSON line a check, `{"check":…,"ok":…,…}`, and ends with `{"done":true}`.
import { chmodSync, readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { utf8Encode } from '@onelock/core/bytes';
import { createNodeCiphers, createNodeCrypto } from '@onelock/core/crypto/node';
import { isCodedError } from '@onelock/core/errors';
import { parseCertificate } from '@onelock/core/x509';
import { type HostedDriver, startHostedDriver } from '../../src/host/index.ts';
import type { CardDriverConfig, HidFraming, Pin, TokenDevice } from '../../src/port/index.ts';
import { GmApplet, UhidKey, VirtualCard } from '../../src/virtual-card/index.ts';
import { sm2Identity } from '../test-keys.ts';

const ops = createNodeCrypto();
const ciphers = createNodeCiphers(ops);
const pin = (text = '123456'): Pin => utf8Encode(text) as Pin;
const sm2 = { kind: 'sm2-sm3', userId: utf8Encode('1234567812345678') } as const;
const { signing, encryption = signing } = sm2Identity;
const container = '企业';

const framings: Readonly<Record<string, HidFraming>> = {
  'without report ids': { reportBytes: 64, lengthBytes: 2 },
  'with report ids, marks and a count': {
    reportBytes: 60,
    lengthBytes: 4,
    lengthOrder: 'little',
    sequence: true,
    output: { id: 2, first: '55aa', next: '55ab' },
    input: { id: 3, first: 'aa55', next: 'ab55' },
  },
};

const newCard = (): VirtualCard =>
  new VirtualCard([
    new GmApplet({
      serialNumber: 'HID-0001',
      label: 'HID key',
      pin: '123456',
      containers: [{ name: container, signing, encryption }],
    }),
  ]);

const tell = (check: string, ok: boolean, more: object = {}): void => {
  process.stdout.write(`${JSON.stringify({ check, ok, ...more })}\n`);
};

/** What a udev rule does where udev runs. */
const letHostOpen = setInterval(() => {
  for (const name of readdirSync('/dev').filter((each) => each.startsWith('hidraw'))) chmodSync(`/dev/${name}`, 0o666);
}, 10);

async function until<T>(look: () => Promise<T | null | undefined>): Promise<T> {
  for (let end = performance.now() + 30_000; performance.now() < end; await delay(10)) {
    const found = await look();
    if (found !== null && found !== undefined) return found;
  }
  throw new Error('it did not happen in time');
}

const only = (driver: HostedDriver): Promise<TokenDevice> => until(async () => (await driver.listDevices())[0]);
const codeOf = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise;
    return 'nothing thrown';
  } catch (error) {
    return isCodedError(error) ? error.code : String(error);
  }
};

async function tryFraming(title: string, framing: HidFraming): Promise<void> {
  const transport = { kind: 'hid', vendorId: 0x1234, productId: 0x5678, framing } as const;
  const config: CardDriverConfig = {
    id: 'hid-key',
    family: 'card',
    quirks: { transport, applications: [{ kind: 'gmt0017' }] },
  };
  const card = newCard();
  // Without hardware help a guest is some thirty times slower.
  const driver = await startHostedDriver(config, { timeouts: { startMs: 300_000, listDevicesMs: 120_000 } });
  tell(`${title}: no key, no device`, (await driver.listDevices()).length === 0);
  const changed = Promise.withResolvers<number>();
  driver.onDevicesChanged(() => changed.resolve(performance.now()));
  const begun = performance.now();
  let key = await UhidKey.plugIn(card, transport);
  const device = await only(driver);
  tell(`${title}: plugged in and listed`, device.serialNumber === 'HID-0001', {
    eventMs: Math.round((await changed.promise) - begun),
  });

  tell(
    `${title}: wrong PIN`,
    (await codeOf(driver.openSession(device.id, pin('000000')))) === 'ERR_TOKEN_PIN_INCORRECT',
  );
  const session = await driver.openSession(device.id, pin());
  const publicKey = parseCertificate(signing.certificate).publicKey;
  const start = performance.now();
  let good = 0;
  for (let count = 0; count < 50; count += 1) {
    const bytes = utf8Encode(`message ${count}`);
    const signature = await driver.sign(session, container, sm2, { kind: 'message', bytes });
    if (ops.verify(publicKey, sm2, bytes, signature)) good += 1;
  }
  tell(`${title}: 50 SM2 signatures`, good === 50, { eachMs: Math.round((performance.now() - start) / 5) / 10 });

  const plain = ops.random(8000);
  const [contentKey, iv] = [ops.random(16), ops.random(16)];
  const encryptedKey = ops.sm2.encrypt(parseCertificate(encryption.certificate).publicKey, contentKey, 'asn1');
  const ciphertext = ciphers.encrypt('sm4-cbc', contentKey, iv, plain);
  const content = { encryptedKey, cipher: 'sm4-cbc', iv, ciphertext, last: true } as const;
  const opened = await driver.decryptContent(
    session,
    { identityId: container, certificate: null },
    { kind: 'sm2' },
    content,
  );
  tell(`${title}: 8 kB of content opened inside`, Buffer.compare(opened, plain) === 0);

  let pulling: Promise<void> | null = null;
  card.interference = (command, answer) => {
    if (command[1] === 0x74) pulling = key.unplug();
    return answer(command);
  };
  const pulled = await codeOf(driver.sign(session, container, sm2, { kind: 'message', bytes: plain }));
  tell(
    `${title}: pulled in the middle of a signature`,
    pulled === 'ERR_TOKEN_REMOVED' || pulled === 'ERR_TOKEN_DATA_CORRUPT',
    { pulled },
  );
  await until(async () => ((await driver.listDevices()).length === 0 ? true : null));
  await pulling;
  card.interference = null;
  card.reset();
  key = await UhidKey.plugIn(card, transport);
  const again = await only(driver);
  tell(`${title}: another stay after it was back`, again.insertion === device.insertion + 1);
  const stale = await codeOf(driver.sign(session, container, sm2, { kind: 'message', bytes: plain }));
  tell(`${title}: the old session is gone`, stale === 'ERR_TOKEN_REMOVED', { stale });
  const fresh = await driver.openSession(again.id, pin());
  const signature = await driver.sign(fresh, container, sm2, { kind: 'message', bytes: plain });
  tell(`${title}: signs again`, ops.verify(publicKey, sm2, plain, signature));
  await driver.close();
  await key.unplug();
}

for (const [title, framing] of Object.entries(framings)) {
  try {
    await tryFraming(title, framing);
  } catch (error) {
    tell(title, false, { error: String(error) });
  }
}
clearInterval(letHostOpen);
process.stdout.write('{"done":true}\n');
process.exit(0);
