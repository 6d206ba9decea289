import { fromHex, utf8Encode } from '@onelock/core/bytes';
import { CodedError } from '@onelock/core/errors';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { encodeTlv } from '../src/card/apdu/index.ts';
import { createCardDriver } from '../src/card/index.ts';
import type { CardDriverConfig, TokenDriver } from '../src/port/index.ts';
import type { Interference, VirtualCard } from '../src/virtual-card/index.ts';
import { pinOf } from './driver-suite.ts';
import { gmConfig, gmContainer, gmPin, newGmCard } from './gm-under-test.ts';
import { MemoryReaders } from './memory-readers.ts';
import { newOpenPgpCard, openPgpConfig, openPgpPin } from './openpgp-under-test.ts';
import { newPivCard, pivConfig, pivPin } from './piv-under-test.ts';

const rsa = { kind: 'rsa-pkcs1v15', digest: 'sha256' } as const;
const sm2 = { kind: 'sm2-sm3', userId: utf8Encode('1234567812345678') } as const;
const input = { kind: 'message', bytes: utf8Encode('x') } as const;
const failing = <T>(promise: Promise<T>) => promise.catch((error) => error);

let driver: TokenDriver | null = null;
let readers: MemoryReaders;
afterEach(() => driver?.close());

async function start(config: CardDriverConfig, card: VirtualCard): Promise<TokenDriver> {
  readers = new MemoryReaders();
  readers.insert(card);
  driver = await createCardDriver(config, readers);
  return driver;
}

/** A card that behaves until one instruction, and there does as told. */
const misbehaving =
  (ins: number, answer: Uint8Array | (() => Uint8Array)): Interference =>
  (command, card) => {
    if (command[1] !== ins) return card(command);
    return typeof answer === 'function' ? answer() : answer;
  };

async function deviceOf(token: TokenDriver) {
  const [device] = await token.listDevices();
  if (device === undefined) throw new Error('no device');
  return device.id;
}

