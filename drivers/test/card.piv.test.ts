import { constants, publicEncrypt, randomBytes, X509Certificate } from 'node:crypto';
import { toHex, utf8Encode } from '@onelock/core/bytes';
import { type PublicKey, parsePublicKey } from '@onelock/core/crypto';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { parseCertificate } from '@onelock/core/x509';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCardDriver } from '../src/card/index.ts';
import type { DeviceId, PivQuirks, SessionId, TokenDriver } from '../src/port/index.ts';
import type { VirtualCard } from '../src/virtual-card/index.ts';
import { pinOf } from './driver-suite.ts';
import { MemoryReaders } from './memory-readers.ts';
import { managementKey, newPivCard, pivConfig, pivEncryptionCertificate, pivPin, pivSlots } from './piv-under-test.ts';
import { ecIdentity, rsaIdentity, testCertificate } from './test-keys.ts';

const ops = createNodeCrypto();
const message = utf8Encode('投标文件 bid.pdf');
const rsa = { kind: 'rsa-pkcs1v15', digest: 'sha256' } as const;
const ecdsa = { kind: 'ecdsa', digest: 'sha256' } as const;
const input = { kind: 'message', bytes: message } as const;

let readers: MemoryReaders;
let driver: TokenDriver;
let device: DeviceId;
let card: VirtualCard;

const failing = <T>(promise: Promise<T>) => promise.catch((error) => error);

async function start(quirks: Partial<PivQuirks> = {}, next: VirtualCard = newPivCard()): Promise<void> {
  await driver?.close();
  card = next;
  readers = new MemoryReaders();
  readers.insert(card);
  driver = await createCardDriver(pivConfig(null, quirks), readers);
  const [first] = await driver.listDevices();
  if (first === undefined) throw new Error('no device');
  device = first.id;
}

async function unlocked<T>(act: (session: SessionId) => Promise<T>, pin = pivPin): Promise<T> {
  const session = await driver.openSession(device, pinOf(pin));
  try {
    return await act(session);
  } finally {
    await driver.closeSession(session);
  }
}

const keyOf = (certificate: Uint8Array): PublicKey => parseCertificate(certificate).publicKey;
const commands = (): { readonly ins: number; readonly p2: number }[] => {
  const seen: { ins: number; p2: number }[] = [];
  card.interference = (command, answer) => {
    seen.push({ ins: command[1] ?? 0, p2: command[3] ?? 0 });
    return answer(command);
  };
  return seen;
};

beforeEach(() => start());
afterEach(() => driver.close());

describe('a PIV card', () => {
  it('shows what it is, what it can, and why not the rest', async () => {
    const [token] = await driver.listDevices();
    expect(token).toMatchObject({ algorithms: ['rsa', 'ec'], kind: 'card', keySpecs: [] });
    expect(token?.capabilities).toEqual([
      'sign-message',
      'sign-digest',
      'pin-retries',
      'change-pin',
      'unblock-pin',
      'decrypt',
    ]);
    expect(token?.lacks?.find(({ capability }) => capability === 'import-encryption-key')).toEqual({
      capability: 'import-encryption-key',
      reason: 'family',
      detail: 'SP 800-73-4 imports no private key',
    });
  });

  it('pairs the signature key with the encryption key', async () => {
    const identities = await driver.listIdentities(device);
    expect(identities.map(({ id }) => id)).toEqual(['9c', '9a']);
    expect(identities[0]).toMatchObject({
      signingCertificate: ecIdentity.signing.certificate,
      encryptionCertificate: pivEncryptionCertificate,
    });
    expect(identities[1]?.encryptionCertificate).toBeNull();
  });

  it.each(['short', 'extended'] as const)('signs in every way that its keys can, in %s commands', async (form) => {
    await start({ form });
    const rsaKey = keyOf(rsaIdentity.signing.certificate);
    await unlocked(async (session) => {
      const pss = { kind: 'rsa-pss', digest: 'sha256', mgf1Digest: 'sha256', saltLength: 32 } as const;
      for (const algorithm of [rsa, pss, { ...rsa, digest: 'sha512' }] as const)
        expect(ops.verify(rsaKey, algorithm, message, await driver.sign(session, '9a', algorithm, input))).toBe(true);
      for (const digest of ['sha256', 'sha384'] as const) {
        const algorithm = { ...ecdsa, digest };
        const signature = await driver.sign(session, '9c', algorithm, input);
        expect(ops.verify(keyOf(ecIdentity.signing.certificate), algorithm, message, signature)).toBe(true);
      }
    });
  });

  it('opens what was encrypted to its encryption key, and says one thing of what is wrong', async () => {
    const key = new X509Certificate(rsaIdentity.signing.certificate).publicKey;
    const secret = randomBytes(16);
    const target = { identityId: '9c', certificate: null };
    const pkcs1 = publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, secret);
    const oaep = { kind: 'rsa-oaep', digest: 'sha256', mgf1Digest: 'sha256' } as const;
    await unlocked(async (session) => {
      const plain = await driver.decrypt(session, target, { kind: 'rsa-pkcs1v15' }, pkcs1);
      expect(toHex(plain)).toBe(secret.toString('hex'));
      const sealed = publicEncrypt({ key, oaepHash: 'sha256' }, secret);
      expect(toHex(await driver.decrypt(session, target, oaep, sealed))).toBe(secret.toString('hex'));
      for (const wrong of [pkcs1, pkcs1.subarray(1), Buffer.alloc(256, 0xff)])
        await expect(failing(driver.decrypt(session, target, oaep, wrong))).resolves.toFailWith(
          'ERR_ENVELOPE_CONTENT_INVALID',
        );
      const stranger = { identityId: '9c', certificate: testCertificate('sm2/leaf') };
      await expect(failing(driver.decrypt(session, stranger, oaep, sealed))).resolves.toFailWith(
        'ERR_TOKEN_KEY_NOT_FOUND',
      );
      await expect(failing(driver.decrypt(session, target, { kind: 'sm2' }, sealed))).resolves.toFailWith(
        'ERR_TOKEN_ALGORITHM_UNSUPPORTED',
      );
    });
  });
});

