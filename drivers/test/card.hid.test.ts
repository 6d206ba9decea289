import { fromHex, utf8Encode } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { CodedError } from '@onelock/core/errors';
import { parseCertificate } from '@onelock/core/x509';
import { afterEach, describe, expect, it } from 'vitest';
import { createCardDriver } from '../src/card/index.ts';
import type { HidPlace, HidSystem } from '../src/card/transport/hid/hid-device.ts';
import { openHidReaders } from '../src/card/transport/hid/hid-readers.ts';
import { hidraw } from '../src/card/transport/hid/hidraw.ts';
import type { HidTransportConfig, TokenDriver } from '../src/port/index.ts';
import { HidKey, type VirtualCard } from '../src/virtual-card/index.ts';
import { pinOf } from './driver-suite.ts';
import { gmConfig, gmContainer, gmPin, newGmCard } from './gm-under-test.ts';
import { sm2Identity } from './test-keys.ts';

const ops = createNodeCrypto();
const sm2 = { kind: 'sm2-sm3', userId: utf8Encode('1234567812345678') } as const;
const input = { kind: 'message', bytes: utf8Encode('投标文件') } as const;
const failing = <T>(promise: Promise<T>) => promise.catch((error) => error);

const transport: HidTransportConfig = {
  kind: 'hid',
  vendorId: 0x1234,
  productId: 0x5678,
  framing: {
    reportBytes: 64,
    lengthBytes: 2,
    sequence: true,
    output: { id: 2, first: '55aa', next: '55ab' },
    input: { id: 3, first: 'aa55', next: 'ab55' },
  },
};

/** A bus without a cable: what a key does beside answering, the test says. */
class MemoryHid implements HidSystem {
  readonly #queue: Uint8Array[] = [];
  #key: HidKey | null = null;
  #stays = 0;
  #listener: () => void = () => undefined;
  /** What else the key sends before each answer. */
  noise: readonly Uint8Array[] = [];

  plugIn(card: VirtualCard): void {
    card.reset();
    this.#key = new HidKey(card, transport.framing);
    this.#stays += 1;
    this.#listener();
  }

  unplug(): void {
    this.#key = null;
    this.#queue.length = 0;
    this.#listener();
  }

  devices(): readonly HidPlace[] {
    const other = { path: '/dev/hidraw0', vendorId: 1, productId: 1, product: 'mouse', stay: 'mouse' };
    const { vendorId, productId } = transport;
    const ours = { path: '/dev/hidraw1', vendorId, productId, product: 'key', stay: `key#${this.#stays}` };
    return this.#key === null ? [other] : [other, ours];
  }

  async open() {
    const demand = (): HidKey => {
      if (this.#key === null) throw new CodedError('ERR_TOKEN_REMOVED');
      return this.#key;
    };
    return {
      write: async (report: Uint8Array) => {
        const answers = await demand().receive(report);
        if (answers.length > 0) this.#queue.push(...this.noise, ...answers);
      },
      read: async () => {
        demand();
        return this.#queue.shift() ?? null;
      },
      close: async () => undefined,
    };
  }

  watch(listener: () => void): () => void {
    this.#listener = listener;
    return () => undefined;
  }
}

let driver: TokenDriver | null = null;
afterEach(() => driver?.close());

async function start(system: HidSystem): Promise<TokenDriver> {
  driver = await createCardDriver(gmConfig(null), openHidReaders(transport, system));
  return driver;
}

async function sign(token: TokenDriver): Promise<Uint8Array> {
  const [device] = await token.listDevices();
  if (device === undefined) throw new Error('no device');
  const session = await token.openSession(device.id, pinOf(gmPin));
  const signature = await token.sign(session, gmContainer, sm2, input);
  await token.closeSession(session);
  return signature;
}

describe('a key in HID reports', () => {
  it('is a card to everything above', async () => {
    const bus = new MemoryHid();
    bus.plugIn(newGmCard());
    const token = await start(bus);
    const key = parseCertificate(sm2Identity.signing.certificate).publicKey;
    expect(ops.verify(key, sm2, input.bytes, await sign(token))).toBe(true);
    expect((await token.listDevices())[0]).toMatchObject({ serialNumber: 'GM-0001', insertion: 1 });
  });

  it('is gone when it is pulled, and another stay when it is back', async () => {
    const bus = new MemoryHid();
    bus.plugIn(newGmCard());
    const token = await start(bus);
    const [device] = await token.listDevices();
    if (device === undefined) throw new Error('no device');
    const session = await token.openSession(device.id, pinOf(gmPin));
    bus.unplug();
    await expect(failing(token.sign(session, gmContainer, sm2, input))).resolves.toFailWith('ERR_TOKEN_REMOVED');
    expect(await token.listDevices()).toEqual([]);
    bus.plugIn(newGmCard());
    expect((await token.listDevices())[0]).toMatchObject({ insertion: 2 });
    await expect(failing(token.sign(session, gmContainer, sm2, input))).resolves.toFailWith('ERR_TOKEN_REMOVED');
    expect((await sign(token)).length).toBeGreaterThan(64);
  });

  it('may be a keyboard too: reports of another id are passed over, and no answer is an answer', async () => {
    const bus = new MemoryHid();
    bus.noise = [fromHex('01000400000000000000')];
    bus.plugIn(newGmCard());
    const token = await start(bus);
    expect((await sign(token)).length).toBeGreaterThan(64);
    const card = newGmCard();
    bus.plugIn(card);
    await token.listDevices();
    card.interference = () => new Uint8Array();
    expect(await failing(sign(token))).toBeInstanceOf(Error);
  });

  it('that never stops sending is left', async () => {
    const bus = new MemoryHid();
    bus.plugIn(newGmCard());
    const token = await start({
      devices: () => bus.devices(),
      watch: () => () => undefined,
      open: async () => ({
        write: async () => undefined,
        read: async () => fromHex('01'),
        close: async () => undefined,
      }),
    });
    expect(await token.listDevices()).toEqual([]);
  });
});

describe('HID on Linux', () => {
  it('lists what the kernel shows, and nothing where it shows nothing', () => {
    expect(Array.isArray(hidraw().devices())).toBe(true);
    expect(hidraw('/nowhere', '/nowhere').devices()).toEqual([]);
  });

  it('names a device that is not there', async () => {
    const place = { path: '/nowhere/hidraw0', vendorId: 1, productId: 2, product: '', stay: 'x' };
    await expect(failing(hidraw().open(place))).resolves.toFailWith('ERR_TOKEN_REMOVED');
  });
});