describe('a hostile PIV card', () => {
  it.each([
    ['nothing at all', new Uint8Array()],
    ['one byte', fromHex('90')],
    ['garbage for a data object', fromHex('53ffff9000')],
    ['an object within nothing', fromHex('709000')],
    ['a length beyond the end', fromHex('5382ffff709000')],
    ['an empty certificate', fromHex('530470020000' + '9000')],
    [
      'a certificate that is none',
      Uint8Array.from([...encodeTlv(0x53, encodeTlv(0x70, fromHex('deadbeef'))), 0x90, 0]),
    ],
    [
      'a bomb that says it is compressed',
      Uint8Array.from([...encodeTlv(0x53, encodeTlv(0x70, fromHex('1f8b0800')), fromHex('710101')), 0x90, 0]),
    ],
    ['61xx without end', fromHex('6101')],
    ['6Cxx without end', fromHex('6c01')],
  ])('that answers GET DATA with %s is told by code, and the driver lives', async (_, answer) => {
    const card = newPivCard();
    card.interference = misbehaving(0xcb, answer);
    const token = await start(pivConfig(null), card);
    const seen = await failing(
      token.listDevices().then((devices) => Promise.all(devices.map(({ id }) => token.listIdentities(id)))),
    );
    expect(Array.isArray(seen) || seen instanceof CodedError, String(seen)).toBe(true);
    card.interference = null;
    readers.remove();
    readers.insert(card);
    expect((await token.listIdentities(await deviceOf(token))).length).toBe(2);
  });

  it('that signs wrongly, or says 9000 to nothing, has signed nothing', async () => {
    const card = newPivCard();
    const token = await start(pivConfig(null), card);
    const session = await token.openSession(await deviceOf(token), pinOf(pivPin));
    const wrong = encodeTlv(0x7c, encodeTlv(0x82, new Uint8Array(256).fill(1)));
    const answers: readonly (readonly [Uint8Array, string])[] = [
      [Uint8Array.from([...wrong, 0x90, 0]), 'ERR_TOKEN_NATIVE_FAILURE'],
      [fromHex('9000'), 'ERR_TOKEN_DATA_CORRUPT'],
      [fromHex('7c0282009000'), 'ERR_TOKEN_NATIVE_FAILURE'],
      [fromHex('7c04810000009000'), 'ERR_TOKEN_DATA_CORRUPT'],
    ];
    for (const [answer, code] of answers) {
      card.interference = misbehaving(0x87, answer);
      expect(await failing(token.sign(session, '9a', rsa, input))).toMatchObject({ code });
    }
    // Of a digest alone, too: r and s of 1 are well made and nobody's.
    const made = fromHex('7c0a82083006020101020101');
    card.interference = misbehaving(0x87, Uint8Array.from([...made, 0x90, 0]));
    const digest = { kind: 'digest', bytes: new Uint8Array(32).fill(7) } as const;
    expect(await failing(token.sign(session, '9c', { kind: 'ecdsa', digest: 'sha256' }, digest))).toMatchObject({
      params: { name: 'SIGNATURE_DOES_NOT_VERIFY' },
    });
    card.interference = null;
    expect(await token.sign(session, '9a', rsa, input)).toHaveLength(256);
  });

  it('that lies about its tries makes us spend none, and never more than asked for', async () => {
    const card = newPivCard();
    const token = await start(pivConfig(null, { pinTries: 3 }), card);
    const device = await deviceOf(token);
    let verifications = 0;
    card.interference = (command, answer) => {
      if (command[1] !== 0x20) return answer(command);
      if (command.length > 5) verifications += 1;
      return fromHex('63cf');
    };
    expect(await token.pinStatus(device)).toMatchObject({ retriesLeft: 15, retriesMax: 3 });
    expect(verifications).toBe(0);
    await expect(failing(token.openSession(device, pinOf(pivPin)))).resolves.toFailWith('ERR_TOKEN_PIN_INCORRECT');
    expect(verifications).toBe(1);
    card.interference = misbehaving(0x20, fromHex('6f42'));
    await expect(failing(token.pinStatus(device))).resolves.toFailWith('ERR_TOKEN_NATIVE_FAILURE');
  });

  it('that claims another session is open although the PIN was wrong opens none', async () => {
    const card = newPivCard();
    const token = await start(pivConfig(null), card);
    card.interference = misbehaving(0x20, fromHex('9000'));
    const session = await token.openSession(await deviceOf(token), pinOf('000000'));
    card.interference = null;
    await expect(failing(token.sign(session, '9a', rsa, input))).resolves.toFailWith('ERR_TOKEN_SESSION_CLOSED');
  });
});

describe('a hostile OpenPGP card', () => {
  const ecdsa = { kind: 'ecdsa', digest: 'sha256' } as const;

  it.each([
    ['GET DATA', 0xca],
    ['SELECT DATA', 0xa5],
    ['VERIFY', 0x20],
    ['PSO', 0x2a],
    ['GET CHALLENGE', 0x84],
  ])('that answers %s with anything is told by code, and the driver lives', async (_, ins) => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom('9000', '6982', '63c2', '6f00', ''),
        async (data, sw) => {
          const card = newOpenPgpCard();
          card.interference = misbehaving(ins, Uint8Array.from([...data, ...fromHex(sw)]));
          const token = await start(openPgpConfig(null), card);
          const act = async (): Promise<void> => {
            const [device] = await token.listDevices();
            if (device === undefined) return;
            await token.listIdentities(device.id);
            await token.pinStatus(device.id);
            if (device.capabilities.includes('random')) await token.random(device.id, 20);
            const session = await token.openSession(device.id, pinOf(openPgpPin));
            await token.sign(session, 'sig', ecdsa, input);
          };
          const outcome = await failing(act());
          expect(outcome === undefined || outcome instanceof CodedError, String(outcome)).toBe(true);
          await token.close();
        },
      ),
      { numRuns: 25 },
    );
  });

  it('that gives too few random bytes gives none', async () => {
    const card = newOpenPgpCard();
    const token = await start(openPgpConfig(null), card);
    const device = await deviceOf(token);
    card.interference = misbehaving(0x84, fromHex('0102039000'));
    await expect(failing(token.random(device, 32))).resolves.toFailWith('ERR_TOKEN_DATA_CORRUPT');
  });

  it('that says its PIN is locked for one use is not asked for another', async () => {
    const card = newOpenPgpCard({ countsSilently: true, tries: 1 });
    const token = await start(openPgpConfig(null), card);
    let verifications = 0;
    card.interference = (command, answer) => {
      if (command[1] === 0x20 && command.length > 5) verifications += 1;
      return answer(command);
    };
    const device = await deviceOf(token);
    await expect(failing(token.openSession(device, pinOf('000000')))).resolves.toFailWith('ERR_TOKEN_PIN_LOCKED');
    expect(verifications).toBe(1);
  });
});