describe("a PIV card's PIN", () => {
  it('is verified once for a session, and once more for each use of the key that wants that', async () => {
    const seen = commands();
    const verifications = () => seen.filter(({ ins }) => ins === 0x20).length;
    await unlocked(async (session) => {
      expect(verifications()).toBe(1);
      for (let count = 0; count < 3; count += 1) await driver.sign(session, '9a', rsa, input);
      expect(verifications()).toBe(1);
      for (let count = 1; count <= 50; count += 1) {
        const bytes = utf8Encode(`文件 ${count}`);
        const signature = await driver.sign(session, '9c', ecdsa, { kind: 'message', bytes });
        expect(ops.verify(keyOf(ecIdentity.signing.certificate), ecdsa, bytes, signature)).toBe(true);
        expect(verifications()).toBe(1 + count);
      }
    });
  });

  it('is not kept where the configuration says so: one signature a session', async () => {
    await start({ contextPin: 'first-use-only' });
    const session = await driver.openSession(device, pinOf(pivPin));
    await driver.sign(session, '9c', ecdsa, input);
    await expect(failing(driver.sign(session, '9c', ecdsa, input))).resolves.toFailWith('ERR_TOKEN_SESSION_CLOSED');
    await expect(failing(driver.sign(session, '9a', rsa, input))).resolves.toFailWith('ERR_TOKEN_SESSION_CLOSED');
  });

  it('that was changed elsewhere costs one try and closes the session', async () => {
    const session = await driver.openSession(device, pinOf(pivPin));
    await driver.sign(session, '9c', ecdsa, input);
    const hex = (text: string) => toHex(utf8Encode(text));
    card.answer(Buffer.from(`00240080 10 ${hex(pivPin)}ffff ${hex('777777')}ffff`.replaceAll(' ', ''), 'hex'));
    const seen = commands();
    await expect(failing(driver.sign(session, '9c', ecdsa, input))).resolves.toFailWith('ERR_TOKEN_SESSION_CLOSED');
    expect(seen.filter(({ ins }) => ins === 0x20)).toHaveLength(1);
    await expect(failing(driver.sign(session, '9c', ecdsa, input))).resolves.toFailWith('ERR_TOKEN_SESSION_CLOSED');
    expect(seen.filter(({ ins }) => ins === 0x20)).toHaveLength(1);
    expect(await driver.pinStatus(device)).toMatchObject({ retriesLeft: 4 });
  });

  it('counts wrong tries, locks, and is unblocked by the PUK', async () => {
    for (let left = 4; left > 0; left -= 1)
      expect(await failing(driver.openSession(device, pinOf('000000')))).toMatchObject({
        params: { retriesLeft: left },
      });
    expect(await driver.pinStatus(device)).toMatchObject({ retriesLeft: 1, low: true, locked: false });
    for (const pin of ['000000', pivPin])
      await expect(failing(driver.openSession(device, pinOf(pin)))).resolves.toFailWith('ERR_TOKEN_PIN_LOCKED');
    expect(await driver.pinStatus(device)).toMatchObject({ retriesLeft: 0, locked: true });
    expect(await failing(driver.unblockPin(device, pinOf('00000000'), pinOf('654321')))).toMatchObject({
      code: 'ERR_TOKEN_PIN_INCORRECT',
      params: { retriesLeft: 4 },
    });
    await driver.unblockPin(device, pinOf('12345678'), pinOf('654321'));
    expect(await unlocked((session) => driver.sign(session, '9a', rsa, input), '654321')).toHaveLength(256);
    await expect(failing(driver.openSession(device, pinOf(pivPin)))).resolves.toFailWith('ERR_TOKEN_PIN_INCORRECT');
  });

  it('is changed by who knows it, and never to what the card cannot take', async () => {
    await expect(failing(driver.changePin(device, pinOf(pivPin), pinOf('123')))).resolves.toFailWith(
      'ERR_TOKEN_PIN_LENGTH',
    );
    expect(await failing(driver.changePin(device, pinOf('000000'), pinOf('654321')))).toMatchObject({
      params: { retriesLeft: 4 },
    });
    await driver.changePin(device, pinOf(pivPin), pinOf('654321'));
    expect(await unlocked(async () => 'open', '654321')).toBe('open');
  });

  it('is forgotten by the card with the last session', async () => {
    const [one, other] = [
      await driver.openSession(device, pinOf(pivPin)),
      await driver.openSession(device, pinOf(pivPin)),
    ];
    const state = () => toHex(card.answer(Uint8Array.of(0, 0x20, 0, 0x80)));
    await driver.closeSession(one);
    expect(state()).toBe('9000');
    await driver.closeSession(other);
    expect(state()).toBe('63c5');
  });
});