describe('a hostile GM card', () => {
  it.each([
    ['GetDevInfo', 0x04],
    ['EnumApplication', 0x22],
    ['OpenApplication', 0x26],
    ['EnumContainer', 0x46],
    ['OpenContainer', 0x42],
    ['ExportCertificate', 0x4e],
    ['GetPINInfo', 0x14],
    ['GenRandom', 0x50],
    ['ECCSignData', 0x74],
  ])('that answers %s with anything is told by code, and the driver lives', async (_, ins) => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom('9000', '6a80', '63c2', '6f00', ''),
        async (data, sw) => {
          const card = newGmCard();
          const answer = Uint8Array.from([...data, ...fromHex(sw)]);
          const token = await start(gmConfig(null), card);
          const device = await deviceOf(token);
          const session = await token.openSession(device, pinOf(gmPin));
          card.interference = misbehaving(ins, answer);
          const calls: readonly Promise<unknown>[] = [
            token.listDevices(),
            token.listIdentities(device),
            token.pinStatus(device),
            token.random(device, 16),
            token.sign(session, gmContainer, sm2, input),
            token.openSession(device, pinOf(gmPin)),
          ];
          for (const call of calls) {
            const result = await failing(call);
            if (result instanceof Error) expect(result).toBeInstanceOf(CodedError);
          }
          card.interference = null;
          readers.remove();
          readers.insert(card);
          expect(await token.listIdentities(await deviceOf(token))).toHaveLength(1);
          await token.close();
        },
      ),
      { numRuns: 8 },
    );
  });

  it('that gives the same challenge again gets another PIN proof only of the same PIN', async () => {
    const card = newGmCard();
    const token = await start(gmConfig(null), card);
    card.interference = misbehaving(0x50, fromHex('00000000000000009000'));
    await expect(failing(token.openSession(await deviceOf(token), pinOf(gmPin)))).resolves.toBeInstanceOf(CodedError);
    card.interference = misbehaving(0x50, fromHex('9000'));
    await expect(failing(token.openSession(await deviceOf(token), pinOf(gmPin)))).resolves.toFailWith(
      'ERR_TOKEN_DATA_CORRUPT',
    );
  });
});

describe('a card that is pulled', () => {
  it('in any command of any act ends that act by code, and is whole when it is back', async () => {
    const card = newPivCard();
    const token = await start(pivConfig(null, { form: 'short' }), card);
    for (let after = 0; after < 12; after += 1) {
      let left = after;
      card.interference = (command, answer) => {
        if (left-- === 0) readers.remove();
        return answer(command);
      };
      const signed = await failing(
        deviceOf(token)
          .then((device) => token.openSession(device, pinOf(pivPin)))
          .then((session) => token.sign(session, '9a', rsa, input)),
      );
      if (signed instanceof Error && !(signed instanceof CodedError)) expect(signed.message).toBe('no device');
      card.interference = null;
      readers.remove();
      readers.insert(card);
      const again = await token.openSession(await deviceOf(token), pinOf(pivPin));
      expect(await token.sign(again, '9a', rsa, input)).toHaveLength(256);
      await token.closeSession(again);
    }
  });
});