describe('a PIV card older than SP 800-73-4', () => {
  it('that cannot be told to forget is reset with the last session, and is the same stay', async () => {
    card.interference = (command, answer) =>
      command[1] === 0x20 && command[2] === 0xff ? Uint8Array.of(0x6a, 0x86) : answer(command);
    const before = card.resets;
    await unlocked((session) => driver.sign(session, '9a', rsa, input));
    expect(card.resets).toBe(before + 1);
    expect(
      toHex(card.answer(Uint8Array.of(0, 0xa4, 4, 0, 9, 0xa0, 0, 0, 3, 8, 0, 0, 0x10, 0, 0))).endsWith('9000'),
    ).toBe(true);
    expect(toHex(card.answer(Uint8Array.of(0, 0x20, 0, 0x80)))).toBe('63c5');
    expect(await unlocked((session) => driver.sign(session, '9a', rsa, input))).toHaveLength(256);
    expect((await driver.listDevices())[0]?.insertion).toBe(1);
  });
});

describe('a PIV card with a management key', () => {
  it('makes keys and takes their certificates, even after it was away, and no one else’s', async () => {
    await start({ managementKey }, newPivCard({ slots: { '9d': rsaIdentity.signing } }));
    expect((await driver.listDevices())[0]).toMatchObject({ keySpecs: ['rsa-2048', 'p256'] });
    expect((await driver.listIdentities(device)).map(({ id }) => id)).toEqual(['9d']);
    await unlocked(async (session) => {
      const { identityId, publicKey } = await driver.generateKeyPair(session, 'p256', '');
      expect(identityId).toBe('9c');
      const signature = await driver.sign(session, '9c', ecdsa, input);
      expect(ops.verify(parsePublicKey(publicKey), ecdsa, message, signature)).toBe(true);
      const [identity] = await driver.listIdentities(device);
      expect(identity).toMatchObject({ id: '9c', signingCertificate: null, uncertifiedSigningKey: publicKey });
      const second = await driver.generateKeyPair(session, 'rsa-2048', '');
      expect(second.identityId).toBe('9a');
      await expect(failing(driver.generateKeyPair(session, 'p256', ''))).resolves.toFailWith('ERR_TOKEN_FULL');
      await expect(failing(driver.generateKeyPair(session, 'sm2', ''))).resolves.toFailWith(
        'ERR_TOKEN_ALGORITHM_UNSUPPORTED',
      );
    });
    readers.remove();
    readers.insert(card);
    await driver.listDevices();
    await unlocked(async (session) => {
      for (const certificate of [ecIdentity.signing.certificate, rsaIdentity.signing.certificate])
        await expect(failing(driver.importCertificate(session, '9c', 'signing', certificate))).resolves.toFailWith(
          'ERR_TOKEN_CERTIFICATE_MISMATCH',
        );
    });
  });

  it('takes a new certificate of the key that it has', async () => {
    const { certificate, pkcs8 } = rsaIdentity.signing;
    await start({ managementKey }, newPivCard({ slots: { '9a': { pkcs8 }, '9d': { pkcs8 } } }));
    await unlocked(async (session) => {
      await driver.importCertificate(session, '9a', 'signing', certificate);
      await driver.importCertificate(session, '9a', 'encryption', certificate);
      const identity = { id: '9a', signingCertificate: certificate, encryptionCertificate: certificate };
      expect(await driver.listIdentities(device)).toMatchObject([identity]);
      const short = ops.verify(keyOf(certificate), rsa, message, await driver.sign(session, '9a', rsa, input));
      expect(short).toBe(true);
    });
  });

  it('is not administered with another key', async () => {
    const wrong = { ...managementKey, key: 'ff'.repeat(32) } as const;
    await start({ managementKey: wrong }, newPivCard({ slots: pivSlots['9a'] ? { '9a': pivSlots['9a'] } : {} }));
    await unlocked(async (session) => {
      await expect(failing(driver.generateKeyPair(session, 'p256', ''))).resolves.toFailWith(
        'ERR_TOKEN_NATIVE_FAILURE',
      );
    });
  });
});
